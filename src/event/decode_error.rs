use std::{error::Error, fmt};

/// Why a verified body could not be decoded.
///
/// It names the place, never the content: payloads are personal data and errors end up in logs. An author of an event
/// type makes one with [`malformed`](Self::malformed), or from a `serde_json` error, and adds what is known about the
/// place.
///
/// ```
/// use tower_webhook::event::DecodeError;
///
/// let error = DecodeError::malformed().with_position(2, 7).with_path("items[0].price");
/// assert_eq!(
///     error.to_string(),
///     "the body is not what the event type expects at `items[0].price` (line 2, column 7)",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    kind: DecodeErrorKind,
    position: Option<Position>,
    path: Option<Box<str>>,
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

    /// The payload is encrypted and cannot be opened. The reason is not shown: neither the padding's nor the tag's.
    pub fn decryption_failed() -> Self {
        Self::new(DecodeErrorKind::DecryptionFailed)
    }

    /// Adds the line and the column, in bytes, both counted from 1.
    #[must_use]
    pub fn with_position(mut self, line: usize, column: usize) -> Self {
        self.position = Some(Position { line, column });
        self
    }

    /// Adds the path of the field, such as `items[0].price`. It is logged, so it has to be made of the names of fields and
    /// not of what was sent.
    #[must_use]
    pub fn with_path(mut self, path: impl Into<Box<str>>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// The reason.
    pub fn kind(&self) -> DecodeErrorKind {
        self.kind
    }

    /// The line of the body where the error is, from 1, if it is known. In an encrypted payload it is not.
    pub fn line(&self) -> Option<usize> {
        self.position.map(|position| position.line)
    }

    /// The column in bytes where the error is, from 1, if it is known. A byte order mark does not count.
    pub fn column(&self) -> Option<usize> {
        self.position.map(|position| position.column)
    }

    /// The path of the field where the error is, if it is known.
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    fn new(kind: DecodeErrorKind) -> Self {
        Self {
            kind,
            position: None,
            path: None,
        }
    }
}

/// Keeps the line and the column; the message may quote the payload and is dropped.
impl From<serde_json::Error> for DecodeError {
    fn from(error: serde_json::Error) -> Self {
        match error.line() {
            // Not from a text.
            0 => Self::malformed(),
            line => Self::malformed().with_position(line, error.column()),
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
        if let Some(path) = &self.path {
            write!(f, " at `{path}`")?;
        }
        match self.position {
            Some(Position { line, column }) => write!(f, " (line {line}, column {column})"),
            None => Ok(()),
        }
    }
}

impl Error for DecodeError {}
