//! What an inbox should be.

use std::{collections::BTreeMap, time::Duration};

use tower_webhook::inbox::{Accepted, Settled};

use super::calls::{Call, ClaimedTask, Ending, Reply, order_key};

pub(crate) const TARGETS: [&str; 2] = ["crm", "mail"];
pub(crate) const LEASE: Duration = Duration::from_secs(60);
pub(crate) const RETRY_AFTER: Duration = Duration::from_secs(40);
pub(crate) const KEEP_REQUESTS: Duration = Duration::from_secs(100);
pub(crate) const KEEP_IDS: Duration = Duration::from_secs(300);

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Message {
    pub(super) id: usize,
    pub(super) body: u8,
    pub(super) received_at: Duration,
    pub(super) finished_at: Option<Duration>,
    pub(super) is_stored: bool,
    /// By target.
    pub(super) tasks: BTreeMap<usize, Task>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Task {
    pub(super) state: State,
    pub(super) failed_attempts: u32,
    pub(super) lost_leases: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum State {
    Waiting { due: Duration },
    Claimed { owner: usize, until: Duration },
    Blocked,
    Done,
    Dead { at: Duration },
}

impl Task {
    pub(super) fn due(&self) -> Option<Duration> {
        match self.state {
            State::Waiting { due } | State::Claimed { until: due, .. } => Some(due),
            State::Blocked | State::Done | State::Dead { .. } => None,
        }
    }

    pub(super) fn is_dead(&self) -> bool {
        matches!(self.state, State::Dead { .. })
    }
}

/// A task that was claimed: the number of its message, its target, and the number of the claim.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Claim {
    message: usize,
    target: usize,
    owner: usize,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Model {
    pub(super) messages: BTreeMap<usize, Message>,
    accepted: usize,
    owners: usize,
    claims: Vec<Claim>,
}

impl Model {
    pub(crate) fn call(&mut self, call: Call, now: Duration) -> Reply {
        match call {
            Call::Accept { id, body } => Reply::Accepted(self.accept(id, body, now)),
            Call::Claim { target, limit } => self.claim(target, limit, now),
            Call::Renew { claim } => Reply::Settled(self.renew(claim, now)),
            Call::Settle { claim, fate } => Reply::Settled(self.settle(claim, fate, now)),
            Call::Redrive { id } => Reply::Count(self.redrive(id, now)),
            Call::Purge => Reply::Count(self.purge(now)),
            Call::Sweep => self.sweep(now),
            Call::Look => self.look(),
        }
    }

    /// A call whose reply nobody got: what it claimed has no owner.
    pub(crate) fn call_unheard(&mut self, call: Call, now: Duration) {
        let heard_of = self.claims.len();
        self.call(call, now);
        self.claims.truncate(heard_of);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    fn accept(&mut self, id: usize, body: u8, now: Duration) -> Accepted {
        if let Some(known) = self.messages.values().find(|message| message.id == id) {
            return if known.body == body {
                Accepted::Duplicate
            } else {
                Accepted::OtherBody
            };
        }
        let task = |target| {
            let is_blocked = order_key(id).is_some_and(|key| self.is_active(target, key));
            let state = if is_blocked {
                State::Blocked
            } else {
                State::Waiting { due: now }
            };
            let task = Task {
                state,
                failed_attempts: 0,
                lost_leases: 0,
            };
            (target, task)
        };
        let message = Message {
            id,
            body,
            received_at: now,
            finished_at: None,
            is_stored: true,
            tasks: (0..TARGETS.len()).map(task).collect(),
        };
        self.accepted += 1;
        self.messages.insert(self.accepted, message);
        Accepted::Stored
    }

    /// Whether a message of the key waits or is in progress.
    fn is_active(&self, target: usize, key: &str) -> bool {
        let of_key = |message: &&Message| order_key(message.id) == Some(key);
        let tasks = self.messages.values().filter(of_key);
        tasks
            .filter_map(|message| message.tasks.get(&target))
            .any(|task| task.due().is_some())
    }

    pub(super) fn release_first(&mut self, target: usize, id: usize, now: Duration) {
        let Some(key) = order_key(id) else { return };
        if self.is_active(target, key) {
            return;
        }
        let of_key = self.messages.values_mut();
        let first = of_key
            .filter(|message| order_key(message.id) == Some(key))
            .filter_map(|message| message.tasks.get_mut(&target))
            .find(|task| task.state == State::Blocked);
        if let Some(task) = first {
            task.state = State::Waiting { due: now };
        }
    }

    fn claim(&mut self, target: usize, limit: usize, now: Duration) -> Reply {
        let owner = self.owners;
        self.owners += 1;
        let due_at = |message: &Message| message.tasks.get(&target).and_then(Task::due);
        let mut due: Vec<_> = self
            .messages
            .iter()
            .filter_map(|(number, message)| Some((due_at(message)?, *number)))
            .filter(|(due, _)| *due <= now)
            .collect();
        due.sort_unstable();
        due.truncate(limit);
        due.sort_unstable_by_key(|(_, number)| *number);
        let mut tasks = Vec::new();
        for (_, number) in due {
            let Some(message) = self.messages.get_mut(&number) else {
                continue;
            };
            let Some(task) = message.tasks.get_mut(&target) else {
                continue;
            };
            if let State::Claimed { .. } = task.state {
                task.lost_leases += 1;
            }
            task.state = State::Claimed {
                owner,
                until: now + LEASE,
            };
            tasks.push(ClaimedTask {
                id: message.id,
                body: message.body,
                failed_attempts: task.failed_attempts,
                lost_leases: task.lost_leases,
            });
            self.claims.push(Claim {
                message: number,
                target,
                owner,
            });
        }
        let next = self.messages.values().filter_map(due_at).min();
        let is_all = tasks.len() < limit;
        let next_in = next.filter(|_| is_all).map(|due| due.saturating_sub(now));
        Reply::Claimed { tasks, next_in }
    }

    /// The task of a claim, if it is still the owner's.
    fn owned(&mut self, claim: usize) -> Option<(Claim, &mut Task)> {
        let claim = *self.claims.get(claim)?;
        let message = self.messages.get_mut(&claim.message)?;
        let task = message.tasks.get_mut(&claim.target)?;
        match task.state {
            State::Claimed { owner, .. } if owner == claim.owner => Some((claim, task)),
            _ => None,
        }
    }

    fn renew(&mut self, claim: usize, now: Duration) -> Settled {
        let Some((Claim { owner, .. }, task)) = self.owned(claim) else {
            return Settled::NotOwner;
        };
        task.state = State::Claimed {
            owner,
            until: now + LEASE,
        };
        Settled::Settled
    }

    fn settle(&mut self, claim: usize, fate: Ending, now: Duration) -> Settled {
        let Some((claim, task)) = self.owned(claim) else {
            return Settled::NotOwner;
        };
        task.state = match fate {
            Ending::Done => State::Done,
            Ending::Dead => State::Dead { at: now },
            Ending::Retry => State::Waiting {
                due: now + RETRY_AFTER,
            },
            Ending::Returned => State::Waiting { due: now },
        };
        match fate {
            Ending::Done => task.lost_leases = 0,
            Ending::Retry | Ending::Dead => {
                task.lost_leases = 0;
                task.failed_attempts += 1;
            }
            Ending::Returned => {}
        }
        if let (Ending::Done | Ending::Dead, Some(message)) =
            (fate, self.messages.get(&claim.message))
        {
            let id = message.id;
            self.release_first(claim.target, id, now);
            self.finish_if_done(claim.message, now);
        }
        Settled::Settled
    }

    pub(super) fn finish_if_done(&mut self, number: usize, now: Duration) {
        let message = self.messages.get_mut(&number);
        let is_finished =
            |message: &&mut Message| message.tasks.values().all(|task| task.state == State::Done);
        if let Some(message) = message.filter(is_finished) {
            message.finished_at = Some(now);
        }
    }
}

impl Message {
    /// Only its id is left.
    pub(super) fn forget_request(&mut self) {
        self.is_stored = false;
        self.tasks.clear();
    }
}
