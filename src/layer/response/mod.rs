//! The answer to a refusal.

mod answer;
mod delivery_control;
mod empty;
mod grpc;
mod problem_details;

use http::{Response, request::Parts};

pub use delivery_control::DangerAbortUndeliverable;
pub use empty::EmptyRejectionResponse;
pub use grpc::GrpcRejectionResponse;
pub use problem_details::ProblemDetails;

use crate::error::rejection::Rejection;

/// Builds the answer to a request that is refused.
///
/// Set one with [`WebhookLayer::rejection_response`](crate::WebhookLayer::rejection_response): a closure
/// `Fn(&Rejection, &Parts) -> Response<B>`, or one that is ready-made.
///
/// | ready-made | answers with |
/// |---|---|
/// | [`EmptyRejectionResponse`] | an empty body; the default, and the table of statuses |
/// | [`ProblemDetails`] | `application/problem+json` |
/// | [`GrpcRejectionResponse`] | a gRPC status where the request is gRPC, another answer elsewhere |
/// | [`DangerAbortUndeliverable`] | another answer, and tells Svix not to retry what can never succeed |
///
/// Whoever asks is a stranger: say nothing that helps. The ready-made answers say no more than their
/// status, so that refusals with one status cannot be told apart. The [`Rejection`] is added to the
/// answer's extensions in any case, for middleware outside.
pub trait RejectionResponse<B> {
    /// The answer to `rejection` of the request with the head `request`.
    fn rejection_response(&self, rejection: &Rejection, request: &Parts) -> Response<B>;
}

impl<F, B> RejectionResponse<B> for F
where
    F: Fn(&Rejection, &Parts) -> Response<B>,
{
    fn rejection_response(&self, rejection: &Rejection, request: &Parts) -> Response<B> {
        self(rejection, request)
    }
}
