//! Random interleavings of all calls, expiry and crash, beside a model that is too simple to be wrong.

use std::{collections::HashMap, time::Duration};

use proptest::prelude::*;
use tower_webhook::{
    idempotency::{BodyDigest, Claim, IdempotencyKey, IdempotencyStore, OwnerToken, Settlement},
    testing::idempotency_key,
};

use super::TestClock;
use crate::support::now;

const KEYS: usize = 3;
const LEASE: u64 = 10;
const RETENTION: u64 = 25;

#[derive(Clone, Debug)]
enum Step {
    Claim {
        key: usize,
        body: u128,
    },
    /// One of the claims that were ever made acts, whether or not it still may.
    ClaimAgain(usize),
    Renew(usize),
    Complete(usize),
    Release(usize),
    Abandon(usize),
    /// The owner is gone and settles nothing: its lease has to run out.
    Crash(usize),
    Wait {
        millis: u64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let claim = || 0..20_usize;
    prop_oneof![
        4 => (0..KEYS, 0..2_u128).prop_map(|(key, body)| Step::Claim { key, body }),
        1 => claim().prop_map(Step::ClaimAgain),
        1 => claim().prop_map(Step::Renew),
        2 => claim().prop_map(Step::Complete),
        2 => claim().prop_map(Step::Release),
        1 => claim().prop_map(Step::Abandon),
        1 => claim().prop_map(Step::Crash),
        3 => (0..15_u64).prop_map(|millis| Step::Wait { millis }),
    ]
}

/// What a key should be.
#[derive(Clone, Copy, Debug, PartialEq)]
struct State {
    claim: usize,
    body: u128,
    until: u64,
    is_done: bool,
}

/// One that was made at some time.
#[derive(Clone, Copy)]
struct Made {
    key: usize,
    body: u128,
    is_alive: bool,
}

#[derive(Default)]
struct Model {
    now: u64,
    states: HashMap<usize, State>,
    claims: Vec<Made>,
}

impl Model {
    fn state(&self, key: usize) -> Option<State> {
        let state = *self.states.get(&key)?;
        (state.until > self.now).then_some(state)
    }

    fn put(&mut self, claim: usize, is_done: bool) {
        let Made { key, body, .. } = self.claims[claim];
        let until = self.now + if is_done { RETENTION } else { LEASE };
        let state = State {
            claim,
            body,
            until,
            is_done,
        };
        self.states.insert(key, state);
    }

    /// What is of a key that this claim may still renew, release or claim again.
    fn is_in_progress_by(&self, claim: usize) -> bool {
        self.state(self.claims[claim].key)
            .is_some_and(|state| state.claim == claim && !state.is_done)
    }

    fn claim(&mut self, claim: usize) -> Claim {
        let Made { key, body, .. } = self.claims[claim];
        match self.state(key) {
            Some(state) if self.is_in_progress_by(claim) || state.body == body => {
                if self.is_in_progress_by(claim) {
                    self.put(claim, false);
                    return Claim::Fresh;
                }
                if state.is_done {
                    return Claim::Done;
                }
                // No id is stuck for longer than its lease.
                Claim::InProgress {
                    remaining: Duration::from_millis(state.until - self.now),
                }
            }
            Some(_) => Claim::OtherBody,
            None => {
                self.put(claim, false);
                Claim::Fresh
            }
        }
    }

    fn renew(&mut self, claim: usize) -> Settlement {
        if !self.is_in_progress_by(claim) {
            return Settlement::NotOwner;
        }
        self.put(claim, false);
        Settlement::Settled
    }

    fn complete(&mut self, claim: usize) -> Settlement {
        match self.state(self.claims[claim].key) {
            Some(state) if state.claim != claim => return Settlement::NotOwner,
            Some(state) if state.is_done => {}
            _ => self.put(claim, true),
        }
        Settlement::Settled
    }

    fn release(&mut self, claim: usize) -> Settlement {
        if !self.is_in_progress_by(claim) {
            return Settlement::NotOwner;
        }
        self.states.remove(&self.claims[claim].key);
        Settlement::Settled
    }

    /// The claim of this number, if its owner is still there.
    fn alive(&self, claim: usize) -> Option<(usize, IdempotencyKey, OwnerToken, BodyDigest)> {
        let made = self.claims.get(claim).filter(|made| made.is_alive)?;
        let owner = OwnerToken::from_u128(claim as u128);
        Some((
            claim,
            key(made.key),
            owner,
            BodyDigest::from_u128(made.body),
        ))
    }
}

fn key(number: usize) -> IdempotencyKey {
    idempotency_key("model", "", &format!("msg_{number}"))
}

proptest! {
    // They are cheap, and most interleavings are dull.
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.saturating_mul(8)))]

    #[test]
    fn the_memory_store_does_what_the_model_does(steps in prop::collection::vec(step(), 1..80)) {
        let clock = TestClock::default();
        let store = clock.memory_store(KEYS);
        let (lease, retention) = (Duration::from_millis(LEASE), Duration::from_millis(RETENTION));
        let mut model = Model::default();

        for step in steps {
            let step = match step {
                Step::Claim { key, body } => {
                    model.claims.push(Made { key, body, is_alive: true });
                    Step::ClaimAgain(model.claims.len() - 1)
                }
                step => step,
            };
            match step {
                Step::Claim { .. } => unreachable!("it became a claim like that of an owner again"),
                Step::ClaimAgain(claim) => {
                    let Some((claim, key, owner, body)) = model.alive(claim) else { continue };
                    let claimed = now(store.claim(&key, owner, body, lease)).unwrap();
                    prop_assert_eq!(claimed, model.claim(claim));
                }
                Step::Renew(claim) => {
                    let Some((claim, key, owner, _)) = model.alive(claim) else { continue };
                    let renewed = now(store.renew(&key, owner, lease)).unwrap();
                    prop_assert_eq!(renewed, model.renew(claim));
                }
                Step::Complete(claim) => {
                    let Some((claim, key, owner, body)) = model.alive(claim) else { continue };
                    let completed = now(store.complete(&key, owner, body, retention)).unwrap();
                    prop_assert_eq!(completed, model.complete(claim));
                }
                Step::Release(claim) => {
                    let Some((claim, key, owner, _)) = model.alive(claim) else { continue };
                    let released = now(store.release(&key, owner)).unwrap();
                    prop_assert_eq!(released, model.release(claim));
                }
                Step::Abandon(claim) => {
                    let Some((claim, key, owner, _)) = model.alive(claim) else { continue };
                    store.abandon(&key, owner);
                    model.release(claim);
                }
                Step::Crash(claim) => {
                    if let Some(made) = model.claims.get_mut(claim) {
                        made.is_alive = false;
                    }
                }
                Step::Wait { millis } => {
                    model.now += millis;
                    clock.advance(Duration::from_millis(millis));
                }
            }
        }

        // Whatever happened, every key is free once leases and retentions have run out.
        clock.advance(Duration::from_millis(LEASE.max(RETENTION)));
        for number in 0..KEYS {
            let claiming = store.claim(&key(number), OwnerToken::random(), BodyDigest::of(b""), lease);
            prop_assert_eq!(now(claiming).unwrap(), Claim::Fresh);
        }
    }
}
