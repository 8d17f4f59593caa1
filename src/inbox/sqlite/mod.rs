//! An inbox in a SQLite file.

mod builder;
mod error;
mod maintenance;
mod reading;
mod schema;
mod statements;
mod writer;

pub use builder::SqliteInboxBuilder;

use std::{fmt, path::Path, sync::Arc, time::Duration};

use rusqlite::Connection;
use tokio::{sync::oneshot, time::timeout};

use self::{builder::Opening, writer::Writer};
use super::{
    Accepted, Claims, DeadLetter, DueTasks, Fate, Inbox, InboxError, InboxErrorKind, InboxFuture,
    Retention, Settled, StoredRequest, Swept, TargetStats, TaskKey, WakeUp, WakeUps,
};
use crate::message::clock::Clock;

/// An inbox in a SQLite file, for one machine. Cheap to clone.
///
/// SQLite is built in. Its journal is a WAL with `synchronous=FULL`: what is accepted survives a power failure, as far as the disk
/// keeps what it confirmed. One thread writes; requests that arrive while it waits for the disk share the next
/// transaction, and so one `fsync` (*group commit*).
///
/// Other processes of the machine may open the same file, to redrive for example or with workers of their own. A network
/// file system is no place for it.
///
/// ```
/// use tower_webhook::inbox::{Inbox, SqliteInbox};
///
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("inbox.db");
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// let inbox = SqliteInbox::open(path)?;
/// assert_eq!(inbox.dead_letters(None, 100).await?, []);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SqliteInbox {
    shared: Arc<Shared>,
}

struct Shared {
    opening: Opening,
    writer: Writer,
    wake_up: WakeUp,
    clock: Box<dyn Clock>,
}

impl SqliteInbox {
    /// Opens an inbox, and makes the file if there is none.
    ///
    /// # Errors
    ///
    /// [`CannotOpen`](InboxErrorKind::CannotOpen), [`NotAnInbox`](InboxErrorKind::NotAnInbox),
    /// [`NewerVersion`](InboxErrorKind::NewerVersion), [`Locked`](InboxErrorKind::Locked),
    /// [`Full`](InboxErrorKind::Full) or [`Damaged`](InboxErrorKind::Damaged).
    pub fn open(path: impl AsRef<Path>) -> Result<Self, InboxError> {
        Self::builder(path).open()
    }

    /// Starts to configure an inbox.
    pub fn builder(path: impl AsRef<Path>) -> SqliteInboxBuilder {
        SqliteInboxBuilder::new(path.as_ref())
    }

    /// How many transactions this handle and its clones have committed. With many requests at a time it is far less than what was
    /// accepted.
    pub fn commits(&self) -> u64 {
        self.shared.writer.commits()
    }

    fn now(&self) -> i64 {
        millis(self.shared.clock.unix_time())
    }

    /// Writes in a transaction, perhaps together with others. It is committed when the future is ready.
    async fn write<T: Send + 'static>(
        &self,
        write: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, InboxError> {
        let (reply, result) = oneshot::channel();
        self.shared.writer.send(write, reply);
        // A disk that hangs must not keep the sender waiting for ever. What was to be written may be written later.
        let limit = self.shared.opening.write_timeout();
        match timeout(limit, result).await {
            Ok(result) => result.unwrap_or(Err(InboxError::new(InboxErrorKind::Unavailable))),
            Err(_) => Err(InboxError::new(InboxErrorKind::TimedOut)),
        }
    }

    /// Reads on a connection of its own, so that what grows with the number of rows does not keep a writer waiting.
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, InboxError> {
        let opening = self.shared.opening.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let connection = opening.connect_to_read()?;
            read(&connection).map_err(|error| error::inbox_error(&error))
        });
        let gone = Err(InboxError::new(InboxErrorKind::Unavailable));
        reading.await.unwrap_or(gone)
    }
}

impl Inbox for SqliteInbox {
    fn accept<'a>(
        &'a self,
        request: StoredRequest,
        targets: &'a [Arc<str>],
    ) -> InboxFuture<'a, Accepted> {
        Box::pin(async move {
            let (now, targets) = (self.now(), targets.to_vec());
            let accept = move |db: &Connection| statements::accept(db, &request, &targets, now);
            let accepted = self.write(accept).await?;
            if accepted == Accepted::Stored {
                self.shared.wake_up.wake();
            }
            Ok(accepted)
        })
    }

    fn claim<'a>(&'a self, due: DueTasks<'a>) -> InboxFuture<'a, Claims> {
        Box::pin(async move {
            let claim = statements::Claim::new(&due, self.now());
            self.write(move |db| claim.run(db)).await
        })
    }

    fn renew<'a>(&'a self, task: &'a TaskKey, lease: Duration) -> InboxFuture<'a, Settled> {
        Box::pin(async move {
            let (task, until) = (task.clone(), self.now().saturating_add(millis(lease)));
            self.write(move |db| statements::renew(db, &task, until))
                .await
        })
    }

    fn settle<'a>(&'a self, task: &'a TaskKey, fate: Fate) -> InboxFuture<'a, Settled> {
        Box::pin(async move {
            let (task, now) = (task.clone(), self.now());
            let settle = move |db: &Connection| statements::settle(db, &task, &fate, now);
            self.write(settle).await
        })
    }

    fn dead_letters<'a>(
        &'a self,
        message_id: Option<&'a str>,
        limit: usize,
    ) -> InboxFuture<'a, Vec<DeadLetter>> {
        let message_id = message_id.map(ToOwned::to_owned);
        Box::pin(self.read(move |db| reading::dead_letters(db, message_id.as_deref(), limit)))
    }

    fn redrive<'a>(&'a self, message_id: &'a str) -> InboxFuture<'a, u64> {
        Box::pin(async move {
            let (message_id, now) = (message_id.to_owned(), self.now());
            let redrive = move |db: &Connection| maintenance::redrive(db, &message_id, now);
            let redriven = self.write(redrive).await?;
            if redriven > 0 {
                self.shared.wake_up.wake();
            }
            Ok(redriven)
        })
    }

    fn purge_dead_letters(&self) -> InboxFuture<'_, u64> {
        let now = self.now();
        Box::pin(self.write(move |db| maintenance::purge_dead_letters(db, now)))
    }

    fn sweep(&self, retention: Retention) -> InboxFuture<'_, Swept> {
        let now = self.now();
        Box::pin(self.write(move |db| maintenance::sweep(db, retention, now)))
    }

    fn stats(&self) -> InboxFuture<'_, Vec<TargetStats>> {
        let now = self.now();
        Box::pin(self.read(move |db| reading::stats(db, now)))
    }

    fn wake_ups(&self) -> WakeUps {
        self.shared.wake_up.listen()
    }
}

impl fmt::Debug for SqliteInbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteInbox")
            .field("path", &self.shared.opening.path)
            .finish_non_exhaustive()
    }
}

/// As the database keeps times: whole milliseconds, and none beyond its numbers.
fn millis(duration: Duration) -> i64 {
    // So far from the end that a sum of two does not reach it.
    const FOREVER: i64 = i64::MAX / 4;
    i64::try_from(duration.as_millis()).map_or(FOREVER, |millis| millis.min(FOREVER))
}

fn from_millis(millis: i64) -> Duration {
    Duration::from_millis(millis.try_into().unwrap_or_default())
}
