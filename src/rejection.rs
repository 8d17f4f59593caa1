//! Why a request is refused.

use std::{error::Error, fmt};

/// A request that was refused, and why.
///
/// It is in the extensions of the answer, for middleware outside; the caller never sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejection {
    kind: RejectionKind,
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
    /// The body is genuine and not what the event type expects.
    MalformedEvent,
    /// The payload is genuine and encrypted, and no decryption key is configured.
    DecryptionKeyMissing,
    /// The payload is genuine and cannot be decrypted, whatever the reason.
    DecryptionFailed,
    /// The payload is genuine and not encrypted, and encryption is required.
    EncryptionRequired,
}

impl Rejection {
    pub(crate) fn new(kind: RejectionKind) -> Self {
        Self { kind }
    }

    /// The reason.
    pub fn kind(&self) -> RejectionKind {
        self.kind
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
