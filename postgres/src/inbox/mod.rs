//! The inbox.

mod accept;
mod dead_letters;
mod group_commit;
mod notify;
mod retention;
mod tasks;

use std::{fmt, sync::Arc, time::Duration};

use sqlx::{
    Connection, PgConnection, PgPool, Postgres, Transaction,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tower_webhook::{
    inbox::{
        Accepted, Claims, DeadLetter, DueTasks, Fate, Inbox, InboxError, InboxErrorKind,
        InboxFuture, Retention, Settled, StoredRequest, Swept, TargetStats, TaskKey, WakeUps,
    },
    receiver::Clock,
};

use self::{
    accept::{Incoming, accept},
    group_commit::GroupCommit,
    notify::Notify,
};
use crate::{
    error::{inbox_error, within},
    schema,
    transaction::begin,
};

/// An inbox in PostgreSQL 12 or later, for any number of processes. Cheap to clone.
///
/// Requests without an order key that come at the same time share a statement and a commit (*group commit*); a request that
/// comes alone does not wait for others. [`accept_in`](Self::accept_in) takes part in a transaction of yours instead.
///
/// Times are the database's, so that the processes need not agree on theirs. Claims skip what another claims at this moment
/// (`SKIP LOCKED`). A worker is woken by `LISTEN` and `NOTIFY` when any process has accepted something, and polls
/// beside that; it listens on one connection more than the pool has.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use tower_webhook_postgres::PgInbox;
///
/// let inbox = PgInbox::connect("postgres://user:password@db.internal/app").await?;
/// inbox.migrate().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PgInbox {
    pool: PgPool,
    clock: Option<Arc<dyn Clock>>,
    timeout: Duration,
    group_commit: Arc<GroupCommit>,
    notify: Arc<Notify>,
}

/// How long an operation may take.
const TIMEOUT: Duration = Duration::from_secs(5);

impl PgInbox {
    /// Connects to the database of a URL such as `postgres://user:password@host:port/database`, with a pool of up to ten
    /// connections. Waits for one connection, so that a mistake is found at once. The tables are made by
    /// [`migrate`](Self::migrate).
    ///
    /// # Errors
    ///
    /// [`CannotOpen`](InboxErrorKind::CannotOpen) for a malformed URL, which is not repeated; the database cannot be reached
    /// within 5 seconds, or rejects the user.
    pub async fn connect(url: &str) -> Result<Self, InboxError> {
        let options: PgConnectOptions = url.parse().map_err(|error: sqlx::Error| {
            InboxError::with_source(InboxErrorKind::CannotOpen, error.to_string())
        })?;
        let connecting = async {
            // A pool would try a server that is down again and again, and not say what is wrong with it.
            PgConnection::connect_with(&options).await?.close().await?;
            let pool = PgPoolOptions::new().acquire_timeout(TIMEOUT);
            pool.connect_with(options.clone()).await
        };
        Ok(Self::new(within(TIMEOUT, connecting).await?))
    }

    /// An inbox over a pool, whose tables are made by [`migrate`](Self::migrate).
    pub fn new(pool: PgPool) -> Self {
        let notify = Arc::new(Notify::new(pool.clone()));
        Self {
            group_commit: Arc::new(GroupCommit::new(pool.clone(), Arc::clone(&notify))),
            notify,
            pool,
            clock: None,
            timeout: TIMEOUT,
        }
    }

    /// How long an operation may take, waiting for a connection of the pool included. Default: 5 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Replaces the database's clock, for tests. All processes would have to agree on it.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Makes the tables, or brings those of an older version up to date: `webhook_message`, `webhook_request`, `webhook_task`,
    /// `webhook_claim` and `webhook_inbox_version`, in the first schema of the search path. Several processes may do so at once.
    ///
    /// # Errors
    ///
    /// [`NewerVersion`](tower_webhook::inbox::InboxErrorKind::NewerVersion), whose tables are left as they are; or the database cannot be
    /// reached or forbids it.
    pub async fn migrate(&self) -> Result<(), InboxError> {
        schema::migrate(&self.pool).await
    }

    /// Accepts a request as a part of `transaction`: it is stored, and handed on, if and only if that is committed. Respond
    /// with a success only then.
    ///
    /// [`Enqueue::stored_request`](tower_webhook::inbox::Enqueue::stored_request) makes the request of a delivery.
    ///
    /// # Errors
    ///
    /// The database could not store it; the transaction has failed with it.
    pub async fn accept_in(
        &self,
        transaction: &mut Transaction<'_, Postgres>,
        request: &StoredRequest,
        targets: &[Arc<str>],
    ) -> Result<Accepted, InboxError> {
        let incoming = self.incoming(request, targets);
        let accepted = accept(transaction, incoming)
            .await
            .map_err(|error| inbox_error(&error))?;
        if accepted == Accepted::Stored {
            // Sent by the database when the transaction is committed.
            notify::notify(transaction)
                .await
                .map_err(|error| inbox_error(&error))?;
        }
        Ok(accepted)
    }

    /// Accepts a request that waits for others of its key.
    async fn accept_in_order(
        &self,
        request: &StoredRequest,
        targets: &[Arc<str>],
    ) -> Result<Accepted, sqlx::Error> {
        let mut transaction = begin(&self.pool).await?;
        let accepted = accept(&mut transaction, self.incoming(request, targets)).await?;
        transaction.commit().await?;
        Ok(accepted)
    }

    fn incoming<'r>(&self, request: &'r StoredRequest, targets: &'r [Arc<str>]) -> Incoming<'r> {
        Incoming {
            request,
            targets,
            now: self.now(),
        }
    }

    /// The time to work with, in milliseconds; `None` is the database's own.
    fn now(&self) -> Option<i64> {
        Some(millis(self.clock.as_ref()?.unix_time()))
    }
}

impl Inbox for PgInbox {
    fn accept<'a>(
        &'a self,
        request: StoredRequest,
        targets: &'a [Arc<str>],
    ) -> InboxFuture<'a, Accepted> {
        Box::pin(async move {
            if request.order_key.is_none() {
                let accepting =
                    self.group_commit
                        .accept(request, targets, self.now(), self.timeout);
                return accepting.await;
            }
            let accepting = self.accept_in_order(&request, targets);
            let accepted = within(self.timeout, accepting).await?;
            if accepted == Accepted::Stored {
                self.notify.soon();
            }
            Ok(accepted)
        })
    }

    fn claim<'a>(&'a self, due: DueTasks<'a>) -> InboxFuture<'a, Claims> {
        Box::pin(within(
            self.timeout,
            tasks::claim(&self.pool, due, self.now()),
        ))
    }

    fn renew<'a>(&'a self, task: &'a TaskKey, lease: Duration) -> InboxFuture<'a, Settled> {
        let renewing = tasks::renew(&self.pool, task, lease, self.now());
        Box::pin(within(self.timeout, renewing))
    }

    fn settle<'a>(&'a self, task: &'a TaskKey, fate: Fate) -> InboxFuture<'a, Settled> {
        let settling = tasks::settle(&self.pool, task, fate, self.now());
        Box::pin(within(self.timeout, settling))
    }

    fn dead_letters<'a>(
        &'a self,
        message_id: Option<&'a str>,
        limit: usize,
    ) -> InboxFuture<'a, Vec<DeadLetter>> {
        let listing = dead_letters::list(&self.pool, message_id, limit);
        Box::pin(within(self.timeout, listing))
    }

    fn redrive<'a>(&'a self, message_id: &'a str) -> InboxFuture<'a, u64> {
        Box::pin(async move {
            let redriving = dead_letters::redrive(&self.pool, message_id, self.now());
            let redriven = within(self.timeout, redriving).await?;
            if redriven > 0 {
                let notifying = async { notify::notify(&mut *self.pool.acquire().await?).await };
                // The workers poll too.
                let _ = within(self.timeout, notifying).await;
            }
            Ok(redriven)
        })
    }

    fn purge_dead_letters(&self) -> InboxFuture<'_, u64> {
        let purging = dead_letters::purge(&self.pool, self.now());
        Box::pin(within(self.timeout.max(Duration::from_secs(60)), purging))
    }

    fn sweep(&self, retention: Retention) -> InboxFuture<'_, Swept> {
        let sweeping = retention::sweep(&self.pool, retention, self.now());
        Box::pin(within(self.timeout, sweeping))
    }

    fn stats(&self) -> InboxFuture<'_, Vec<TargetStats>> {
        Box::pin(within(
            self.timeout.max(Duration::from_secs(60)),
            retention::stats(&self.pool, self.now()),
        ))
    }

    fn wake_ups(&self) -> WakeUps {
        self.notify.listen()
    }
}

impl fmt::Debug for PgInbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PgInbox")
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// As the database keeps times: whole milliseconds, and none beyond its numbers.
pub(crate) fn millis(duration: Duration) -> i64 {
    // So far from the end that a sum of two does not reach it.
    const FOREVER: i64 = i64::MAX / 4;
    i64::try_from(duration.as_millis()).map_or(FOREVER, |millis| millis.min(FOREVER))
}

fn from_millis(millis: i64) -> Duration {
    Duration::from_millis(millis.try_into().unwrap_or_default())
}

/// A text as PostgreSQL can store it: without the character of code 0.
fn text(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
