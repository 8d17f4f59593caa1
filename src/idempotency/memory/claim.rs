use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use super::MemoryStore;
use crate::idempotency::{BodyDigest, Claim, IdempotencyKey, OwnerToken, StoreError};

/// The claim of a [`MemoryStore`]. It is made when it is polled, so that one that is dropped before claims nothing.
#[must_use = "nothing is claimed before it is polled"]
pub struct MemoryClaim {
    store: MemoryStore,
    key: IdempotencyKey,
    owner: OwnerToken,
    digest: BodyDigest,
    lease: Duration,
}

impl MemoryClaim {
    pub(super) fn new(
        store: MemoryStore,
        key: IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        lease: Duration,
    ) -> Self {
        Self {
            store,
            key,
            owner,
            digest,
            lease,
        }
    }
}

impl Future for MemoryClaim {
    type Output = Result<Claim, StoreError>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        let Self {
            store,
            key,
            owner,
            digest,
            lease,
        } = &*self;
        Poll::Ready(store.claim_now(key, *owner, *digest, *lease))
    }
}

impl fmt::Debug for MemoryClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryClaim").finish_non_exhaustive()
    }
}
