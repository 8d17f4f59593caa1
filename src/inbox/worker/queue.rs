//! The deliveries of one target.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    task::{JoinError, JoinSet},
    time::{Instant, MissedTickBehavior, interval_at, sleep, timeout},
};

use super::{
    attempt::{Ended, attempt, judge},
    settings::{Phase, Settings},
    target::{Open, Target},
};
use crate::{
    idempotency::OwnerToken,
    inbox::{
        Claimed, Claims, DueTasks, Fate, Inbox, InboxError, Settled, TaskKey,
        telemetry::{self, AttemptOutcome},
    },
    receiver::Receiver,
};

/// Shortest pause between two claims that found nothing.
const MIN_PAUSE: Duration = Duration::from_millis(5);
/// Pause after the store has failed, the first time; it doubles.
const FIRST_STORE_PAUSE: Duration = Duration::from_millis(100);
const MAX_STORE_PAUSE: Duration = Duration::from_secs(5);
/// How long a handler that was dropped may take to stop.
const STOP_TIME: Duration = Duration::from_secs(1);

/// Claims for one target, and hands on what is claimed.
#[derive(Clone)]
pub(super) struct Queue {
    inbox: Arc<dyn Inbox>,
    receiver: Receiver,
    target: Arc<Target>,
    open: Open,
    settings: Arc<Settings>,
}

/// What a queue waits for.
enum Next {
    /// One of its own deliveries.
    Slot,
    /// Work, for at most so long.
    Work(Duration),
    /// The store.
    Store(Duration),
}

impl Queue {
    pub(super) fn new(
        inbox: Arc<dyn Inbox>,
        receiver: Receiver,
        target: Target,
        default_open: Open,
        settings: Arc<Settings>,
    ) -> Self {
        Self {
            open: target.open.unwrap_or(default_open),
            inbox,
            receiver,
            target: Arc::new(target),
            settings,
        }
    }

    pub(super) async fn run(self, mut phase: watch::Receiver<Phase>) {
        let mut wake_ups = self.inbox.wake_ups();
        let mut in_progress = JoinSet::new();
        let mut store_pause = FIRST_STORE_PAUSE;
        while *phase.borrow_and_update() == Phase::Running {
            let free = self.settings.concurrency - in_progress.len();
            let next = if free == 0 {
                Next::Slot
            } else {
                match self.claim(free).await {
                    Ok(claims) => {
                        store_pause = FIRST_STORE_PAUSE;
                        let filled = claims.claimed.len() >= free;
                        if *phase.borrow() != Phase::Running {
                            self.give_back(claims.claimed).await;
                            break;
                        }
                        for claimed in claims.claimed {
                            let delivery = self.clone().deliver(claimed, phase.clone());
                            in_progress.spawn(delivery);
                        }
                        let poll = self.settings.poll_interval;
                        let pause = claims.next_in.map_or(poll, |next| next.min(poll));
                        if filled {
                            Next::Slot
                        } else {
                            Next::Work(pause.max(MIN_PAUSE))
                        }
                    }
                    Err(error) => {
                        telemetry::store_failed(&self.target.name, "claim", &error);
                        let pause = store_pause;
                        store_pause = (pause * 2).min(MAX_STORE_PAUSE);
                        Next::Store(pause)
                    }
                }
            };
            let (pause, may_wake) = match next {
                Next::Slot => (None, false),
                Next::Work(pause) => (Some(pause), true),
                Next::Store(pause) => (Some(pause), false),
            };
            tokio::select! {
                // Its sender is gone when the worker is.
                changed = phase.changed() => if changed.is_err() { return },
                Some(_) = in_progress.join_next() => {}
                () = wake_ups.next(), if may_wake => {}
                () = sleep(pause.unwrap_or_default()), if pause.is_some() => {}
            }
        }
        while in_progress.join_next().await.is_some() {}
    }

    /// Awaited to its end, also while the worker stops: what it claims would be nobody's.
    async fn claim(&self, limit: usize) -> Result<Claims, InboxError> {
        let due = DueTasks {
            endpoint: &self.settings.endpoint,
            target: &self.target.name,
            owner: OwnerToken::random(),
            limit,
            lease: self.settings.lease,
        };
        self.inbox.claim(due).await
    }

    /// The worker was told to stop while it claimed. What cannot be given back comes back when its lease ends.
    async fn give_back(&self, claimed: Vec<Claimed>) {
        for claimed in claimed {
            if let Err(error) = self.inbox.settle(&claimed.key, Fate::Returned).await {
                telemetry::store_failed(&self.target.name, "settle", &error);
            }
        }
    }

    /// One delivery, from its claim to its settlement.
    async fn deliver(self, claimed: Claimed, mut phase: watch::Receiver<Phase>) {
        let (key, id) = (claimed.key.clone(), claimed.request.message_id.clone());
        let failed_attempts = claimed.failed_attempts;
        let Some(ended) = self.handle(claimed, &mut phase).await else {
            return;
        };
        let fate = match ended {
            Some(ended) => {
                let target = &self.target;
                let schedule = target.schedule.as_ref().unwrap_or(&self.settings.schedule);
                let now = self.settings.clock.unix_time();
                judge(ended, failed_attempts, schedule, now)
            }
            None => Fate::Returned,
        };
        self.settle(&key, &id, fate, &mut phase).await;
    }

    /// Runs the handler and renews the lease meanwhile.
    ///
    /// `Some(None)`: it was dropped before its end. `None`: it was told to stop and does not, so nobody may have the
    /// delivery before its lease ends.
    async fn handle(
        &self,
        claimed: Claimed,
        phase: &mut watch::Receiver<Phase>,
    ) -> Option<Option<Ended>> {
        let (key, id) = (claimed.key.clone(), claimed.request.message_id.clone());
        // A task of its own, so that a panic ends there and a handler that blocks its thread does not keep the lease from being
        // renewed.
        let mut task = JoinSet::new();
        let target = Arc::clone(&self.target);
        task.spawn(attempt(self.receiver.clone(), target, self.open, claimed));
        let period = self.settings.lease / 3;
        let mut renewals = interval_at(Instant::now() + period, period);
        renewals.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut is_owner = true;
        loop {
            tokio::select! {
                Some(ended) = task.join_next() => return Some(Some(end_of(ended))),
                () = grace_over(phase) => break,
                _ = renewals.tick(), if is_owner => {
                    match self.inbox.renew(&key, self.settings.lease).await {
                        Ok(Settled::Settled) => {}
                        Ok(Settled::NotOwner) => {
                            is_owner = false;
                            telemetry::lost_lease(&self.target.name, &id);
                        }
                        Err(error) => telemetry::store_failed(&self.target.name, "renew", &error),
                    }
                }
            }
        }
        task.abort_all();
        match timeout(STOP_TIME, task.join_next()).await {
            Ok(Some(Err(error))) if error.is_cancelled() => Some(None),
            Ok(Some(ended)) => Some(Some(end_of(ended))),
            Ok(None) | Err(_) => None,
        }
    }

    /// Tries until it is settled: otherwise a delivery that succeeded would be handled again.
    async fn settle(
        &self,
        key: &TaskKey,
        id: &str,
        fate: Fate,
        phase: &mut watch::Receiver<Phase>,
    ) {
        let name = &*self.target.name;
        let mut pause = FIRST_STORE_PAUSE;
        loop {
            match self.inbox.settle(key, fate.clone()).await {
                Ok(Settled::Settled) => break,
                Ok(Settled::NotOwner) => {
                    telemetry::lost_lease(name, id);
                    break;
                }
                Err(error) => telemetry::store_failed(name, "settle", &error),
            }
            if *phase.borrow() == Phase::GraceOver {
                break;
            }
            tokio::select! {
                () = sleep(pause) => {}
                () = grace_over(phase) => {}
            }
            pause = (pause * 2).min(MAX_STORE_PAUSE);
        }
        let (outcome, status, reason) = match &fate {
            Fate::Done { status } => (AttemptOutcome::Done, Some(*status), None),
            Fate::Retry { failure, .. } => (
                AttemptOutcome::Retry,
                failure.status,
                Some(&*failure.reason),
            ),
            Fate::Dead(failure) => (AttemptOutcome::Dead, failure.status, Some(&*failure.reason)),
            Fate::Returned => return telemetry::returned(name, id),
        };
        telemetry::attempted(name, id, outcome, status, reason);
    }
}

fn end_of(ended: Result<Ended, JoinError>) -> Ended {
    ended.unwrap_or_else(|_| Ended::Failed("the target panicked".to_owned()))
}

/// Ends at the end of the grace, or never.
async fn grace_over(phase: &mut watch::Receiver<Phase>) {
    if phase
        .wait_for(|phase| *phase == Phase::GraceOver)
        .await
        .is_err()
    {
        // The worker itself is gone, and this task with it.
        std::future::pending::<()>().await;
    }
}
