//! Why a request is refused.

use std::{error::Error, fmt, time::Duration};

/// A request that was refused, and why.
///
/// It is in the extensions of the answer, for middleware outside; the caller never sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejection {
    kind: RejectionKind,
    retry_after: Option<Duration>,
}

/// One kind for each reason of refusal, in the order in which the reasons are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RejectionKind {
    /// The method is not POST.
    MethodNotAllowed,
    /// The address that the request comes from cannot be told.
    SourceIpUnknown,
    /// The address that the request comes from is not in the allowlist.
    SourceIpNotAllowed,
    /// There are no secrets for this request: nobody expects it here.
    UnknownTenant,
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
    /// The body is, or says that it is, larger than the limit.
    BodyTooLarge,
    /// The body broke off before its end.
    BodyIncomplete,
    /// No signature of the list was made with any of the secrets.
    SignatureMismatch,
    /// The message was handled before; the handler is not called again.
    AlreadyHandled,
    /// The message is being handled by another delivery of it.
    ClaimedByAnother,
    /// A message with the same id and another body was received before.
    MessageIdReused,
    /// The idempotency store cannot say whether the message was handled.
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
}

impl Rejection {
    pub(crate) fn new(kind: RejectionKind) -> Self {
        Self {
            kind,
            retry_after: None,
        }
    }

    pub(crate) fn with_retry_after(kind: RejectionKind, retry_after: Duration) -> Self {
        Self {
            kind,
            retry_after: Some(retry_after),
        }
    }

    /// The reason.
    pub fn kind(&self) -> RejectionKind {
        self.kind
    }

    /// When it makes sense to try again, where that can be said: from now on, in whole seconds when it is sent.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

impl From<RejectionKind> for Rejection {
    fn from(kind: RejectionKind) -> Self {
        Self::new(kind)
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            RejectionKind::MethodNotAllowed => "the method is not POST",
            RejectionKind::SourceIpUnknown => "the source address is unknown",
            RejectionKind::SourceIpNotAllowed => "the source address is not allowed",
            RejectionKind::UnknownTenant => "there are no secrets for this request",
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
