//! Handling what was stored.

mod attempt;
mod queue;
mod settings;
mod target;

pub use attempt::Attempt;
pub use target::Target;

use std::{fmt, sync::Arc, time::Duration};

use tokio::{sync::watch, task::JoinSet, time::sleep};

use self::{
    queue::Queue,
    settings::{Phase, Settings},
    target::{Open, open_into},
};
use super::{DEFAULT_ENDPOINT, Inbox, Retention, Schedule, telemetry};
use crate::{event::WebhookEvent, message::clock::Clock, receiver::Receiver};

/// Hands on what an inbox has stored: claims it, verifies it again, and calls a tower service for each [`Target`].
///
/// | what the service does | what becomes of the delivery |
/// |---|---|
/// | responds 2xx | done |
/// | responds 429 or 503 | tried again by the schedule, and no earlier than its `retry-after` asks |
/// | responds with another 4xx | dead at once |
/// | responds with anything else, returns an error, panics, or takes longer than the time-out | tried again by the schedule, then dead |
/// | is not reached: the stored request does not verify or does not decode | dead at once |
///
/// The request has the URI that it came to, the stored headers, the body, a [`Delivery<E>`](crate::Delivery) and an
/// [`Attempt`]. The receiver checks the signature alone: not the age, the source address or the header token. While
/// anything waits, it has to have the secrets that were retired since.
///
/// Processes that share an inbox may each run workers.
///
/// ```
/// # #[cfg(feature = "sqlite")]
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// use bytes::Bytes;
/// use http::{Request, Response};
/// use http_body_util::Full;
/// use tower::service_fn;
/// use tower_webhook::{Delivery, Receiver, inbox::{SqliteInbox, Worker}};
///
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("inbox.db");
/// let receiver = Receiver::builder(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]).build()?;
/// let inbox = SqliteInbox::open(path)?;
///
/// let handler = service_fn(async |request: Request<Full<Bytes>>| {
///     let delivery = request.extensions().get::<Delivery<Bytes>>().expect("a delivery");
///     println!("{}", delivery.id());
///     Ok::<_, std::convert::Infallible>(Response::new(()))
/// });
/// let shutdown = async { /* a signal */ };
/// Worker::new(inbox, receiver, handler).run(shutdown).await;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[must_use = "a worker does nothing until it is `run`"]
pub struct Worker {
    inbox: Arc<dyn Inbox>,
    receiver: Receiver,
    targets: Vec<Target>,
    open: Open,
    settings: Settings,
}

impl Worker {
    /// A worker with one target: a [`Target`], or a tower service, which is then the target
    /// [`DEFAULT_TARGET`](super::DEFAULT_TARGET).
    pub fn new(inbox: impl Inbox, receiver: Receiver, target: impl Into<Target>) -> Self {
        Self {
            inbox: Arc::new(inbox),
            receiver,
            targets: vec![target.into()],
            open: open_into::<bytes::Bytes>,
            settings: Settings::default(),
        }
    }

    /// Adds a target with a fate of its own. One with the same name is replaced.
    pub fn target(mut self, target: impl Into<Target>) -> Self {
        let target = target.into();
        self.targets.retain(|other| other.name != target.name);
        self.targets.push(target);
        self
    }

    /// The event type of every target that names none. Default: `Bytes`, the body as it is.
    pub fn decode<E: WebhookEvent>(mut self) -> Self {
        self.open = open_into::<E>;
        self
    }

    /// Whose deliveries are handled: the endpoint of [`Enqueue`](super::Enqueue). Default:
    /// [`DEFAULT_ENDPOINT`].
    pub fn endpoint(mut self, endpoint: impl Into<Arc<str>>) -> Self {
        self.settings.endpoint = endpoint.into();
        self
    }

    /// How many deliveries are in progress at most, for each target by itself: one that hangs occupies only its own. At least 1,
    /// as which 0 counts. Default: 8.
    pub fn concurrency(mut self, deliveries: usize) -> Self {
        self.settings.concurrency = deliveries.max(1);
        self
    }

    /// How long a claim lives without being renewed, which happens three times as often: the time after which another
    /// worker takes over from one that was killed. At least 100 ms, as which less counts. Default: 60 seconds.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.settings.lease = lease.max(Duration::from_millis(100));
        self
    }

    /// The delays between the attempts, for every target that names none. Default: [Svix's](Schedule::default).
    pub fn schedule(mut self, schedule: Schedule) -> Self {
        self.settings.schedule = schedule;
        self
    }

    /// How long what is in progress may go on after the shutdown; what is then unfinished is dropped and given back, to be
    /// handled again. Longer than the time-outs of the targets. Default: 20 seconds.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.settings.grace = grace;
        self
    }

    /// How often the inbox is asked at least, where nothing wakes the worker: what another process accepts or
    /// redrives waits for so long. Default: 1 second.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.settings.poll_interval = interval;
        self
    }

    /// How long finished requests and their ids are kept. Default: [`Retention::default`].
    pub fn retention(mut self, retention: Retention) -> Self {
        self.settings.retention = retention;
        self
    }

    /// How often what is beyond its retention is deleted, and the gauges are set. Default: 15 seconds.
    pub fn maintenance_interval(mut self, interval: Duration) -> Self {
        self.settings.maintenance_interval = interval;
        self
    }

    /// The time that a `retry-after` with a date is compared with. Default: [`SystemClock`](crate::receiver::SystemClock).
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.settings.clock = Arc::new(clock);
        self
    }

    /// Works until `shutdown` is ready; then claims nothing more, settles what is in progress within the
    /// [grace](Self::grace), and gives the rest back.
    ///
    /// Dropping the future instead is a crash: what is in progress is handled again when its leases have ended.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime that has timers.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let phase = watch::Sender::new(Phase::Running);
        let settings = Arc::new(self.settings);
        let names = self.targets.iter().map(|target| target.name.clone());
        let maintenance = maintain(
            Arc::clone(&self.inbox),
            Arc::clone(&settings),
            names.collect(),
        );
        // Dropped with this future, these stop what was spawned.
        let mut maintaining = JoinSet::new();
        maintaining.spawn(maintenance);
        let mut queues = JoinSet::new();
        for target in self.targets {
            let queue = Queue::new(
                Arc::clone(&self.inbox),
                self.receiver.clone(),
                target,
                self.open,
                Arc::clone(&settings),
            );
            queues.spawn(queue.run(phase.subscribe()));
        }
        shutdown.await;
        phase.send_replace(Phase::Stopping);
        let finished = async { while queues.join_next().await.is_some() {} };
        tokio::pin!(finished);
        tokio::select! {
            () = &mut finished => return,
            () = sleep(settings.grace) => {}
        }
        phase.send_replace(Phase::GraceOver);
        finished.await;
    }
}

/// Deletes what is beyond its retention, and sets the gauges.
async fn maintain(inbox: Arc<dyn Inbox>, settings: Arc<Settings>, targets: Vec<Arc<str>>) {
    loop {
        loop {
            match inbox.sweep(settings.retention).await {
                // Leaves the store to others in between.
                Ok(swept) if swept.more => sleep(Duration::from_millis(20)).await,
                Ok(_) => break,
                Err(error) => {
                    telemetry::store_failed("", "sweep", &error);
                    break;
                }
            }
        }
        match inbox.stats().await {
            Ok(stats) => telemetry::stats(&settings.endpoint, &targets, &stats),
            Err(error) => telemetry::store_failed("", "stats", &error),
        }
        sleep(settings.maintenance_interval).await;
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("targets", &self.targets)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
