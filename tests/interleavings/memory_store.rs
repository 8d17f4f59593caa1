//! The idempotency store in memory.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

use shuttle::{
    rand::{Rng, thread_rng},
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use super::{
    explore,
    model::{Call, Claimant, LEASE, Model, Outcome, RETENTION, owner},
    one_after_another::History,
};
use crate::{
    idempotency::{
        BodyDigest, Claim, IdempotencyStore, MemoryStore, OwnerToken, Settlement, StoreErrorKind,
    },
    testing::idempotency_key,
};

const CLAIMANTS: usize = 4;

/// A clock whose readings other threads may come between.
#[derive(Clone, Default)]
struct Clock(Arc<AtomicU64>);

impl Clock {
    fn advance(&self, by: Duration) {
        self.0.fetch_add(by.as_secs(), Ordering::Relaxed);
    }

    fn store(&self, capacity: usize) -> MemoryStore {
        let clock = self.clone();
        let now = move || Duration::from_secs(clock.0.load(Ordering::Relaxed));
        MemoryStore::with_clock(capacity, now).expect("a capacity")
    }
}

/// The output of a future of the store, all of which are ready when they are polled.
fn now<F: Future>(future: F) -> F::Output {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("not ready"),
    }
}

fn claim_as(
    store: &MemoryStore,
    (tenant, id): (&str, &str),
    by: OwnerToken,
) -> Result<Claim, StoreErrorKind> {
    let key = idempotency_key("test", tenant, id);
    let claiming = store.claim(&key, by, BodyDigest::of(b"body"), LEASE);
    now(claiming).map_err(|error| error.kind())
}

fn release(store: &MemoryStore, (tenant, id): (&str, &str), by: OwnerToken) {
    let released = now(store.release(&idempotency_key("test", tenant, id), by));
    assert_eq!(released.expect("a response"), Settlement::Settled);
}

/// Which of the claims that run at once came to a place; the others found the store full.
fn claim_at_once<const N: usize>(
    store: &MemoryStore,
    keys: [(&'static str, &'static str); N],
) -> [bool; N] {
    let mut number = 0;
    let claiming = keys.map(|key| {
        let store = store.clone();
        number += 1;
        thread::spawn(move || claim_as(&store, key, owner(number)))
    });
    claiming.map(|claiming| match claiming.join().expect("a claim ends") {
        Ok(claim) => {
            assert_eq!(claim, Claim::Fresh);
            true
        }
        Err(kind) => {
            assert_eq!(kind, StoreErrorKind::Full);
            false
        }
    })
}

#[test]
fn of_claims_of_one_key_at_once_exactly_one_is_fresh() {
    explore(|| {
        let store = Clock::default().store(10);
        let claiming = [1, 2, 3].map(|number| {
            let store = store.clone();
            thread::spawn(move || claim_as(&store, ("", "msg_1"), owner(number)))
        });
        let claims = claiming.map(|claiming| claiming.join().expect("a claim ends"));
        let fresh = claims.iter().filter(|claim| **claim == Ok(Claim::Fresh));
        assert_eq!(fresh.count(), 1, "{claims:?}");
        assert_eq!(store.len(), 1);
    });
}

#[test]
fn calls_at_once_come_to_what_they_come_to_one_after_another() {
    const CALLS_OF_A_THREAD: usize = 3;
    explore(|| {
        let mut random = thread_rng();
        let mut model = Model::default();
        for _ in 0..CLAIMANTS {
            model.claimants.push(Claimant {
                // Two of one key most of the time.
                key: random.gen_range(0..2),
                body: random.gen_range(0..2),
            });
        }
        let clock = Clock::default();
        let store = clock.store(10);
        let history = Arc::new(History::default());
        let threads: Vec<_> = (0..3)
            .map(|_| {
                let calls: Vec<_> = (0..CALLS_OF_A_THREAD).map(|_| any_call()).collect();
                let (store, clock) = (store.clone(), clock.clone());
                let (history, model) = (Arc::clone(&history), model.clone());
                thread::spawn(move || {
                    for call in calls {
                        history.record(call, || run(&store, &clock, &model, call));
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().expect("the calls end");
        }
        history.assert_explained_by(&model);
    });
}

fn any_call() -> Call {
    let mut random = thread_rng();
    let claimant = random.gen_range(0..CLAIMANTS);
    match random.gen_range(0..10) {
        0..3 => Call::Claim(claimant),
        3 => Call::Renew(claimant),
        4..6 => Call::Complete(claimant),
        6 => Call::Release(claimant),
        7 => Call::Abandon(claimant),
        _ => Call::Wait(Duration::from_secs(60 * random.gen_range(5..15))),
    }
}

fn run(store: &MemoryStore, clock: &Clock, model: &Model, call: Call) -> Outcome {
    let of = |number: usize| {
        let claimant = model.claimants[number];
        (claimant.key(), owner(number), claimant.digest())
    };
    let settled = match call {
        Call::Claim(number) => {
            let (key, owner, digest) = of(number);
            let claim = now(store.claim(&key, owner, digest, LEASE));
            return Outcome::Claimed(claim.expect("there is room"));
        }
        Call::Renew(number) => {
            let (key, owner, _) = of(number);
            now(store.renew(&key, owner, LEASE))
        }
        Call::Complete(number) => {
            let (key, owner, digest) = of(number);
            now(store.complete(&key, owner, digest, RETENTION))
        }
        Call::Release(number) => {
            let (key, owner, _) = of(number);
            now(store.release(&key, owner))
        }
        Call::Abandon(number) => {
            let (key, owner, _) = of(number);
            store.abandon(&key, owner);
            return Outcome::Nothing;
        }
        Call::Wait(duration) => {
            clock.advance(duration);
            return Outcome::Nothing;
        }
    };
    Outcome::Settled(settled.expect("a response"))
}

#[test]
fn claims_at_once_never_exceed_the_capacity_and_releases_give_it_back() {
    const CAPACITY: usize = 2;
    explore(|| {
        let store = Clock::default().store(CAPACITY);
        let held = Arc::new(AtomicUsize::new(0));
        let threads = [(1, "msg_1"), (2, "msg_2"), (3, "msg_3")].map(|(number, id)| {
            let (store, held) = (store.clone(), Arc::clone(&held));
            thread::spawn(move || {
                for _ in 0..2 {
                    if let Ok(claim) = claim_as(&store, ("", id), owner(number)) {
                        assert_eq!(claim, Claim::Fresh);
                        assert!(held.fetch_add(1, Relaxed) < CAPACITY);
                        assert!(store.len() <= CAPACITY);
                        held.fetch_sub(1, Relaxed);
                        release(&store, ("", id), owner(number));
                    }
                }
            })
        });
        for thread in threads {
            thread.join().expect("the calls end");
        }
        assert!(store.is_empty(), "everything was given back");
        let places = claim_at_once(&store, [("", "msg_4"), ("", "msg_5"), ("", "msg_6")]);
        assert_eq!(places.iter().filter(|place| **place).count(), CAPACITY);
    });
}

#[test]
fn claims_at_once_find_the_room_that_expired_keys_leave() {
    explore(|| {
        let clock = Clock::default();
        let store = clock.store(2);
        for id in ["old_1", "old_2"] {
            assert_eq!(claim_as(&store, ("", id), owner(0)), Ok(Claim::Fresh));
        }
        clock.advance(LEASE);
        let places = claim_at_once(&store, [("", "msg_1"), ("", "msg_2")]);
        assert_eq!(places, [true; 2]);
    });
}

#[test]
fn no_claim_hears_of_more_than_a_lease_however_long_it_waits_for_its_turn() {
    explore(|| {
        let clock = Clock::default();
        let store = clock.store(10);
        let claiming = [1, 2].map(|number| {
            let (store, clock) = (store.clone(), clock.clone());
            thread::spawn(move || {
                clock.advance(LEASE / 2);
                claim_as(&store, ("", "msg_1"), owner(number)).expect("there is room")
            })
        });
        for claiming in claiming {
            match claiming.join().expect("a claim ends") {
                Claim::Fresh => {}
                Claim::InProgress { remaining } => assert!(remaining <= LEASE, "{remaining:?}"),
                other => panic!("{other:?}"),
            }
        }
    });
}

#[test]
fn tenants_at_once_keep_to_their_shares() {
    explore(|| {
        let store = Clock::default().store(4);
        let places = claim_at_once(&store, [("a", "1"), ("a", "2"), ("a", "3"), ("b", "1")]);
        // No more than are free: two of four if it is alone, and two beside the other's one.
        let of_a = places[..3].iter().filter(|place| **place).count();
        assert_eq!((of_a, places[3]), (2, true), "{places:?}");
        assert_eq!(store.len(), 3);
    });
}
