//! What every ready-made answer starts from: the status policy, and the headers that go with it.

use http::{
    HeaderValue, Response, StatusCode,
    header::{ALLOW, RETRY_AFTER},
};

use crate::error::rejection::{Rejection, RejectionKind};

/// Status and headers of the answer to `rejection`.
///
/// There is a `retry-after` only where the refusal knows when a retry would fare better: for a message that somebody
/// else is handling, and for a store that is down. For the rest the sender's back-off suits best: Svix takes the header
/// for at least the delay of its schedule and at most twice that, and a sender that takes it at its word could spend all
/// its attempts before anybody has acted.
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
    if let Some(delay) = rejection.retry_after() {
        // Whole seconds (RFC 9110, section 10.2.3), never too early.
        let started_second = u64::from(delay.subsec_nanos() > 0);
        let seconds = delay.as_secs().saturating_add(started_second);
        answer
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

/// Says who should act: the sender (4xx), us (5xx), or nobody (2xx). Anything but 2xx is retried.
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
        | RejectionKind::MessageIdReused
        | RejectionKind::DecryptionFailed
        | RejectionKind::EncryptionRequired => StatusCode::UNPROCESSABLE_ENTITY,
        // Nothing is wrong: the sender need not come back.
        RejectionKind::AlreadyHandled => StatusCode::OK,
        RejectionKind::ClaimedByAnother => StatusCode::CONFLICT,
        RejectionKind::StoreUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        RejectionKind::DecryptionKeyMissing => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
