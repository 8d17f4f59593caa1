//! The response to a rejection.

mod bare;
mod body;
mod delivery_control;
mod empty;
mod end_of_body;
mod grpc;
mod problem_details;

use bytes::Bytes;
use http::{Response, request::Parts};

pub use body::ResponseBody;
pub use delivery_control::DangerAbortUndeliverable;
pub use empty::EmptyRejectionResponse;
pub(super) use end_of_body::EndOfBody;
pub use grpc::GrpcRejectionResponse;
pub use problem_details::ProblemDetails;

use crate::error::rejection::Rejection;

/// Builds the response to a request that is rejected.
///
/// Set one with [`WebhookLayer::rejection_response`](crate::WebhookLayer::rejection_response): a closure
/// `Fn(&Rejection, &Parts) -> Response<T>` whose body `T` is text or bytes, or one that is ready-made.
///
/// | ready-made | responds with |
/// |---|---|
/// | [`EmptyRejectionResponse`] | an empty body; the default, and the table of statuses |
/// | [`ProblemDetails`] | `application/problem+json` |
/// | [`GrpcRejectionResponse`] | a gRPC status where the request is gRPC, another response elsewhere |
/// | [`DangerAbortUndeliverable`] | another response, which asks Svix not to retry what can never succeed |
///
/// The caller may be anybody: nothing in the response should help an unauthenticated client. The ready-made responses
/// show no more than their status, so that rejections with one status cannot be told apart. The layer adds the
/// [`Rejection`] to the response's extensions in any case, for middleware outside, and `connection: close` over HTTP/1
/// where the signature was not verified.
///
/// ```
/// use http::{Response, request::Parts};
/// use tower_webhook::{Receiver, Rejection, WebhookLayer};
///
/// let receiver = Receiver::builder(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]).build()?;
/// let layer = WebhookLayer::new(receiver).rejection_response(|rejection: &Rejection, _: &Parts| {
///     let mut response = Response::new("no");
///     *response.status_mut() = rejection.status();
///     response
/// });
/// # Ok::<_, tower_webhook::ConfigError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` builds no response to a rejection",
    note = "a closure has to name its arguments: `|rejection: &Rejection, request: &Parts| -> Response<T>`, where `T` is \
            `&'static str`, `String`, `Vec<u8>` or `Bytes`"
)]
pub trait RejectionResponse: Send + Sync + 'static {
    /// The response to `rejection` of the request with the head `request`.
    fn rejection_response(&self, rejection: &Rejection, request: &Parts) -> Response<Bytes>;

    /// The response to a message that was handled before. Default: 200 without a body, since there is nothing for the sender
    /// to do; after anything but a 2xx it sends the message again.
    fn already_handled_response(&self, rejection: &Rejection, request: &Parts) -> Response<Bytes> {
        let _ = request;
        bare::bare_response(rejection).map(|()| Bytes::new())
    }
}

impl<F, T> RejectionResponse for F
where
    F: Fn(&Rejection, &Parts) -> Response<T> + Send + Sync + 'static,
    T: Into<Bytes>,
{
    fn rejection_response(&self, rejection: &Rejection, request: &Parts) -> Response<Bytes> {
        self(rejection, request).map(Into::into)
    }
}
