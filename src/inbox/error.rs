use std::{error::Error, fmt, sync::Arc};

/// An inbox could not do what it was to do. Its text names the reason and nothing of what is stored.
#[derive(Clone, Debug)]
pub struct InboxError {
    kind: InboxErrorKind,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

/// The reasons of an [`InboxError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InboxErrorKind {
    /// It cannot be reached, or responds with an error.
    Unavailable,
    /// It did not respond in time.
    TimedOut,
    /// There is no space left, on the disk or within the limit that was set.
    Full,
    /// Another process holds the lock on the database.
    Locked,
    /// The file cannot be opened: its path, its permissions.
    CannotOpen,
    /// The database is not an inbox, or no database at all.
    NotAnInbox,
    /// A newer version of this crate has changed the database. It was left as it is.
    NewerVersion,
    /// The tables of the inbox are not there yet, or are those of an older version: migrate first.
    NotMigrated,
    /// What the database holds is damaged.
    Damaged,
}

impl InboxError {
    /// An error without a cause of its own.
    pub fn new(kind: InboxErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// An error with what caused it. The cause must show neither a secret nor what is stored.
    pub fn with_source(
        kind: InboxErrorKind,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self {
            kind,
            source: Some(source.into().into()),
        }
    }

    /// The reason.
    pub fn kind(&self) -> InboxErrorKind {
        self.kind
    }
}

impl fmt::Display for InboxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            InboxErrorKind::Unavailable => "the inbox is unavailable",
            InboxErrorKind::TimedOut => "the inbox did not respond in time",
            InboxErrorKind::Full => "the inbox has no space left",
            InboxErrorKind::Locked => "the inbox is locked by another process",
            InboxErrorKind::CannotOpen => "the inbox cannot be opened",
            InboxErrorKind::NotAnInbox => "the database is not an inbox",
            InboxErrorKind::NewerVersion => {
                "the inbox was written by a newer version, which this one cannot read"
            }
            InboxErrorKind::NotMigrated => "the tables of the inbox are missing or outdated",
            InboxErrorKind::Damaged => "the inbox is damaged",
        })?;
        match &self.source {
            Some(source) => write!(f, ": {source}"),
            None => Ok(()),
        }
    }
}

impl Error for InboxError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        // Its text is in this error's own text already, so what follows is what caused the cause.
        self.source.as_deref().and_then(Error::source)
    }
}
