//! An inbox in a file whose answers can be replaced, and which remembers how claims ended.
//!
//! Whatever lease it is asked for, it keeps a claim for an hour: a machine that is slow loses none by itself.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use tower_webhook::inbox::{
    Accepted, Claims, DeadLetter, DueTasks, Fate, Inbox, InboxError, InboxErrorKind, InboxFuture,
    Retention, Settled, SqliteInbox, StoredRequest, Swept, TargetStats, TaskKey, WakeUps,
};

/// What an inbox is told to say in place of its own answer.
#[derive(Clone, Copy, Debug)]
pub(super) enum Say {
    /// Another worker has claimed the task since.
    NotOwner,
    Down,
}

const LEASE: Duration = Duration::from_secs(3600);

#[derive(Clone)]
pub(super) struct Told {
    inner: SqliteInbox,
    calls: Arc<Mutex<HashMap<&'static str, Calls>>>,
    fates: Arc<Mutex<Vec<(String, Fate)>>>,
}

/// Of one method.
#[derive(Default)]
struct Calls {
    count: usize,
    first: VecDeque<Say>,
}

impl Told {
    pub(super) fn new(inner: &SqliteInbox) -> Self {
        Self {
            inner: inner.clone(),
            calls: Arc::default(),
            fates: Arc::default(),
        }
    }

    /// Replaces one more of the first answers of a method.
    pub(super) fn say(self, method: &'static str, what: Say) -> Self {
        let mut calls = self.calls.lock().unwrap();
        calls.entry(method).or_default().first.push_back(what);
        drop(calls);
        self
    }

    /// How often a method was called.
    pub(super) fn count(&self, method: &str) -> usize {
        let calls = self.calls.lock().unwrap();
        calls.get(method).map_or(0, |calls| calls.count)
    }

    /// How the claims of a target ended.
    pub(super) fn fates(&self, target: &str) -> Vec<Fate> {
        let fates = self.fates.lock().unwrap();
        let of_target = fates.iter().filter(|(name, _)| name == target);
        of_target.map(|(_, fate)| fate.clone()).collect()
    }

    /// Counts a call; `Some` is what it is told to say.
    fn called<T: Send + 'static>(
        &self,
        method: &'static str,
        not_owner: Option<T>,
    ) -> Option<InboxFuture<'static, T>> {
        let mut calls = self.calls.lock().unwrap();
        let calls = calls.entry(method).or_default();
        calls.count += 1;
        let said = match calls.first.pop_front()? {
            Say::NotOwner => Ok(not_owner.expect("a method that has an owner")),
            Say::Down => Err(InboxError::new(InboxErrorKind::Unavailable)),
        };
        Some(Box::pin(async { said }))
    }
}

impl Inbox for Told {
    fn accept<'a>(
        &'a self,
        request: StoredRequest,
        targets: &'a [Arc<str>],
    ) -> InboxFuture<'a, Accepted> {
        self.inner.accept(request, targets)
    }

    fn claim<'a>(&'a self, due: DueTasks<'a>) -> InboxFuture<'a, Claims> {
        let due = DueTasks {
            lease: LEASE,
            ..due
        };
        self.called("claim", None)
            .unwrap_or_else(|| self.inner.claim(due))
    }

    fn renew<'a>(&'a self, task: &'a TaskKey, _: Duration) -> InboxFuture<'a, Settled> {
        self.called("renew", Some(Settled::NotOwner))
            .unwrap_or_else(|| self.inner.renew(task, LEASE))
    }

    fn settle<'a>(&'a self, task: &'a TaskKey, fate: Fate) -> InboxFuture<'a, Settled> {
        let told = self.called("settle", Some(Settled::NotOwner));
        told.unwrap_or_else(|| {
            let mut fates = self.fates.lock().unwrap();
            fates.push((task.target.to_string(), fate.clone()));
            self.inner.settle(task, fate)
        })
    }

    fn dead_letters<'a>(
        &'a self,
        message_id: Option<&'a str>,
        limit: usize,
    ) -> InboxFuture<'a, Vec<DeadLetter>> {
        self.inner.dead_letters(message_id, limit)
    }

    fn redrive<'a>(&'a self, message_id: &'a str) -> InboxFuture<'a, u64> {
        self.inner.redrive(message_id)
    }

    fn purge_dead_letters(&self) -> InboxFuture<'_, u64> {
        self.inner.purge_dead_letters()
    }

    fn sweep(&self, retention: Retention) -> InboxFuture<'_, Swept> {
        self.called("sweep", None)
            .unwrap_or_else(|| self.inner.sweep(retention))
    }

    fn stats(&self) -> InboxFuture<'_, Vec<TargetStats>> {
        self.called("stats", None)
            .unwrap_or_else(|| self.inner.stats())
    }

    fn wake_ups(&self) -> WakeUps {
        self.inner.wake_ups()
    }
}
