//! The claim of one request, and what becomes of it.

use std::{mem, time::Duration};

use crate::{
    idempotency::{BodyDigest, IdempotencyKey, IdempotencyStore, OwnerToken},
    receiver::Verified,
};

/// The claim that a request holds, if it holds one.
///
/// Dropped before the inner service was called, it is given back: nothing was done. Dropped afterwards, it is kept until
/// its lease ends: the outcome of the handler is unknown, and work that it has started may still run.
pub(super) struct HeldClaim<I: IdempotencyStore> {
    claim: Option<Claimed<I>>,
    when_dropped: WhenDropped,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum WhenDropped {
    GiveBack,
    KeepUntilLeaseEnds,
}

/// A key that is this request's.
pub(super) struct Claimed<I> {
    pub(super) store: I,
    pub(super) key: IdempotencyKey,
    pub(super) owner: OwnerToken,
    pub(super) digest: BodyDigest,
}

/// A message whose claim is awaited.
pub(super) struct Claimant<I> {
    pub(super) verified: Verified,
    pub(super) claim: Claimed<I>,
}

impl<I: IdempotencyStore> Claimed<I> {
    pub(super) fn new(store: I, key: IdempotencyKey, body: &[u8]) -> Self {
        Self {
            store,
            key,
            owner: OwnerToken::random(),
            digest: BodyDigest::of(body),
        }
    }

    pub(super) fn complete(&self, retention: Duration) -> I::Settling {
        self.store
            .complete(&self.key, self.owner, self.digest, retention)
    }
}

impl<I: IdempotencyStore> HeldClaim<I> {
    /// Nothing is claimed yet, or there is nothing to claim.
    pub(super) fn none() -> Self {
        Self {
            claim: None,
            when_dropped: WhenDropped::GiveBack,
        }
    }

    pub(super) fn new(claim: Claimed<I>) -> Self {
        Self {
            claim: Some(claim),
            when_dropped: WhenDropped::GiveBack,
        }
    }

    /// The inner service is about to be called.
    pub(super) fn hand_over(&mut self) {
        self.when_dropped = WhenDropped::KeepUntilLeaseEnds;
    }

    #[cfg(feature = "tokio")]
    pub(super) fn is_held(&self) -> bool {
        self.claim.is_some()
    }

    /// Extends the lease.
    #[cfg(feature = "tokio")]
    pub(super) fn renew(&self, lease: Duration) -> Option<I::Settling> {
        let claim = self.claim.as_ref()?;
        Some(claim.store.renew(&claim.key, claim.owner, lease))
    }

    /// The claim, to be completed. The taker settles it.
    pub(super) fn take(&mut self) -> Option<Claimed<I>> {
        self.claim.take()
    }

    pub(super) fn release(&mut self) -> Option<I::Settling> {
        let claim = self.claim.take()?;
        Some(claim.store.release(&claim.key, claim.owner))
    }

    fn abandon(&mut self) {
        if let Some(claim) = self.claim.take() {
            claim.store.abandon(&claim.key, claim.owner);
        }
    }

    /// Gives the claim back if `act` panics: the handler has ended, and it has not succeeded.
    pub(super) fn release_if_it_panics<T>(&mut self, act: impl FnOnce() -> T) -> T {
        struct Unwinding<'a, I: IdempotencyStore>(&'a mut HeldClaim<I>);

        impl<I: IdempotencyStore> Drop for Unwinding<'_, I> {
            fn drop(&mut self) {
                self.0.abandon();
            }
        }

        let unwinding = Unwinding(self);
        let value = act();
        mem::forget(unwinding);
        value
    }
}

impl<I: IdempotencyStore> Drop for HeldClaim<I> {
    fn drop(&mut self) {
        if self.when_dropped == WhenDropped::GiveBack {
            self.abandon();
        }
    }
}
