//! The inbox: webhooks are stored before the response, and handled by a worker (feature `tokio`).
//!
//! The sender's own retries are durable already, as long as the handler responds after its work is done. An inbox is needed
//! when a handler can take longer than the sender waits, when several systems take the same event, when a failing handler
//! must not disable the endpoint, or when retries have to outlast the sender's.
//!
//! 1. [`Enqueue`], behind [`WebhookLayer`](crate::WebhookLayer), stores the **signed request**: the headers that the
//!    signature needs, `content-type`, and the exact body. It responds 202 once the request is on disk, 200 if it was there before.
//! 2. [`Worker`] claims what is due with a lease, **verifies the stored request again**, and calls a tower service for each
//!    [`Target`]. Write access to the store without the secret is not enough to forge an event.
//! 3. Each target has a fate of its own: done, tried again by its [`Schedule`], or a [`DeadLetter`].
//!
//! A delivery reaches each target at least once: a process that is killed while a handler runs leaves an outcome that is
//! unknown, and the delivery is handled again when its lease has ended.
//!
//! # Data at rest
//!
//! The body is stored as it was signed: encrypted if the sender encrypted it, in plain text otherwise. Treat the store as
//! personal data. A request is deleted [after a retention](Retention) once every target is done with it, dead letters
//! when they are [purged](Inbox::purge_dead_letters); only the id and a digest of the body remain for longer, so that a late duplicate is
//! recognized.
//!
//! `SqliteInbox` (feature `sqlite`) is the embedded store; the package `tower-webhook-postgres` has another.

mod dead_letter;
mod enqueue;
mod error;
mod retention;
mod schedule;
#[cfg(feature = "sqlite")]
mod sqlite;
mod stored_request;
mod task;
mod telemetry;
mod wake_up;
mod worker;

pub use dead_letter::DeadLetter;
pub use enqueue::Enqueue;
pub use error::{InboxError, InboxErrorKind};
pub use retention::{Retention, Swept, TargetStats};
pub use schedule::{InvalidSchedule, Schedule};
#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteInbox, SqliteInboxBuilder};
pub use stored_request::{HeaderLines, StoredRequest};
pub use task::{Accepted, Claimed, Claims, DueTasks, Failure, Fate, Settled, TaskKey};
pub use wake_up::{WakeUp, WakeUps};
pub use worker::{Attempt, Target, Worker};

use std::{pin::Pin, sync::Arc, time::Duration};

/// The future of every method of [`Inbox`]: boxed, so that an inbox can be an `Arc<dyn Inbox>`.
pub type InboxFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, InboxError>> + Send + 'a>>;

/// The name of the only target, where none is named.
pub const DEFAULT_TARGET: &str = "handler";

/// The name of the endpoint, where none is named.
pub const DEFAULT_ENDPOINT: &str = "webhook";

/// A durable store of accepted webhooks, and of what became of them at each target.
///
/// A message is one row for each endpoint, tenant and message id, and a *task* for each target. A task is
///
/// | state | means | left by |
/// |---|---|---|
/// | waiting | due at a time | [`claim`](Self::claim) |
/// | claimed | a worker's until its lease ends, then due again | [`settle`](Self::settle), or another claim |
/// | blocked | waits for an earlier message with the same order key | that message being done or dead |
/// | done | the target succeeded | [`sweep`](Self::sweep) |
/// | dead | given up | [`redrive`](Self::redrive), [`purge_dead_letters`](Self::purge_dead_letters) |
///
/// Each method is one transaction: it has happened as a whole when it returns `Ok`, and not at all when it returns an
/// error, except where the connection broke before the store's confirmation arrived. Every method can be repeated safely.
/// The store brings its own clock, so that all who share it judge leases by one clock. No method may do work that
/// grows with what is stored, except [`stats`](Self::stats) and those for dead letters.
///
/// A future may be dropped at any time: what it was to do is then done as a whole or not at all. Futures have to end by
/// themselves: a store that can hang sets its own time-outs. `testing::inbox_conformance` checks an implementation.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no inbox",
    note = "use `SqliteInbox` (feature `sqlite`), `PgInbox` (package `tower-webhook-postgres`) or an `Arc<dyn Inbox>`"
)]
pub trait Inbox: Send + Sync + 'static {
    /// Stores a request with a task for each of `targets`, unless its message is known. Of concurrent duplicates exactly one is
    /// [`Accepted::Stored`].
    ///
    /// The tasks are due at once, except those with an order key whose message is behind another: these are blocked.
    fn accept<'a>(
        &'a self,
        request: StoredRequest,
        targets: &'a [Arc<str>],
    ) -> InboxFuture<'a, Accepted>;

    /// Claims tasks that are due, those that have been due for longest first. A task whose lease ended is due.
    ///
    /// A claim of a task whose last owner never settled it adds to [`Claimed::lost_leases`].
    fn claim<'a>(&'a self, due: DueTasks<'a>) -> InboxFuture<'a, Claims>;

    /// Lets the lease of a claimed task end in `lease` from now, if the task is still the owner's.
    fn renew<'a>(&'a self, task: &'a TaskKey, lease: Duration) -> InboxFuture<'a, Settled>;

    /// Ends a claim, if the task is still the owner's. A lease that ended changes nothing as long as no other worker claimed.
    fn settle<'a>(&'a self, task: &'a TaskKey, fate: Fate) -> InboxFuture<'a, Settled>;

    /// The dead letters, those that died first at the front: at most `limit`, of `message_id` or of all messages.
    fn dead_letters<'a>(
        &'a self,
        message_id: Option<&'a str>,
        limit: usize,
    ) -> InboxFuture<'a, Vec<DeadLetter>>;

    /// Makes the dead targets of a message due again, with their attempts reset. Returns how many there were: 0 for a
    /// message that is unknown or has none.
    fn redrive<'a>(&'a self, message_id: &'a str) -> InboxFuture<'a, u64>;

    /// Deletes all dead letters and returns how many there were. Their ids are kept, and what waits is not touched: a request
    /// that another target still needs stays stored.
    fn purge_dead_letters(&self) -> InboxFuture<'_, u64>;

    /// Deletes requests and ids whose retention has ended: a bounded number at a time. [`Swept::more`] is true if
    /// another call has more to do.
    fn sweep(&self, retention: Retention) -> InboxFuture<'_, Swept>;

    /// What waits and what is dead, for each target that has either.
    fn stats(&self) -> InboxFuture<'_, Vec<TargetStats>>;

    /// Wakes a worker when something may have become due. Default: never, so that the worker relies on its polling.
    fn wake_ups(&self) -> WakeUps {
        WakeUps::never()
    }
}

impl<I: Inbox + ?Sized> Inbox for Arc<I> {
    fn accept<'a>(
        &'a self,
        request: StoredRequest,
        targets: &'a [Arc<str>],
    ) -> InboxFuture<'a, Accepted> {
        (**self).accept(request, targets)
    }

    fn claim<'a>(&'a self, due: DueTasks<'a>) -> InboxFuture<'a, Claims> {
        (**self).claim(due)
    }

    fn renew<'a>(&'a self, task: &'a TaskKey, lease: Duration) -> InboxFuture<'a, Settled> {
        (**self).renew(task, lease)
    }

    fn settle<'a>(&'a self, task: &'a TaskKey, fate: Fate) -> InboxFuture<'a, Settled> {
        (**self).settle(task, fate)
    }

    fn dead_letters<'a>(
        &'a self,
        message_id: Option<&'a str>,
        limit: usize,
    ) -> InboxFuture<'a, Vec<DeadLetter>> {
        (**self).dead_letters(message_id, limit)
    }

    fn redrive<'a>(&'a self, message_id: &'a str) -> InboxFuture<'a, u64> {
        (**self).redrive(message_id)
    }

    fn purge_dead_letters(&self) -> InboxFuture<'_, u64> {
        (**self).purge_dead_letters()
    }

    fn sweep(&self, retention: Retention) -> InboxFuture<'_, Swept> {
        (**self).sweep(retention)
    }

    fn stats(&self) -> InboxFuture<'_, Vec<TargetStats>> {
        (**self).stats()
    }

    fn wake_ups(&self) -> WakeUps {
        (**self).wake_ups()
    }
}
