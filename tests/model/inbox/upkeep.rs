//! What an operator and the sweeping do, and see.

use std::time::Duration;

use super::{
    calls::{Dead, Reply, order_key},
    state::{KEEP_IDS, KEEP_REQUESTS, Message, Model, State, TARGETS, Task},
};

impl Model {
    pub(super) fn redrive(&mut self, id: usize, now: Duration) -> u64 {
        let mut redriven = 0;
        for target in 0..TARGETS.len() {
            let mut messages = self.messages.values_mut();
            let message = messages.find(|message| message.id == id);
            let task = message.and_then(|message| message.tasks.get_mut(&target));
            let Some(task) = task.filter(|task| task.is_dead()) else {
                continue;
            };
            task.failed_attempts = 0;
            task.lost_leases = 0;
            task.state = match order_key(id) {
                Some(_) => State::Blocked,
                None => State::Waiting { due: now },
            };
            redriven += 1;
            self.release_first(target, id, now);
        }
        redriven
    }

    pub(super) fn purge(&mut self, now: Duration) -> u64 {
        let mut purged = 0;
        let numbers: Vec<usize> = self.messages.keys().copied().collect();
        for number in numbers {
            let Some(message) = self.messages.get_mut(&number) else {
                continue;
            };
            let before = message.tasks.len();
            message.tasks.retain(|_, task| !task.is_dead());
            let deleted = before - message.tasks.len();
            purged += deleted as u64;
            if deleted > 0 && message.tasks.values().all(|task| task.state == State::Done) {
                message.forget_request();
                self.finish_if_done(number, now);
            }
        }
        purged
    }

    pub(super) fn sweep(&mut self, now: Duration) -> Reply {
        let (mut requests, before) = (0, self.messages.len());
        let is_over = |message: &Message, kept| {
            let finished_at = message.finished_at;
            finished_at.is_some_and(|finished_at| finished_at + kept <= now)
        };
        for message in self.messages.values_mut() {
            if message.is_stored && is_over(message, KEEP_REQUESTS) {
                message.forget_request();
                requests += 1;
            }
        }
        let is_kept = |message: &Message| message.is_stored || !is_over(message, KEEP_IDS);
        self.messages.retain(|_, message| is_kept(message));
        Reply::Swept {
            requests,
            ids: (before - self.messages.len()) as u64,
        }
    }

    pub(super) fn look(&self) -> Reply {
        let mut dead = Vec::new();
        let mut open = Vec::new();
        for (target, name) in TARGETS.iter().enumerate() {
            let of_target = |message| -> Option<(&Message, &Task)> {
                let message: &Message = message;
                Some((message, message.tasks.get(&target)?))
            };
            let (mut waiting, mut buried) = (0, 0);
            for (number, message) in &self.messages {
                let Some((message, task)) = of_target(message) else {
                    continue;
                };
                match task.state {
                    State::Waiting { .. } | State::Claimed { .. } | State::Blocked => waiting += 1,
                    State::Done => {}
                    State::Dead { at } => {
                        buried += 1;
                        let letter = Dead {
                            id: message.id,
                            target: (*name).to_owned(),
                            received_at: message.received_at,
                            died_at: at,
                            attempts: task.failed_attempts,
                        };
                        dead.push(((at, *number, target), letter));
                    }
                }
            }
            if waiting + buried > 0 {
                open.push(((*name).to_owned(), waiting, buried));
            }
        }
        dead.sort_by_key(|(order, _)| *order);
        Reply::Seen {
            dead: dead.into_iter().map(|(_, letter)| letter).collect(),
            open,
        }
    }
}
