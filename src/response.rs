//! The answer to a refusal.

use http::{HeaderValue, Response, StatusCode, header::ALLOW, request::Parts};

use crate::rejection::{Rejection, RejectionKind};

/// Builds the answer to a request that is refused.
///
/// Closures `Fn(&Rejection, &Parts) -> Response<B>` implement it; set one with
/// [`WebhookLayer::rejection_response`](crate::WebhookLayer::rejection_response). Whoever asks is a
/// stranger: say nothing that helps. The [`Rejection`] is added to the answer's extensions in any case.
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

/// The default answer: an empty body, and a status that suits a sender which retries.
///
/// | kind | status |
/// |---|---|
/// | `MethodNotAllowed` | 405, with `allow: POST` |
/// | signature headers missing, conflicting or malformed | 400 |
/// | `TimestampTooOld`, `TimestampTooNew`, `SignatureMismatch` | 401 |
/// | `BodyTooLarge` | 413 |
/// | `BodyIncomplete` | 400 |
/// | `MalformedEvent` | 422 |
/// | `DecryptionKeyMissing` | 500 |
#[derive(Clone, Copy, Debug, Default)]
pub struct EmptyRejectionResponse;

impl<B: Default> RejectionResponse<B> for EmptyRejectionResponse {
    fn rejection_response(&self, rejection: &Rejection, _request: &Parts) -> Response<B> {
        let mut response = Response::new(B::default());
        *response.status_mut() = status(rejection.kind());
        if rejection.kind() == RejectionKind::MethodNotAllowed {
            response
                .headers_mut()
                .insert(ALLOW, HeaderValue::from_static("POST"));
        }
        response
    }
}

fn status(kind: RejectionKind) -> StatusCode {
    match kind {
        RejectionKind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        RejectionKind::MissingSignatureHeaders
        | RejectionKind::ConflictingSignatureHeaders
        | RejectionKind::MalformedMessageId
        | RejectionKind::MalformedTimestamp
        | RejectionKind::SignatureListTooLong
        | RejectionKind::BodyIncomplete => StatusCode::BAD_REQUEST,
        RejectionKind::TimestampTooOld
        | RejectionKind::TimestampTooNew
        | RejectionKind::SignatureMismatch
        | RejectionKind::UnknownTenant
        | RejectionKind::HeaderTokenMissing
        | RejectionKind::HeaderTokenMismatch => StatusCode::UNAUTHORIZED,
        RejectionKind::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        RejectionKind::SourceIpUnknown | RejectionKind::SourceIpNotAllowed => StatusCode::FORBIDDEN,
        RejectionKind::MalformedEvent
        | RejectionKind::DecryptionFailed
        | RejectionKind::EncryptionRequired => StatusCode::UNPROCESSABLE_ENTITY,
        RejectionKind::DecryptionKeyMissing => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
