//! Why a request is rejected.

use std::{error::Error, fmt, time::Duration};

use http::StatusCode;

use super::RejectionDetail;

/// A rejected request: the kind, and the facts behind it.
///
/// It is in the extensions of the response, for middleware outside; the caller never sees it.
#[derive(Clone, Debug)]
pub struct Rejection {
    kind: RejectionKind,
    retry_after: Option<Duration>,
    detail: Option<RejectionDetail>,
}

/// One kind for each reason to reject, in the order in which the reasons are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RejectionKind {
    /// The method is not POST.
    MethodNotAllowed,
    /// The address that the request comes from cannot be determined.
    SourceIpUnknown,
    /// The address that the request comes from is not in the allowlist.
    SourceIpNotAllowed,
    /// There are no secrets for this request: no tenant expects it here.
    UnknownTenant,
    /// The secrets for this request have to be looked up, and that failed or was not done.
    SecretsUnavailable,
    /// The header token is missing.
    HeaderTokenMissing,
    /// The header token is none of those expected.
    HeaderTokenMismatch,
    /// No family has all three signature headers.
    MissingSignatureHeaders,
    /// Several lines of the id or of the timestamp contradict each other.
    ConflictingSignatureHeaders,
    /// The message id is empty, longer than 256 bytes, not visible ASCII, or has a dot.
    MalformedMessageId,
    /// The timestamp is not a plain decimal number of at most 19 digits.
    MalformedTimestamp,
    /// The signature header has more than 64 entries or 8 KiB.
    SignatureListTooLong,
    /// The timestamp is further in the past than the tolerance allows.
    TimestampTooOld,
    /// The timestamp is further in the future than the tolerance allows.
    TimestampTooNew,
    /// The body is, or announces to be, larger than the limit.
    BodyTooLarge,
    /// The body broke off before its end.
    BodyIncomplete,
    /// The bodies of all requests together are larger than the receiver's limit.
    Overloaded,
    /// No signature of the list was made with any of the secrets.
    SignatureMismatch,
    /// The message was handled before; the handler is not called again.
    AlreadyHandled,
    /// The message is being handled by another delivery of it.
    ClaimedByAnother,
    /// A message with the same id and another body was received before.
    MessageIdReused,
    /// The idempotency store cannot tell whether the message was handled.
    StoreUnavailable,
    /// The body is genuine and not what the event type expects.
    MalformedEvent,
    /// The payload is genuine and encrypted, and no decryption key is configured.
    DecryptionKeyMissing,
    /// The payload is genuine and cannot be decrypted, whatever the reason.
    DecryptionFailed,
    /// The payload is genuine and not encrypted, and encryption is required.
    EncryptionRequired,
}

impl RejectionKind {
    /// How many kinds there are.
    #[cfg(feature = "tracing")]
    pub(crate) const COUNT: usize = Self::EncryptionRequired as usize + 1;

    /// The kind as the log and the metrics name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MethodNotAllowed => "method_not_allowed",
            Self::SourceIpUnknown => "source_ip_unknown",
            Self::SourceIpNotAllowed => "source_ip_not_allowed",
            Self::UnknownTenant => "unknown_tenant",
            Self::SecretsUnavailable => "secrets_unavailable",
            Self::HeaderTokenMissing => "header_token_missing",
            Self::HeaderTokenMismatch => "header_token_mismatch",
            Self::MissingSignatureHeaders => "missing_signature_headers",
            Self::ConflictingSignatureHeaders => "conflicting_signature_headers",
            Self::MalformedMessageId => "malformed_message_id",
            Self::MalformedTimestamp => "malformed_timestamp",
            Self::SignatureListTooLong => "signature_list_too_long",
            Self::TimestampTooOld => "timestamp_too_old",
            Self::TimestampTooNew => "timestamp_too_new",
            Self::BodyTooLarge => "body_too_large",
            Self::BodyIncomplete => "body_incomplete",
            Self::Overloaded => "overloaded",
            Self::SignatureMismatch => "signature_mismatch",
            Self::AlreadyHandled => "already_handled",
            Self::ClaimedByAnother => "claimed_by_another",
            Self::MessageIdReused => "message_id_reused",
            Self::StoreUnavailable => "store_unavailable",
            Self::MalformedEvent => "malformed_event",
            Self::DecryptionKeyMissing => "decryption_key_missing",
            Self::DecryptionFailed => "decryption_failed",
            Self::EncryptionRequired => "encryption_required",
        }
    }

    /// The status of the ready-made responses: it names who should act, the sender (4xx), the operator (5xx), or
    /// nobody (2xx). Senders retry after anything but 2xx.
    pub fn status(self) -> StatusCode {
        match self {
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::SourceIpUnknown | Self::SourceIpNotAllowed => StatusCode::FORBIDDEN,
            Self::UnknownTenant
            | Self::HeaderTokenMissing
            | Self::HeaderTokenMismatch
            | Self::TimestampTooOld
            | Self::TimestampTooNew
            | Self::SignatureMismatch => StatusCode::UNAUTHORIZED,
            Self::MissingSignatureHeaders
            | Self::ConflictingSignatureHeaders
            | Self::MalformedMessageId
            | Self::MalformedTimestamp
            | Self::SignatureListTooLong
            | Self::BodyIncomplete => StatusCode::BAD_REQUEST,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            // Genuine: retries leave time to deploy what can read it.
            Self::MessageIdReused
            | Self::MalformedEvent
            | Self::DecryptionFailed
            | Self::EncryptionRequired => StatusCode::UNPROCESSABLE_ENTITY,
            // Nothing is wrong: the sender need not come back.
            Self::AlreadyHandled => StatusCode::OK,
            Self::ClaimedByAnother => StatusCode::CONFLICT,
            Self::SecretsUnavailable | Self::Overloaded | Self::StoreUnavailable => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::DecryptionKeyMissing => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Whether the signature was verified before this reason was found. Otherwise the request may be anybody's.
    pub fn is_verified(self) -> bool {
        match self {
            Self::MethodNotAllowed
            | Self::SourceIpUnknown
            | Self::SourceIpNotAllowed
            | Self::UnknownTenant
            | Self::SecretsUnavailable
            | Self::HeaderTokenMissing
            | Self::HeaderTokenMismatch
            | Self::MissingSignatureHeaders
            | Self::ConflictingSignatureHeaders
            | Self::MalformedMessageId
            | Self::MalformedTimestamp
            | Self::SignatureListTooLong
            | Self::TimestampTooOld
            | Self::TimestampTooNew
            | Self::BodyTooLarge
            | Self::BodyIncomplete
            | Self::Overloaded
            | Self::SignatureMismatch => false,
            Self::AlreadyHandled
            | Self::ClaimedByAnother
            | Self::MessageIdReused
            | Self::StoreUnavailable
            | Self::MalformedEvent
            | Self::DecryptionKeyMissing
            | Self::DecryptionFailed
            | Self::EncryptionRequired => true,
        }
    }

    /// The usual cure, where there is one.
    fn hint(self) -> Option<&'static str> {
        Some(match self {
            Self::UnknownTenant => "the source of secrets has none for this request",
            Self::HeaderTokenMissing | Self::HeaderTokenMismatch => {
                "the sender and this receiver need the same header token"
            }
            Self::MissingSignatureHeaders => {
                "another sender's request, or a proxy that removes headers"
            }
            Self::TimestampTooOld => {
                "this machine's clock, a slow proxy, or an old delivery sent again"
            }
            Self::TimestampTooNew => "this machine's clock",
            Self::BodyTooLarge => "raise `max_body_bytes` if events are that large",
            Self::Overloaded => {
                "raise `max_bytes_in_flight`, or limit requests in front of the layer"
            }
            Self::SignatureMismatch => {
                "the secret of another endpoint, or a body that was changed on the way"
            }
            Self::MessageIdReused => "the sender used one id for two bodies",
            Self::MalformedEvent => "the event type does not fit what is sent",
            Self::DecryptionKeyMissing => "add the sender's key with `decrypt`",
            Self::DecryptionFailed => "the key of another endpoint or tenant",
            Self::EncryptionRequired => "the sender does not encrypt",
            _ => return None,
        })
    }
}

impl Rejection {
    pub(crate) fn new(kind: RejectionKind) -> Self {
        Self {
            kind,
            retry_after: None,
            detail: None,
        }
    }

    pub(crate) fn with_retry_after(mut self, retry_after: Duration) -> Self {
        self.retry_after = Some(retry_after);
        self
    }

    pub(crate) fn with_detail(mut self, detail: RejectionDetail) -> Self {
        self.detail = Some(detail);
        self
    }

    /// The reason.
    pub fn kind(&self) -> RejectionKind {
        self.kind
    }

    /// The facts behind the reason, where there are any.
    pub fn detail(&self) -> Option<&RejectionDetail> {
        self.detail.as_ref()
    }

    /// The usual cure, for the operator, where one is known.
    pub fn hint(&self) -> Option<&'static str> {
        let of_detail = self.detail.as_ref().and_then(RejectionDetail::hint);
        of_detail.or_else(|| self.kind.hint())
    }

    /// The status of the ready-made responses: [`RejectionKind::status`].
    pub fn status(&self) -> StatusCode {
        self.kind.status()
    }

    /// How long to wait before another attempt, where that is known. Sent in whole seconds, rounded up.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

impl From<RejectionKind> for Rejection {
    fn from(kind: RejectionKind) -> Self {
        Self::new(kind)
    }
}

/// The kind as a sentence; the detail is not in it.
impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            RejectionKind::MethodNotAllowed => "the method is not POST",
            RejectionKind::SourceIpUnknown => "the source address is unknown",
            RejectionKind::SourceIpNotAllowed => "the source address is not allowed",
            RejectionKind::UnknownTenant => "there are no secrets for this request",
            RejectionKind::SecretsUnavailable => "the secrets cannot be looked up",
            RejectionKind::HeaderTokenMissing => "the header token is missing",
            RejectionKind::HeaderTokenMismatch => "the header token does not match",
            RejectionKind::MissingSignatureHeaders => "a signature header is missing",
            RejectionKind::ConflictingSignatureHeaders => "signature headers contradict each other",
            RejectionKind::MalformedMessageId => "the message id is malformed",
            RejectionKind::MalformedTimestamp => "the timestamp is malformed",
            RejectionKind::SignatureListTooLong => "the list of signatures is too long",
            RejectionKind::TimestampTooOld => "the timestamp is too old",
            RejectionKind::TimestampTooNew => "the timestamp is too far in the future",
            RejectionKind::BodyTooLarge => "the body is too large",
            RejectionKind::BodyIncomplete => "the body broke off",
            RejectionKind::Overloaded => "too many bytes are in flight",
            RejectionKind::SignatureMismatch => "no signature matches",
            RejectionKind::AlreadyHandled => "the message was handled before",
            RejectionKind::ClaimedByAnother => "the message is being handled by another delivery",
            RejectionKind::MessageIdReused => "the message id was used before with another body",
            RejectionKind::StoreUnavailable => "the idempotency store is unavailable",
            RejectionKind::MalformedEvent => "the body is not what the event type expects",
            RejectionKind::DecryptionKeyMissing => {
                "the payload is encrypted and no decryption key is configured"
            }
            RejectionKind::DecryptionFailed => "the payload cannot be decrypted",
            RejectionKind::EncryptionRequired => "the payload is not encrypted",
        })
    }
}

impl Error for Rejection {}
