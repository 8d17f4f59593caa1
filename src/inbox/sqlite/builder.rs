use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};

use super::{Shared, SqliteInbox, error::inbox_error, schema, writer::Writer};
use crate::{
    inbox::{InboxError, InboxErrorKind, WakeUp},
    message::clock::{Clock, SystemClock},
};

/// Configures a [`SqliteInbox`].
#[must_use]
pub struct SqliteInboxBuilder {
    opening: Opening,
    clock: Box<dyn Clock>,
}

/// How connections are opened.
#[derive(Clone, Debug)]
pub(super) struct Opening {
    pub(super) path: PathBuf,
    lock_timeout: Duration,
    max_bytes: Option<u64>,
}

impl SqliteInboxBuilder {
    pub(super) fn new(path: &Path) -> Self {
        Self {
            opening: Opening {
                path: path.to_owned(),
                lock_timeout: Duration::from_secs(5),
                max_bytes: None,
            },
            clock: Box::new(SystemClock),
        }
    }

    /// How long to wait for another process that writes; the inbox counts as
    /// [`Locked`](crate::inbox::InboxErrorKind::Locked) then. Default: 5 seconds.
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.opening.lock_timeout = timeout;
        self
    }

    /// How large the file may become, in bytes, without its journal. What comes after that is not stored
    /// ([`Full`](crate::inbox::InboxErrorKind::Full)). Default: as large as the disk allows.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.opening.max_bytes = Some(bytes);
        self
    }

    /// Where the time comes from. Processes that share the file have to agree on it. Default:
    /// [`SystemClock`](crate::receiver::SystemClock).
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Opens the inbox, makes or migrates its tables, and starts the thread that writes.
    ///
    /// # Errors
    ///
    /// See [`SqliteInbox::open`].
    pub fn open(self) -> Result<SqliteInbox, InboxError> {
        // To SQLite these name databases that end with their connection.
        if ["", ":memory:"]
            .map(Path::new)
            .contains(&&*self.opening.path)
        {
            let detail = "an inbox needs a file";
            return Err(InboxError::with_source(InboxErrorKind::CannotOpen, detail));
        }
        schema::check_file(&self.opening.path)?;
        let mut connection = self.opening.connect_to_write()?;
        schema::migrate(&mut connection)?;
        self.opening
            .journal(&connection)
            .map_err(|error| inbox_error(&error))?;
        Ok(SqliteInbox {
            shared: Arc::new(Shared {
                writer: Writer::start(connection)?,
                opening: self.opening,
                wake_up: WakeUp::new(),
                clock: self.clock,
            }),
        })
    }
}

impl Opening {
    /// How long a write may take: the wait for a lock, and some for the disk.
    pub(super) fn write_timeout(&self) -> Duration {
        self.lock_timeout.saturating_add(Duration::from_secs(5))
    }

    fn connect_to_write(&self) -> Result<Connection, InboxError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        self.connect(flags)
    }

    /// Without the flag to create: a file that is gone is an error, not an empty inbox.
    pub(super) fn connect_to_read(&self) -> Result<Connection, InboxError> {
        self.connect(OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)
    }

    fn connect(&self, flags: OpenFlags) -> Result<Connection, InboxError> {
        let connect = || {
            let connection = Connection::open_with_flags(&self.path, flags)?;
            connection.busy_timeout(self.lock_timeout)?;
            connection.set_prepared_statement_cache_capacity(64);
            Ok(connection)
        };
        connect().map_err(|error: rusqlite::Error| inbox_error(&error))
    }

    /// Only after the tables are known to be ours: the mode of the journal is written into the file.
    fn journal(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        if let Some(bytes) = self.max_bytes {
            let page_size: u32 =
                connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
            let pages = bytes / u64::from(page_size.max(1));
            // SQLite's own limit is lower than the largest number.
            let pages = u32::try_from(pages).unwrap_or(u32::MAX).max(1);
            connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
        }
        Ok(())
    }
}

impl fmt::Debug for SqliteInboxBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteInboxBuilder")
            .field("opening", &self.opening)
            .finish_non_exhaustive()
    }
}

/// `synchronous` is a connection's own, which no other can read.
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_committed_is_on_disk() {
        let opening = SqliteInboxBuilder::new(":memory:".as_ref()).opening;
        let connection = opening.connect_to_write().unwrap();
        // Not what SQLite does by default.
        connection
            .pragma_update(None, "synchronous", "OFF")
            .unwrap();
        opening.journal(&connection).unwrap();
        let synchronous = connection.pragma_query_value(None, "synchronous", |row| row.get(0));
        let full: i64 = 2;
        assert_eq!(synchronous, Ok(full));
    }
}
