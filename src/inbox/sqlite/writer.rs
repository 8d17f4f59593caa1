//! The thread that writes: what waits for it shares a transaction, and so one `fsync`.

use std::sync::Arc;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::error::inbox_error;
use crate::{
    inbox::{InboxError, InboxErrorKind},
    message::concurrency::{
        sync::{
            atomic::{AtomicU64, Ordering},
            mpsc,
        },
        thread,
    },
};

/// Most jobs of one transaction, so that the first does not wait for an endless stream of others.
const MAX_JOBS: usize = 256;

/// A handle to the thread, which ends with its last handle.
pub(super) struct Writer {
    jobs: mpsc::Sender<Box<dyn Job>>,
    commits: Arc<AtomicU64>,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> Result<Self, InboxError> {
        let (jobs, queue) = mpsc::channel();
        let commits = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&commits);
        thread::Builder::new()
            .name("webhook-inbox".to_owned())
            .spawn(move || work(&connection, &queue, &counter))
            .map_err(|error| InboxError::with_source(InboxErrorKind::Unavailable, error))?;
        Ok(Self { jobs, commits })
    }

    pub(super) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Nobody gets a reply from a thread that is gone: its channel is dropped.
    pub(super) fn send<T, F>(&self, write: F, reply: oneshot::Sender<Result<T, InboxError>>)
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let job = WriteJob {
            write: Some(write),
            written: None,
            reply,
        };
        // The error holds the job, which is dropped with its channel.
        drop(self.jobs.send(Box::new(job)));
    }
}

/// What is to be written.
trait Job: Send {
    /// Writes, in a transaction. Whether it could.
    fn write(&mut self, connection: &Connection) -> bool;
    /// Replies, once the transaction is over.
    fn reply(self: Box<Self>, committed: Result<(), InboxError>);
}

struct WriteJob<T, F> {
    write: Option<F>,
    written: Option<Result<T, InboxError>>,
    reply: oneshot::Sender<Result<T, InboxError>>,
}

impl<T, F> Job for WriteJob<T, F>
where
    T: Send,
    F: FnOnce(&Connection) -> rusqlite::Result<T> + Send,
{
    fn write(&mut self, connection: &Connection) -> bool {
        let Some(write) = self.write.take() else {
            return false;
        };
        let written = write(connection).map_err(|error| inbox_error(&error));
        let could = written.is_ok();
        self.written = Some(written);
        could
    }

    fn reply(self: Box<Self>, committed: Result<(), InboxError>) {
        let result = match (self.written, committed) {
            // Its own error says more than that of the transaction.
            (Some(Err(error)), _) | (_, Err(error)) => Err(error),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (None, Ok(())) => Err(InboxError::new(InboxErrorKind::Unavailable)),
        };
        // Who asked may be gone.
        drop(self.reply.send(result));
    }
}

fn work(connection: &Connection, queue: &mpsc::Receiver<Box<dyn Job>>, commits: &AtomicU64) {
    while let Ok(first) = queue.recv() {
        let mut jobs = vec![first];
        jobs.extend(queue.try_iter().take(MAX_JOBS - 1));
        let changes = connection.total_changes();
        let committed = transaction(connection, &mut jobs);
        // A claim that finds nothing writes nothing.
        if committed.is_ok() && connection.total_changes() > changes {
            commits.fetch_add(1, Ordering::Relaxed);
        }
        for job in jobs {
            job.reply(committed.clone());
        }
    }
}

fn transaction(connection: &Connection, jobs: &mut [Box<dyn Job>]) -> Result<(), InboxError> {
    let run = |sql: &str| {
        let executed = connection
            .prepare_cached(sql)
            .and_then(|mut it| it.execute([]));
        executed.map_err(|error| inbox_error(&error))
    };
    run("BEGIN IMMEDIATE")?;
    let written = (|| {
        for job in jobs {
            run("SAVEPOINT job")?;
            let could = job.write(connection);
            // Some errors, such as a full disk, take the whole transaction back: then nobody's job is done.
            if connection.is_autocommit() {
                return Err(InboxError::new(InboxErrorKind::Full));
            }
            if !could {
                run("ROLLBACK TO job")?;
            }
            run("RELEASE job")?;
        }
        run("COMMIT").map(drop)
    })();
    if written.is_err() && !connection.is_autocommit() {
        // There is nothing else to be done about a transaction that can neither be committed nor taken back.
        drop(run("ROLLBACK"));
    }
    written
}

#[cfg(test)]
#[path = "../../../tests/interleavings/group_commit.rs"]
mod interleavings;
