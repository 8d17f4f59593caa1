//! All calls of many owners in any order, expiry and crashes.

use std::{future::Future, time::Duration};

use proptest::prelude::*;
use tower_webhook::idempotency::{BodyDigest, Claim, IdempotencyStore, OwnerToken, StoreError};

use super::model::{Call, Claimant, LEASE, Model, Outcome, RETENTION, owner};

const KEYS: usize = 3;

/// One step of a history. Claimants are known by the order in which they came.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// One who comes anew, and claims.
    NewClaim { key: usize, body: u128 },
    /// One of those that ever came acts, whether or not it still may.
    Call(Call),
    /// The owner is gone and settles nothing: its lease has to run out.
    Vanish(usize),
    /// The process is killed: all owners are gone, and another process opens the store.
    Crash,
}

/// Histories of up to so many steps.
pub(crate) fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    let claimant = || 0..20_usize;
    let step = prop_oneof![
        8 => (0..KEYS, 0..2_u128).prop_map(|(key, body)| Step::NewClaim { key, body }),
        2 => claimant().prop_map(|claimant| Step::Call(Call::Claim(claimant))),
        2 => claimant().prop_map(|claimant| Step::Call(Call::Renew(claimant))),
        4 => claimant().prop_map(|claimant| Step::Call(Call::Complete(claimant))),
        4 => claimant().prop_map(|claimant| Step::Call(Call::Release(claimant))),
        2 => claimant().prop_map(|claimant| Step::Call(Call::Abandon(claimant))),
        2 => claimant().prop_map(Step::Vanish),
        6 => (0..15_u64).prop_map(|minutes| Step::Call(Call::Wait(Duration::from_secs(60 * minutes)))),
        1 => Just(Step::Crash),
    ];
    prop::collection::vec(step, 1..most)
}

/// A store of one kind, its time, and how its process crashes.
pub(crate) trait World {
    type Store: IdempotencyStore;

    /// Whether the store outlives the process.
    const OUTLIVES_THE_PROCESS: bool;
    /// Whether an abandoned key is free when the call returns, and not only some time later.
    const ABANDONS_AT_ONCE: bool;
    /// How much real time may pass in a history where the store goes by a real clock.
    const REAL_TIME: Duration;

    fn store(&self) -> Self::Store;

    fn wait(&mut self, duration: Duration) -> impl Future<Output = ()>;

    fn crash(&mut self) -> impl Future<Output = ()>;
}

/// Lets a store, which is empty, and the model follow a history. Panics where they part.
pub(crate) async fn follow<W: World>(mut world: W, steps: &[Step]) {
    let mut model = Model::default();
    let mut is_alive = Vec::new();
    for step in steps {
        let call = match *step {
            Step::NewClaim { key, body } => {
                model.claimants.push(Claimant { key, body });
                is_alive.push(true);
                Call::Claim(model.claimants.len() - 1)
            }
            Step::Vanish(claimant) => {
                if let Some(is_alive) = is_alive.get_mut(claimant) {
                    *is_alive = false;
                }
                continue;
            }
            Step::Crash => {
                world.crash().await;
                is_alive.fill(false);
                if !W::OUTLIVES_THE_PROCESS {
                    model.states.clear();
                }
                continue;
            }
            Step::Call(call) => call,
        };
        if claimant(call).is_some_and(|claimant| is_alive.get(claimant) != Some(&true)) {
            continue;
        }
        let outcome = run(&mut world, &model, call).await.expect("a response");
        let expected = model.call(call);
        assert!(
            is_expected::<W>(expected, outcome),
            "{call:?} came to {outcome:?}, and not to {expected:?}"
        );
        if let (Call::Abandon(claimant), false) = (call, W::ABANDONS_AT_ONCE) {
            // Who gives up does not come back. What is released once more is free for sure.
            is_alive[claimant] = false;
            let key = model.claimants[claimant].key();
            let released = world.store().release(&key, owner(claimant)).await;
            released.expect("a response");
        }
    }
    // Whatever happened, every key is free once leases and retentions have run out.
    world.wait(LEASE.max(RETENTION)).await;
    for key in 0..KEYS {
        let key = Claimant { key, body: 0 }.key();
        let digest = BodyDigest::of(b"");
        let claiming = world
            .store()
            .claim(&key, OwnerToken::random(), digest, LEASE);
        assert_eq!(claiming.await.expect("a response"), Claim::Fresh);
    }
}

fn claimant(call: Call) -> Option<usize> {
    match call {
        Call::Claim(claimant)
        | Call::Renew(claimant)
        | Call::Complete(claimant)
        | Call::Release(claimant)
        | Call::Abandon(claimant) => Some(claimant),
        Call::Wait(_) => None,
    }
}

async fn run<W: World>(world: &mut W, model: &Model, call: Call) -> Result<Outcome, StoreError> {
    let store = world.store();
    let of = |number: usize| {
        let claimant = model.claimants[number];
        (claimant.key(), owner(number), claimant.digest())
    };
    Ok(match call {
        Call::Claim(number) => {
            let (key, owner, digest) = of(number);
            Outcome::Claimed(store.claim(&key, owner, digest, LEASE).await?)
        }
        Call::Renew(number) => {
            let (key, owner, _) = of(number);
            Outcome::Settled(store.renew(&key, owner, LEASE).await?)
        }
        Call::Complete(number) => {
            let (key, owner, digest) = of(number);
            Outcome::Settled(store.complete(&key, owner, digest, RETENTION).await?)
        }
        Call::Release(number) => {
            let (key, owner, _) = of(number);
            Outcome::Settled(store.release(&key, owner).await?)
        }
        Call::Abandon(number) => {
            let (key, owner, _) = of(number);
            store.abandon(&key, owner);
            Outcome::Nothing
        }
        Call::Wait(duration) => {
            world.wait(duration).await;
            Outcome::Nothing
        }
    })
}

fn is_expected<W: World>(expected: Outcome, outcome: Outcome) -> bool {
    match (expected, outcome) {
        (
            Outcome::Claimed(Claim::InProgress {
                remaining: expected,
            }),
            Outcome::Claimed(Claim::InProgress { remaining }),
        ) => remaining <= expected && expected.saturating_sub(remaining) <= W::REAL_TIME,
        (expected, outcome) => expected == outcome,
    }
}
