//! The longest claim of a memory store while what it remembered expires all at once.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tower_webhook::{
    idempotency::{BodyDigest, Claim, IdempotencyKey, IdempotencyStore, MemoryStore, OwnerToken},
    testing::idempotency_key,
};

use crate::{Case, case::ready};

/// How many messages are remembered.
const MANY: usize = 60_000;
/// How many are claimed after that: enough for all that has expired to be removed, since each claim removes more than it adds.
const CLAIMED: usize = 10_000;
const STORES: usize = 5;
const RETENTION: Duration = Duration::from_secs(60);

pub fn cases() -> Vec<Case> {
    let longest = |runs| (0..runs).map(|_| longest_claim()).sum();
    vec![Case::timed("retentions", "the longest claim", 0, longest)]
}

/// The longest of the claims, each as long as in the best of several stores: where the system interrupts one of them is not
/// the store's doing, and seldom twice the same.
fn longest_claim() -> Duration {
    let mut best = vec![Duration::MAX; CLAIMED];
    for _ in 0..STORES {
        for (best, time) in best.iter_mut().zip(claims()) {
            *best = time.min(*best);
        }
    }
    best.into_iter().max().unwrap_or_default()
}

/// How long each claim takes, one after another.
fn claims() -> Vec<Duration> {
    let seconds = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&seconds);
    let clock = move || Duration::from_secs(clock.load(Ordering::Relaxed));
    let store = MemoryStore::with_clock(MANY, clock).expect("a capacity");
    for number in 0..MANY {
        let (key, owner) = (key("before", number), OwnerToken::random());
        claim(&store, &key, owner);
        ready(store.complete(&key, owner, BodyDigest::of(b""), RETENTION)).expect("a store");
    }
    seconds.store(RETENTION.as_secs(), Ordering::Relaxed);
    let numbers = 0..CLAIMED;
    let times = numbers.map(|number| {
        let (key, owner) = (key("after", number), OwnerToken::random());
        let started = Instant::now();
        claim(&store, &key, owner);
        started.elapsed()
    });
    times.collect()
}

fn key(scope: &str, number: usize) -> IdempotencyKey {
    idempotency_key(scope, "", &format!("msg_{number}"))
}

fn claim(store: &MemoryStore, key: &IdempotencyKey, owner: OwnerToken) {
    let claimed = ready(store.claim(key, owner, BodyDigest::of(b""), RETENTION));
    assert_eq!(claimed.expect("a place"), Claim::Fresh);
}
