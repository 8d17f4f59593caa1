//! A store in memory whose first answers can be replaced.

use std::{
    collections::HashMap,
    future::{Ready, ready},
    sync::{Arc, Mutex},
    time::Duration,
};

use tower_webhook::idempotency::{
    BodyDigest, Claim, IdempotencyKey, IdempotencyStore, MemoryStore, OwnerToken, Settlement,
    StoreError, StoreErrorKind,
};

use super::once::memory;
use crate::support::now;

/// What a store is told to say in place of its own answer.
#[derive(Clone, Copy)]
pub(super) enum Say {
    /// Another delivery has claimed the handler since.
    NotOwner,
    Down,
}

#[derive(Clone)]
pub(super) struct Told {
    calls: Arc<Mutex<HashMap<&'static str, Calls>>>,
    inner: MemoryStore,
}

/// Of one method.
#[derive(Default)]
struct Calls {
    count: usize,
    /// What the first calls are told, and how many.
    first: Option<(Say, usize)>,
}

impl Told {
    pub(super) fn new() -> Self {
        Self {
            calls: Arc::default(),
            inner: memory(),
        }
    }

    /// Replaces so many of the first answers of a method.
    pub(super) fn say(self, method: &'static str, what: Say, times: usize) -> Self {
        let mut calls = self.calls.lock().unwrap();
        calls.entry(method).or_default().first = Some((what, times));
        drop(calls);
        self
    }

    /// How often a method was called.
    pub(super) fn count(&self, method: &str) -> usize {
        let calls = self.calls.lock().unwrap();
        calls.get(method).map_or(0, |calls| calls.count)
    }

    /// Counts a call; `Some` is what it is told to say.
    fn called(&self, method: &'static str) -> Option<Say> {
        let mut calls = self.calls.lock().unwrap();
        let calls = calls.entry(method).or_default();
        calls.count += 1;
        let (what, times) = calls.first?;
        (calls.count <= times).then_some(what)
    }

    fn settle(
        &self,
        method: &'static str,
        settle: impl FnOnce(&MemoryStore) -> <MemoryStore as IdempotencyStore>::Settling,
    ) -> Answer<Settlement> {
        ready(match self.called(method) {
            Some(Say::NotOwner) => Ok(Settlement::NotOwner),
            Some(Say::Down) => Err(down()),
            None => now(settle(&self.inner)),
        })
    }
}

type Answer<T> = Ready<Result<T, StoreError>>;

fn down() -> StoreError {
    StoreError::new(StoreErrorKind::Unavailable)
}

impl IdempotencyStore for Told {
    type Claiming = Answer<Claim>;
    type Settling = Answer<Settlement>;

    fn claim(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        lease: Duration,
    ) -> Self::Claiming {
        ready(match self.called("claim") {
            Some(Say::NotOwner) => panic!("a claim has no owner yet"),
            Some(Say::Down) => Err(down()),
            None => now(self.inner.claim(key, owner, digest, lease)),
        })
    }

    fn renew(&self, key: &IdempotencyKey, owner: OwnerToken, lease: Duration) -> Self::Settling {
        self.settle("renew", |inner| inner.renew(key, owner, lease))
    }

    fn complete(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        retention: Duration,
    ) -> Self::Settling {
        self.settle("complete", |inner| {
            inner.complete(key, owner, digest, retention)
        })
    }

    fn release(&self, key: &IdempotencyKey, owner: OwnerToken) -> Self::Settling {
        self.settle("release", |inner| inner.release(key, owner))
    }

    fn abandon(&self, key: &IdempotencyKey, owner: OwnerToken) {
        self.inner.abandon(key, owner);
    }
}
