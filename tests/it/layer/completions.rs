//! Completions that the store does not take at once.

use std::{
    future::{Ready, ready},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use http::StatusCode;
use tokio::time::{Instant, sleep};
use tower_webhook::{
    RejectionKind::*,
    idempotency::{
        BodyDigest, IdempotencyKey, IdempotencyStore, MemoryStore, OwnerToken, Settlement,
        StoreError, StoreErrorKind,
    },
};

use super::outcomes::{LONG, deliver, guarded, memory, until};
use crate::support::now;

/// A memory store whose completions fail so many times.
#[derive(Clone)]
struct Forgetful {
    inner: MemoryStore,
    failures: Arc<AtomicUsize>,
    completions: Arc<Mutex<Vec<Instant>>>,
}

impl Forgetful {
    fn failing(failures: usize) -> Self {
        Self {
            inner: memory(),
            failures: Arc::new(AtomicUsize::new(failures)),
            completions: Arc::default(),
        }
    }

    /// How many completions it was asked for.
    fn completions(&self) -> usize {
        self.completions.lock().unwrap().len()
    }
}

impl IdempotencyStore for Forgetful {
    type Claiming = <MemoryStore as IdempotencyStore>::Claiming;
    type Settling = Ready<Result<Settlement, StoreError>>;

    fn claim(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        lease: Duration,
    ) -> Self::Claiming {
        self.inner.claim(key, owner, digest, lease)
    }

    fn renew(&self, _: &IdempotencyKey, _: OwnerToken, _: Duration) -> Self::Settling {
        ready(Ok(Settlement::Settled))
    }

    fn complete(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        retention: Duration,
    ) -> Self::Settling {
        self.completions.lock().unwrap().push(Instant::now());
        let left = self.failures.load(Ordering::Relaxed);
        if left > 0 {
            self.failures.store(left - 1, Ordering::Relaxed);
            return ready(Err(StoreError::new(StoreErrorKind::Unavailable)));
        }
        let settled = now(self.inner.complete(key, owner, digest, retention));
        ready(settled)
    }

    fn release(&self, key: &IdempotencyKey, owner: OwnerToken) -> Self::Settling {
        ready(now(self.inner.release(key, owner)))
    }

    fn abandon(&self, key: &IdempotencyKey, owner: OwnerToken) {
        self.inner.abandon(key, owner);
    }
}

#[tokio::test]
async fn a_completion_that_fails_is_tried_again_until_it_is_stored() {
    let store = Forgetful::failing(2);
    let layer = guarded(store.clone(), LONG);
    assert_eq!(deliver(&layer).await, (StatusCode::OK, None));
    until(|| store.completions() == 3).await;
    // Another process over the same store knows it by now.
    let elsewhere = guarded(store.inner, LONG);
    let again = deliver(&elsewhere).await;
    assert_eq!(again, (StatusCode::OK, Some(AlreadyHandled)));
}

#[tokio::test]
async fn this_process_remembers_what_the_store_could_not_be_told() {
    let store = Forgetful::failing(usize::MAX);
    let layer = guarded(store.clone(), LONG);
    assert_eq!(deliver(&layer).await, (StatusCode::OK, None));
    let again = deliver(&layer).await;
    assert_eq!(again, (StatusCode::OK, Some(AlreadyHandled)));
    let elsewhere = deliver(&guarded(store.inner, LONG)).await;
    assert_eq!(elsewhere, (StatusCode::CONFLICT, Some(ClaimedByAnother)));
}

#[test]
fn without_a_runtime_the_sender_s_retry_is_what_tells_the_store() {
    let store = Forgetful::failing(1);
    let layer = guarded(store.clone(), LONG);
    assert_eq!(now(deliver(&layer)), (StatusCode::OK, None));
    let done = (StatusCode::OK, Some(AlreadyHandled));
    assert_eq!((now(deliver(&layer)), store.completions()), (done, 2));
    // From now on it is the store that knows.
    assert_eq!((now(deliver(&layer)), store.completions()), (done, 2));
    assert_eq!(now(deliver(&guarded(store.inner, LONG))), done);
}

#[tokio::test(start_paused = true)]
async fn a_completion_is_tried_again_after_longer_and_longer_pauses_until_the_lease_is_over() {
    for (lease, tried_at) in [
        (100, &[0, 50, 150][..]),
        (1_500, &[0, 100, 300, 700, 1_500]),
        (
            20_000,
            &[
                0, 100, 300, 700, 1_500, 3_100, 6_300, 11_300, 16_300, 21_300,
            ],
        ),
    ] {
        let store = Forgetful::failing(usize::MAX);
        let layer = guarded(store.clone(), Duration::from_millis(lease));
        assert_eq!(deliver(&layer).await, (StatusCode::OK, None));
        sleep(Duration::from_millis(3 * lease)).await;
        let completions = store.completions.lock().unwrap();
        let since = |at: &Instant| at.duration_since(completions[0]).as_millis();
        let at: Vec<u128> = completions.iter().map(since).collect();
        assert_eq!(at, tried_at, "{lease}");
    }
}
