//! Completions that the store could not take at once.

use std::{collections::HashMap, sync::Arc, time::Duration};

use crate::{
    idempotency::{BodyDigest, IdempotencyKey, IdempotencyStore, OwnerToken},
    layer::{claim::Claimed, shared::Shared},
    message::concurrency::sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Most messages that are remembered: the store is down, and memory is bounded all the same.
const MAX_REMEMBERED: usize = 10_000;

/// First pause between two attempts to store a completion; each is twice as long as the one before.
#[cfg(feature = "tokio")]
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// Longest pause between two attempts.
#[cfg(feature = "tokio")]
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The messages that this process has handled and the store does not know as done.
#[derive(Clone, Default)]
pub(super) struct UnstoredCompletions {
    shared: Arc<Remembered>,
}

#[derive(Default)]
struct Remembered {
    /// How many there are: mostly none, and then no lock is taken.
    count: AtomicUsize,
    keys: Mutex<HashMap<IdempotencyKey, Unstored>>,
}

#[derive(Clone, Copy)]
struct Unstored {
    owner: OwnerToken,
    digest: BodyDigest,
    /// The receiver's time at which it is forgotten.
    until: Duration,
}

impl UnstoredCompletions {
    /// The claim to complete again, if this process has handled the message.
    pub(super) fn claim_of<I: IdempotencyStore>(
        &self,
        store: &I,
        key: &IdempotencyKey,
        now: Duration,
    ) -> Option<Claimed<I>> {
        if self.shared.count.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let unstored = self.lock().get(key).copied()?;
        if unstored.until <= now {
            self.forget(key);
            return None;
        }
        Some(Claimed {
            store: store.clone(),
            key: key.clone(),
            owner: unstored.owner,
            digest: unstored.digest,
        })
    }

    fn remember<I>(&self, claim: &Claimed<I>, until: Duration) -> bool {
        let mut keys = self.lock();
        if keys.len() >= MAX_REMEMBERED {
            return false;
        }
        let unstored = Unstored {
            owner: claim.owner,
            digest: claim.digest,
            until,
        };
        let is_new = keys.insert(claim.key.clone(), unstored).is_none();
        self.shared.count.store(keys.len(), Ordering::Relaxed);
        is_new
    }

    fn forget(&self, key: &IdempotencyKey) {
        let mut keys = self.lock();
        keys.remove(key);
        self.shared.count.store(keys.len(), Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IdempotencyKey, Unstored>> {
        self.shared
            .keys
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl<I: IdempotencyStore> Shared<I> {
    /// The store has taken the completion.
    pub(super) fn completion_stored(&self, claim: &Claimed<I>) {
        if self.unstored.shared.count.load(Ordering::Relaxed) > 0 {
            self.unstored.forget(&claim.key);
        }
    }

    /// The store has not taken the completion: the message is remembered here for the time of a lease, and with the feature
    /// `tokio` the completion is tried again meanwhile. That is safe after the lease too, since a store completes only what
    /// is still the owner's or nobody's.
    pub(super) fn completion_failed(&self, claim: Claimed<I>) {
        let until = self.receiver.unix_time() + self.idempotency.lease;
        let is_new = self.unstored.remember(&claim, until);
        #[cfg(feature = "tokio")]
        if is_new && tokio::runtime::Handle::try_current().is_ok() {
            let (unstored, idempotency) = (self.unstored.clone(), &self.idempotency);
            let (lease, retention) = (idempotency.lease, idempotency.retention);
            tokio::spawn(try_again(unstored, claim, lease, retention));
        }
        #[cfg(not(feature = "tokio"))]
        let _ = (is_new, claim);
    }
}

/// Tries to store a completion until the store takes it or the time is over.
#[cfg(feature = "tokio")]
async fn try_again<I: IdempotencyStore>(
    unstored: UnstoredCompletions,
    claim: Claimed<I>,
    lease: Duration,
    retention: Duration,
) {
    let deadline = tokio::time::Instant::now() + lease;
    let mut pause = FIRST_PAUSE.min(lease / 2);
    loop {
        tokio::time::sleep(pause).await;
        match claim.complete(retention).await {
            Ok(_) => break,
            Err(error) if tokio::time::Instant::now() >= deadline => {
                crate::telemetry::completion_given_up(&error);
                break;
            }
            Err(_) => pause = (pause * 2).min(LONGEST_PAUSE),
        }
    }
    unstored.forget(&claim.key);
}

#[cfg(test)]
#[path = "../../tests/interleavings/unstored_completions.rs"]
mod interleavings;
