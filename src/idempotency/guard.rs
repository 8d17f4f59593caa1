use std::time::Duration;

use super::{BodyDigest, IdempotencyKey, IdempotencyStore, OwnerToken};

/// A claim that is held, or may be. It is given back when it is dropped without having been settled: the request was
/// dropped, or its handler panicked.
pub(crate) struct ClaimGuard<I: IdempotencyStore> {
    held: Option<Held<I>>,
}

struct Held<I> {
    store: I,
    key: IdempotencyKey,
    owner: OwnerToken,
    digest: BodyDigest,
}

impl<I: IdempotencyStore> ClaimGuard<I> {
    pub(crate) fn new(
        store: I,
        key: IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
    ) -> Self {
        let held = Held {
            store,
            key,
            owner,
            digest,
        };
        Self { held: Some(held) }
    }

    /// Nothing is claimed yet, or the delivery goes on although the store failed: there is nothing to settle.
    pub(crate) fn none() -> Self {
        Self { held: None }
    }

    /// It turned out that there is nothing to give back.
    #[cfg(feature = "redis")]
    pub(crate) fn disarm(&mut self) {
        self.held = None;
    }

    pub(crate) fn complete(&mut self, retention: Duration) -> Option<I::Settling> {
        let held = self.held.take()?;
        let Held {
            store,
            key,
            owner,
            digest,
        } = held;
        Some(store.complete(&key, owner, digest, retention))
    }

    pub(crate) fn release(&mut self) -> Option<I::Settling> {
        let held = self.held.take()?;
        Some(held.store.release(&held.key, held.owner))
    }
}

impl<I: IdempotencyStore> Drop for ClaimGuard<I> {
    fn drop(&mut self) {
        if let Some(held) = &self.held {
            held.store.abandon(&held.key, held.owner);
        }
    }
}
