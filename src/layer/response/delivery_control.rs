use http::{HeaderName, HeaderValue, Response, request::Parts};

use super::RejectionResponse;
use crate::error::rejection::{Rejection, RejectionKind};

/// <https://docs.svix.com/receiving/delivery-control>
const WEBHOOK_DELIVERY: HeaderName = HeaderName::from_static("webhook-delivery");
const ABORT_MESSAGE: HeaderValue = HeaderValue::from_static("abort-message");

/// Tells Svix to stop retrying what this deployment can never handle. **Events are lost by it.**
///
/// Adds `webhook-delivery: abort-message` to the answer `R` where the delivery is genuine and the same bytes
/// would be refused again: [`MalformedEvent`](RejectionKind::MalformedEvent),
/// [`DecryptionFailed`](RejectionKind::DecryptionFailed) and
/// [`EncryptionRequired`](RejectionKind::EncryptionRequired). Never to an answer that a stranger can provoke.
///
/// By default those are retried for about 28 hours. That is the time to deploy an event type that fits or a
/// key that was forgotten, and then nothing is lost. With this, the first attempt is the last one, and only a
/// resend from Svix's side brings the event back. It pays where a deployment knows that it will never handle
/// them, and does not want their retries.
///
/// ```
/// use bytes::Bytes;
/// use tower_webhook::{DangerAbortUndeliverable, EmptyRejectionResponse, Receiver, WebhookLayer};
///
/// let receiver = Receiver::builder(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]).build()?;
/// let layer = WebhookLayer::<Bytes>::new(receiver)
///     .rejection_response(DangerAbortUndeliverable::new(EmptyRejectionResponse));
/// # Ok::<_, tower_webhook::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct DangerAbortUndeliverable<R> {
    answer: R,
}

impl<R> DangerAbortUndeliverable<R> {
    /// Adds the header to what `answer` answers. A `webhook-delivery` header of its own stays as it is.
    pub fn new(answer: R) -> Self {
        Self { answer }
    }
}

impl<B, R: RejectionResponse<B>> RejectionResponse<B> for DangerAbortUndeliverable<R> {
    fn rejection_response(&self, rejection: &Rejection, request: &Parts) -> Response<B> {
        let mut answer = self.answer.rejection_response(rejection, request);
        if is_undeliverable(rejection.kind()) {
            let control = answer.headers_mut().entry(WEBHOOK_DELIVERY);
            control.or_insert(ABORT_MESSAGE);
        }
        answer
    }
}

/// Whether the delivery is genuine and its bytes decide the refusal. A missing key does not count: the
/// bytes may be fine, and nobody has tried.
fn is_undeliverable(kind: RejectionKind) -> bool {
    matches!(
        kind,
        RejectionKind::MalformedEvent
            | RejectionKind::DecryptionFailed
            | RejectionKind::EncryptionRequired
    )
}
