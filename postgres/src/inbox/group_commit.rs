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

use super::accept::{Incoming, accept, accept_all};
use crate::error::{inbox_error, within};

/// Most requests of one statement.
const MAX_REQUESTS: usize = 64;

/// Most bytes of their bodies, unless the first has more.
const MAX_BYTES: usize = 1024 * 1024;

/// How many statements run at a time: while one is committed, the next is written.
const MAX_STATEMENTS: usize = 2;

/// How long the others wait for a statement before the next begins beside it, and for a lock before each goes on alone: one of
/// them can have to wait for a transaction of somebody else.
const PATIENCE: Duration = Duration::from_millis(250);

/// What has not begun yet waits here.
pub(super) struct GroupCommit {
    pool: PgPool,
    queue: Arc<Mutex<Queue>>,
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
    reply: oneshot::Sender<Result<Accepted, InboxError>>,
}

impl GroupCommit {
    pub(super) fn new(pool: PgPool) -> Self {
        let queue = Arc::default();
        Self { pool, queue }
    }

    /// Stores a request without an order key. A statement ends by itself after `limit`, and so does waiting for it.
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
            reply,
        };
        if let Some(runner) = Runner::push(&self.queue, job) {
            runtime.spawn(runner.run(self.pool.clone(), limit));
        }
        match timeout(limit, accepted).await {
            Ok(Ok(accepted)) => accepted,
            // The runtime that ran the statement has ended.
            Ok(Err(_)) => Err(InboxError::new(InboxErrorKind::Unavailable)),
            Err(Elapsed { .. }) => Err(InboxError::new(InboxErrorKind::TimedOut)),
        }
    }
}

impl Queue {
    /// What is next, in the order of the ids: statements that wait for each other's ids all wait in one direction.
    fn next(&mut self) -> Vec<Job> {
        let (mut next, mut bytes): (Vec<Job>, usize) = (Vec::new(), 0);
        // Nobody would be told that it is stored.
        self.waiting.retain(|job| !job.reply.is_closed());
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

    fn incoming(&self) -> Incoming<'_> {
        Incoming {
            request: &self.request,
            targets: &self.targets,
            now: self.now,
        }
    }

    fn reply(self, accepted: Result<Accepted, InboxError>) {
        // Who asked may be gone.
        drop(self.reply.send(accepted));
    }
}

/// Runs one statement after the other. Its place is free again when it is dropped, also with its runtime.
struct Runner {
    queue: Arc<Mutex<Queue>>,
    is_over: bool,
}

impl Runner {
    /// Lets a job wait; gives somebody to run it if too few do.
    fn push(queue: &Arc<Mutex<Queue>>, job: Job) -> Option<Self> {
        let mut waiting = lock(queue);
        waiting.waiting.push_back(job);
        if waiting.running == MAX_STATEMENTS {
            return None;
        }
        waiting.running += 1;
        Some(Self {
            queue: Arc::clone(queue),
            is_over: false,
        })
    }

    async fn run(mut self, pool: PgPool, limit: Duration) {
        loop {
            let jobs = self.next();
            if jobs.is_empty() {
                return;
            }
            let storing = tokio::spawn(store(pool.clone(), jobs, limit));
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

async fn store(pool: PgPool, jobs: Vec<Job>, limit: Duration) {
    let jobs = match <[Job; 1]>::try_from(jobs) {
        Ok([job]) => return store_alone(pool, job, limit).await,
        Err(jobs) => jobs,
    };
    let storing = store_together(&pool, &jobs);
    let error = match timeout(limit, storing).await {
        Ok(Ok(accepted)) => {
            let replies = jobs.into_iter().zip(accepted);
            return replies.for_each(|(job, accepted)| job.reply(Ok(accepted)));
        }
        // One of them is at fault, and the others are not to suffer for it.
        Ok(Err(sqlx::Error::Database(_))) => {
            return jobs.into_iter().for_each(|job| {
                tokio::spawn(store_alone(pool.clone(), job, limit));
            });
        }
        Ok(Err(error)) => inbox_error(&error),
        Err(Elapsed { .. }) => InboxError::new(InboxErrorKind::TimedOut),
    };
    jobs.into_iter()
        .for_each(|job| job.reply(Err(error.clone())));
}

async fn store_together(pool: &PgPool, jobs: &[Job]) -> Result<Vec<Accepted>, sqlx::Error> {
    let incoming: Vec<_> = jobs.iter().map(Job::incoming).collect();
    let mut transaction = pool.begin().await?;
    sqlx::query("SELECT set_config('lock_timeout', $1, true)")
        .bind(PATIENCE.as_millis().to_string())
        .execute(&mut *transaction)
        .await?;
    let accepted = accept_all(&mut transaction, &incoming).await?;
    transaction.commit().await?;
    Ok(accepted)
}

async fn store_alone(pool: PgPool, job: Job, limit: Duration) {
    let accepting = async {
        let mut connection = pool.acquire().await?;
        accept(&mut connection, job.incoming()).await
    };
    let accepted = within(limit, accepting).await;
    job.reply(accepted);
}
