use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, request::Parts};

use super::RejectionResponse;
use crate::error::rejection::{Rejection, RejectionKind};

/// <https://docs.svix.com/receiving/delivery-control>
const WEBHOOK_DELIVERY: HeaderName = HeaderName::from_static("webhook-delivery");
const ABORT_MESSAGE: HeaderValue = HeaderValue::from_static("abort-message");

/// Asks Svix to stop retrying what this deployment can never handle. **Events are lost by it.**
///
/// Adds `webhook-delivery: abort-message` to the response of `R` where the delivery is genuine and the same bytes
/// would be rejected again: [`MalformedEvent`](RejectionKind::MalformedEvent),
/// [`DecryptionFailed`](RejectionKind::DecryptionFailed) and
/// [`EncryptionRequired`](RejectionKind::EncryptionRequired). Never to a response that an unauthenticated client can
/// provoke.
///
/// By default those are retried for about 28 hours. That is the time to deploy an event type that fits or a
/// key that was forgotten, and then nothing is lost. With this, the first attempt is the last one, and only a
/// resend from Svix's side brings the event back. It pays where a deployment knows that it will never handle
/// them, and does not want their retries.
///
/// ```
/// use tower_webhook::{
///     Receiver, WebhookLayer, layer::{DangerAbortUndeliverable, EmptyRejectionResponse},
/// };
///
/// let receiver = Receiver::builder(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]).build()?;
/// let layer = WebhookLayer::new(receiver)
///     .rejection_response(DangerAbortUndeliverable::new(EmptyRejectionResponse));
/// # Ok::<_, tower_webhook::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct DangerAbortUndeliverable<R> {
    inner: R,
}

impl<R> DangerAbortUndeliverable<R> {
    /// Adds the header to the responses of `inner`. A `webhook-delivery` header of its own stays as it is.
    pub fn new(inner: R) -> Self {
        Self { inner }
    }
}

impl<R: RejectionResponse> RejectionResponse for DangerAbortUndeliverable<R> {
    fn rejection_response(&self, rejection: &Rejection, request: &Parts) -> Response<Bytes> {
        let mut response = self.inner.rejection_response(rejection, request);
        if is_undeliverable(rejection.kind()) {
            let control = response.headers_mut().entry(WEBHOOK_DELIVERY);
            control.or_insert(ABORT_MESSAGE);
        }
        response
    }

    fn already_handled_response(&self, rejection: &Rejection, request: &Parts) -> Response<Bytes> {
        self.inner.already_handled_response(rejection, request)
    }
}

/// Whether the delivery is genuine and its bytes decide the rejection. A missing key does not count: the
/// bytes may be fine, and nobody has tried.
fn is_undeliverable(kind: RejectionKind) -> bool {
    matches!(
        kind,
        RejectionKind::MalformedEvent
            | RejectionKind::DecryptionFailed
            | RejectionKind::EncryptionRequired
    )
}
