use std::{error::Error, fmt};

/// Why a verified body could not be decoded.
///
/// It names the place, never the content: payloads are personal data and errors end up in logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeError {
    kind: DecodeErrorKind,
    position: Option<Position>,
}

/// The reasons of a [`DecodeError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The body is not what the event type expects.
    Malformed,
    /// The payload is encrypted and no decryption key is configured.
    DecryptionKeyMissing,
    /// The payload is encrypted and cannot be opened, whatever the reason.
    DecryptionFailed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Position {
    line: usize,
    column: usize,
}

impl DecodeError {
    /// The body is not what the event type expects.
    pub fn malformed() -> Self {
        Self::new(DecodeErrorKind::Malformed)
    }

    /// The payload is encrypted and no decryption key is configured.
    pub fn decryption_key_missing() -> Self {
        Self::new(DecodeErrorKind::DecryptionKeyMissing)
    }

    /// The payload is encrypted and cannot be opened. Nothing says why: not the padding, not the tag.
    pub fn decryption_failed() -> Self {
        Self::new(DecodeErrorKind::DecryptionFailed)
    }

    /// The reason.
    pub fn kind(&self) -> DecodeErrorKind {
        self.kind
    }

    fn new(kind: DecodeErrorKind) -> Self {
        Self {
            kind,
            position: None,
        }
    }
}

/// Keeps the line and the column; the message may quote the payload and is dropped.
impl From<serde_json::Error> for DecodeError {
    fn from(error: serde_json::Error) -> Self {
        Self {
            kind: DecodeErrorKind::Malformed,
            position: Some(Position {
                line: error.line(),
                column: error.column(),
            }),
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            DecodeErrorKind::Malformed => "the body is not what the event type expects",
            DecodeErrorKind::DecryptionKeyMissing => {
                "the payload is encrypted and no decryption key is configured"
            }
            DecodeErrorKind::DecryptionFailed => "the payload cannot be decrypted",
        })?;
        match self.position {
            Some(Position { line, column }) => write!(f, " (line {line}, column {column})"),
            None => Ok(()),
        }
    }
}

impl Error for DecodeError {}
