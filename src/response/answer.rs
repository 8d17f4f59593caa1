//! What every ready-made answer starts from: the status policy, and the headers that go with it.

use http::{HeaderValue, Response, StatusCode, header::ALLOW};

use crate::rejection::{Rejection, RejectionKind};

/// Status and headers of the answer to `rejection`.
///
/// There is no `retry-after`: no refusal so far knows when a retry would fare better, and the sender's
/// back-off suits that best. Svix takes the header for at least the delay of its schedule and at most twice
/// that; a sender that takes it at its word could spend all its attempts before anybody has acted.
///
/// Nor does a 401 name a scheme in `www-authenticate` (RFC 9110, section 11.6.1): none is registered for
/// signed webhooks, and a stranger need not be told what is missing.
pub(super) fn bare_answer(rejection: Rejection) -> Response<()> {
    let status = status(rejection.kind());
    let mut answer = Response::new(());
    *answer.status_mut() = status;
    // RFC 9110, section 15.5.6: a 405 must say which methods are allowed.
    if status == StatusCode::METHOD_NOT_ALLOWED {
        let allowed = HeaderValue::from_static("POST");
        answer.headers_mut().insert(ALLOW, allowed);
    }
    answer
}

/// Says who should act: the sender (4xx), or us (5xx). Anything but 2xx is retried.
fn status(kind: RejectionKind) -> StatusCode {
    match kind {
        RejectionKind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        RejectionKind::SourceIpUnknown | RejectionKind::SourceIpNotAllowed => StatusCode::FORBIDDEN,
        RejectionKind::UnknownTenant
        | RejectionKind::HeaderTokenMissing
        | RejectionKind::HeaderTokenMismatch
        | RejectionKind::TimestampTooOld
        | RejectionKind::TimestampTooNew
        | RejectionKind::SignatureMismatch => StatusCode::UNAUTHORIZED,
        RejectionKind::MissingSignatureHeaders
        | RejectionKind::ConflictingSignatureHeaders
        | RejectionKind::MalformedMessageId
        | RejectionKind::MalformedTimestamp
        | RejectionKind::SignatureListTooLong
        | RejectionKind::BodyIncomplete => StatusCode::BAD_REQUEST,
        RejectionKind::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        // Genuine: retries leave time to deploy what can read it.
        RejectionKind::MalformedEvent
        | RejectionKind::DecryptionFailed
        | RejectionKind::EncryptionRequired => StatusCode::UNPROCESSABLE_ENTITY,
        RejectionKind::DecryptionKeyMissing => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
