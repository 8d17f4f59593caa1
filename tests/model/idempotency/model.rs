//! A model of an idempotency store that is too simple to be wrong, for tests of every store and of calls at the same time.

use std::{collections::HashMap, time::Duration};

use tower_webhook::{
    idempotency::{BodyDigest, Claim, IdempotencyKey, OwnerToken, Settlement},
    testing::idempotency_key,
};

pub(crate) const LEASE: Duration = Duration::from_secs(10 * 60);
pub(crate) const RETENTION: Duration = Duration::from_secs(25 * 60);

/// What a claim of this number, or the time, does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Call {
    Claim(usize),
    Renew(usize),
    Complete(usize),
    Release(usize),
    /// A release that nobody waits for.
    Abandon(usize),
    Wait(Duration),
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Outcome {
    Claimed(Claim),
    Settled(Settlement),
    Nothing,
}

/// One who claims a key: an owner of this number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claimant {
    pub(crate) key: usize,
    pub(crate) body: u128,
}

impl Claimant {
    pub(crate) fn key(self) -> IdempotencyKey {
        idempotency_key("model", "", &format!("msg_{}", self.key))
    }

    pub(crate) fn digest(self) -> BodyDigest {
        BodyDigest::from_u128(self.body)
    }
}

pub(crate) fn owner(claimant: usize) -> OwnerToken {
    OwnerToken::from_u128(claimant as u128)
}

/// What a key should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct State {
    claimant: usize,
    body: u128,
    until: Duration,
    is_done: bool,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    now: Duration,
    pub(super) states: HashMap<usize, State>,
    pub(crate) claimants: Vec<Claimant>,
}

impl Model {
    pub(crate) fn call(&mut self, call: Call) -> Outcome {
        match call {
            Call::Claim(claimant) => Outcome::Claimed(self.claim(claimant)),
            Call::Renew(claimant) => Outcome::Settled(self.renew(claimant)),
            Call::Complete(claimant) => Outcome::Settled(self.complete(claimant)),
            Call::Release(claimant) => Outcome::Settled(self.release(claimant)),
            Call::Abandon(claimant) => {
                self.release(claimant);
                Outcome::Nothing
            }
            Call::Wait(duration) => {
                self.now += duration;
                Outcome::Nothing
            }
        }
    }

    fn state(&self, key: usize) -> Option<State> {
        let state = *self.states.get(&key)?;
        (state.until > self.now).then_some(state)
    }

    fn put(&mut self, claimant: usize, is_done: bool) {
        let Claimant { key, body } = self.claimants[claimant];
        let until = self.now + if is_done { RETENTION } else { LEASE };
        let state = State {
            claimant,
            body,
            until,
            is_done,
        };
        self.states.insert(key, state);
    }

    /// Whether the key is in progress by this claimant, who may renew, release or claim it again then.
    fn is_in_progress_by(&self, claimant: usize) -> bool {
        self.state(self.claimants[claimant].key)
            .is_some_and(|state| state.claimant == claimant && !state.is_done)
    }

    fn claim(&mut self, claimant: usize) -> Claim {
        let Claimant { key, body } = self.claimants[claimant];
        match self.state(key) {
            Some(_) if self.is_in_progress_by(claimant) => {
                self.put(claimant, false);
                Claim::Fresh
            }
            Some(state) if state.body != body => Claim::OtherBody,
            Some(state) if state.is_done => Claim::Done,
            // No id is stuck for longer than its lease.
            Some(state) => Claim::InProgress {
                remaining: state.until.saturating_sub(self.now),
            },
            None => {
                self.put(claimant, false);
                Claim::Fresh
            }
        }
    }

    fn renew(&mut self, claimant: usize) -> Settlement {
        if !self.is_in_progress_by(claimant) {
            return Settlement::NotOwner;
        }
        self.put(claimant, false);
        Settlement::Settled
    }

    fn complete(&mut self, claimant: usize) -> Settlement {
        match self.state(self.claimants[claimant].key) {
            Some(state) if state.claimant != claimant => return Settlement::NotOwner,
            Some(state) if state.is_done => {}
            _ => self.put(claimant, true),
        }
        Settlement::Settled
    }

    fn release(&mut self, claimant: usize) -> Settlement {
        if !self.is_in_progress_by(claimant) {
            return Settlement::NotOwner;
        }
        self.states.remove(&self.claimants[claimant].key);
        Settlement::Settled
    }
}
