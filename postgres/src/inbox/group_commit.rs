//! Requests that come at the same time share a statement, and so one commit.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sqlx::PgPool;
use tokio::{
    runtime::Handle,
    sync::oneshot,
    time::{error::Elapsed, timeout},
};
use tower_webhook::inbox::{Accepted, InboxError, InboxErrorKind, StoredRequest};

use super::{
    accept::{Incoming, accept, accept_all},
    notify::Notify,
};
use crate::{
    error::{inbox_error, within},
    transaction::begin,
};

/// Most requests of one statement.
const MAX_REQUESTS: usize = 64;

/// Most bytes of their bodies, unless the first has more.
const MAX_BYTES: usize = 1024 * 1024;

/// How many statements run at a time: while one is committed, the next is written.
const MAX_STATEMENTS: usize = 2;

/// How long a statement may take before the next begins beside it, and may wait for a lock before each of its requests goes on
/// alone: one of them can have to wait for a transaction of another service.
const PATIENCE: Duration = Duration::from_millis(250);

/// What has not begun yet waits here.
pub(super) struct GroupCommit {
    database: Database,
    queue: Arc<Mutex<Queue>>,
}

/// Where requests are stored, and whom that wakes.
#[derive(Clone)]
struct Database {
    pool: PgPool,
    notify: Arc<Notify>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Job>,
    running: usize,
}

struct Job {
    request: StoredRequest,
    targets: Vec<Arc<str>>,
    now: Option<i64>,
    /// How long it may take from when its statement begins.
    limit: Duration,
    reply: oneshot::Sender<Result<Accepted, InboxError>>,
}

impl GroupCommit {
    pub(super) fn new(pool: PgPool, notify: Arc<Notify>) -> Self {
        let (database, queue) = (Database { pool, notify }, Arc::default());
        Self { database, queue }
    }

    /// Stores a request without an order key. Waiting ends by itself after `limit`.
    pub(super) async fn accept(
        &self,
        request: StoredRequest,
        targets: &[Arc<str>],
        now: Option<i64>,
        limit: Duration,
    ) -> Result<Accepted, InboxError> {
        let runtime = Handle::try_current()
            .map_err(|error| InboxError::with_source(InboxErrorKind::Unavailable, error))?;
        let (reply, accepted) = oneshot::channel();
        let job = Job {
            request,
            targets: targets.to_vec(),
            now,
            limit,
            reply,
        };
        let mut runner = Runner::push(&self.queue, job);
        let waiting = async {
            let mut accepted = accepted;
            loop {
                if let Some(runner) = runner.take() {
                    runtime.spawn(runner.run(self.database.clone()));
                }
                match timeout(PATIENCE, &mut accepted).await {
                    Ok(Ok(accepted)) => return accepted,
                    // The runtime that ran the statement has ended.
                    Ok(Err(_)) => return Err(InboxError::new(InboxErrorKind::Unavailable)),
                    // So may the one have that was to run it.
                    Err(Elapsed { .. }) => runner = Runner::for_waiting(&self.queue),
                }
            }
        };
        match timeout(limit, waiting).await {
            Ok(accepted) => accepted,
            Err(Elapsed { .. }) => Err(InboxError::new(InboxErrorKind::TimedOut)),
        }
    }
}

impl Queue {
    /// What is next, in the order of the ids: statements that wait for each other's ids all wait in one direction.
    fn next(&mut self) -> Vec<Job> {
        let (mut next, mut bytes): (Vec<Job>, usize) = (Vec::new(), 0);
        self.waiting.retain(Job::is_awaited);
        while let Some(job) = self.waiting.front() {
            bytes += job.request.body.len();
            let fits = next.len() < MAX_REQUESTS && bytes <= MAX_BYTES;
            let is_there = next.iter().any(|other| other.id() == job.id());
            if is_there || !fits && !next.is_empty() {
                break;
            }
            next.extend(self.waiting.pop_front());
        }
        next.sort_unstable_by(|one, other| one.id().cmp(&other.id()));
        next
    }
}

impl Job {
    fn id(&self) -> (&str, &str, &str) {
        let request = &self.request;
        (&request.message_id, &request.endpoint, &request.tenant)
    }

    /// Where no client waits any more, none would be told that it is stored.
    fn is_awaited(&self) -> bool {
        !self.reply.is_closed()
    }

    fn incoming(&self) -> Incoming<'_> {
        Incoming {
            request: &self.request,
            targets: &self.targets,
            now: self.now,
        }
    }
}

/// Runs one statement after the other. Its place is free again when it is dropped, also with its runtime.
struct Runner {
    queue: Arc<Mutex<Queue>>,
    is_over: bool,
}

impl Runner {
    /// Lets a job wait. The result is to be run.
    fn push(queue: &Arc<Mutex<Queue>>, job: Job) -> Option<Self> {
        lock(queue).waiting.push_back(job);
        Self::for_waiting(queue)
    }

    /// One more, if there is a place and something waits.
    fn for_waiting(queue: &Arc<Mutex<Queue>>) -> Option<Self> {
        let mut waiting = lock(queue);
        if waiting.waiting.is_empty() || waiting.running >= MAX_STATEMENTS {
            return None;
        }
        waiting.running += 1;
        Some(Self {
            queue: Arc::clone(queue),
            is_over: false,
        })
    }

    async fn run(mut self, database: Database) {
        loop {
            let jobs = self.next();
            if jobs.is_empty() {
                return;
            }
            let storing = tokio::spawn(database.clone().store(jobs));
            // One that takes longer goes on by itself.
            drop(timeout(PATIENCE, storing).await);
        }
    }

    /// Nothing that is pushed meanwhile is overlooked: the place is free before the queue is.
    fn next(&mut self) -> Vec<Job> {
        let mut queue = lock(&self.queue);
        let jobs = queue.next();
        if jobs.is_empty() {
            queue.running -= 1;
            self.is_over = true;
        }
        jobs
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        if !self.is_over {
            lock(&self.queue).running -= 1;
        }
    }
}

fn lock(queue: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Database {
    async fn store(self, jobs: Vec<Job>) {
        let jobs = match <[Job; 1]>::try_from(jobs) {
            Ok([job]) => {
                let storing = async {
                    let mut connection = self.pool.acquire().await?;
                    accept(&mut connection, job.incoming()).await
                };
                let accepted = within(job.limit, storing).await;
                return self.reply(job, accepted);
            }
            Err(jobs) => jobs,
        };
        let limit = jobs.iter().map(|job| job.limit).max().unwrap_or_default();
        let error = match timeout(limit, self.store_together(&jobs, PATIENCE)).await {
            Ok(Ok(accepted)) => {
                let replies = jobs.into_iter().zip(accepted);
                return replies.for_each(|(job, accepted)| self.reply(job, Ok(accepted)));
            }
            // One of them is at fault, or its message was deleted meanwhile, and the others are not to suffer for it.
            Ok(Err(sqlx::Error::Database(_) | sqlx::Error::RowNotFound)) => {
                return jobs.into_iter().for_each(|job| {
                    tokio::spawn(self.clone().store_alone(job));
                });
            }
            Ok(Err(error)) => inbox_error(&error),
            Err(Elapsed { .. }) => InboxError::new(InboxErrorKind::TimedOut),
        };
        for job in jobs {
            self.reply(job, Err(error.clone()));
        }
    }

    /// Stores in one transaction, which waits this long for a lock.
    async fn store_together(
        &self,
        jobs: &[Job],
        patience: Duration,
    ) -> Result<Vec<Accepted>, sqlx::Error> {
        let incoming: Vec<_> = jobs.iter().map(Job::incoming).collect();
        let mut transaction = begin(&self.pool).await?;
        sqlx::query("SELECT set_config('lock_timeout', $1, true)")
            .bind(patience.as_millis().to_string())
            .execute(&mut *transaction)
            .await?;
        let accepted = accept_all(&mut transaction, &incoming).await?;
        transaction.commit().await?;
        Ok(accepted)
    }

    /// Stores one that was among others. Its connection is free again after its limit, too.
    async fn store_alone(self, job: Job) {
        if !job.is_awaited() {
            return;
        }
        let storing = async {
            let accepted = self.store_together(std::slice::from_ref(&job), job.limit);
            accepted.await?.pop().ok_or(sqlx::Error::RowNotFound)
        };
        let accepted = within(job.limit, storing).await;
        self.reply(job, accepted);
    }

    /// Wakes the workers, whether or not the one who asked is still there.
    fn reply(&self, job: Job, accepted: Result<Accepted, InboxError>) {
        if matches!(accepted, Ok(Accepted::Stored)) {
            self.notify.soon();
        }
        drop(job.reply.send(accepted));
    }
}
