//! Random interleavings of claim, complete, release, expiry and crash, beside a model that is too simple to be wrong.

use std::{collections::HashMap, time::Duration};

use proptest::prelude::*;
use tower_webhook::{Claim, IdempotencyStore, OwnerToken, Settlement, testing::idempotency_key};

use super::TestClock;
use crate::support::now;

const KEYS: usize = 3;
const LEASE: u64 = 10;
const RETENTION: u64 = 25;

#[derive(Clone, Debug)]
enum Step {
    Claim {
        key: usize,
    },
    /// One of the claims that were ever made settles, whether or not it still may.
    Complete {
        claim: usize,
    },
    Release {
        claim: usize,
    },
    Abandon {
        claim: usize,
    },
    /// The owner is gone and settles nothing: its lease has to run out.
    Crash {
        claim: usize,
    },
    Wait {
        millis: u64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let claim = || 0..20_usize;
    prop_oneof![
        4 => (0..KEYS).prop_map(|key| Step::Claim { key }),
        2 => claim().prop_map(|claim| Step::Complete { claim }),
        2 => claim().prop_map(|claim| Step::Release { claim }),
        1 => claim().prop_map(|claim| Step::Abandon { claim }),
        1 => claim().prop_map(|claim| Step::Crash { claim }),
        3 => (0..15_u64).prop_map(|millis| Step::Wait { millis }),
    ]
}

/// What a key should be.
#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    InProgress { claim: usize, until: u64 },
    Done { until: u64 },
}

#[derive(Default)]
struct Model {
    now: u64,
    states: HashMap<usize, State>,
}

impl Model {
    fn state(&self, key: usize) -> Option<State> {
        let state = *self.states.get(&key)?;
        let (State::InProgress { until, .. } | State::Done { until }) = state;
        (until > self.now).then_some(state)
    }

    fn is_owner(&self, key: usize, claim: usize) -> bool {
        matches!(self.state(key), Some(State::InProgress { claim: of, .. }) if of == claim)
    }
}

proptest! {
    // They are cheap, and most interleavings are dull.
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.saturating_mul(8)))]

    #[test]
    fn the_memory_store_does_what_the_model_does(steps in prop::collection::vec(step(), 1..80)) {
        let clock = TestClock::default();
        let store = clock.memory_store(KEYS);
        let key = |number: usize| idempotency_key("model", "", &format!("msg_{number}"));
        let mut model = Model::default();
        // Every claim that was ever fresh: its key, its owner, and whether the owner is still there.
        let mut claims: Vec<(usize, OwnerToken, bool)> = Vec::new();

        for step in steps {
            match step {
                Step::Claim { key: number } => {
                    let claim = now(store.claim(&key(number), Duration::from_millis(LEASE)));
                    match (claim.unwrap(), model.state(number)) {
                        (Claim::Fresh(owner), None) => {
                            // Never two live owners, and never one token for two claims.
                            prop_assert!(claims.iter().all(|(_, other, _)| *other != owner));
                            let claim = claims.len();
                            claims.push((number, owner, true));
                            let until = model.now + LEASE;
                            model.states.insert(number, State::InProgress { claim, until });
                        }
                        (Claim::InProgress { remaining }, Some(State::InProgress { until, .. })) => {
                            // No id is stuck for longer than its lease.
                            prop_assert_eq!(remaining, Duration::from_millis(until - model.now));
                        }
                        (Claim::Done, Some(State::Done { .. })) => {}
                        (claim, state) => prop_assert!(false, "{claim:?} of {state:?}"),
                    }
                }
                Step::Complete { claim } => {
                    let Some(&(number, owner, true)) = claims.get(claim) else { continue };
                    let retention = Duration::from_millis(RETENTION);
                    let settled = now(store.complete(&key(number), owner, retention)).unwrap();
                    if model.is_owner(number, claim) {
                        prop_assert_eq!(settled, Settlement::Settled);
                        let until = model.now + RETENTION;
                        model.states.insert(number, State::Done { until });
                    } else {
                        prop_assert_eq!(settled, Settlement::NotOwner);
                    }
                }
                Step::Release { claim } => {
                    let Some(&(number, owner, true)) = claims.get(claim) else { continue };
                    let settled = now(store.release(&key(number), owner)).unwrap();
                    if model.is_owner(number, claim) {
                        prop_assert_eq!(settled, Settlement::Settled);
                        model.states.remove(&number);
                    } else {
                        prop_assert_eq!(settled, Settlement::NotOwner);
                    }
                }
                Step::Abandon { claim } => {
                    let Some(&(number, owner, true)) = claims.get(claim) else { continue };
                    store.abandon(&key(number), owner);
                    if model.is_owner(number, claim) {
                        model.states.remove(&number);
                    }
                }
                Step::Crash { claim } => {
                    if let Some((_, _, alive)) = claims.get_mut(claim) {
                        *alive = false;
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
            let claim = now(store.claim(&key(number), Duration::from_millis(LEASE)));
            prop_assert!(matches!(claim, Ok(Claim::Fresh(_))));
        }
    }
}
