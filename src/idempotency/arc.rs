//! A store that is shared already.

use std::{sync::Arc, time::Duration};

use super::{BodyDigest, IdempotencyKey, IdempotencyStore, OwnerToken};

/// Stores are cheap to clone by themselves; one in an `Arc` will do as well.
impl<I: IdempotencyStore> IdempotencyStore for Arc<I> {
    type Claiming = I::Claiming;
    type Settling = I::Settling;

    fn is_enabled(&self) -> bool {
        I::is_enabled(self)
    }

    fn claim(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        lease: Duration,
    ) -> I::Claiming {
        I::claim(self, key, owner, digest, lease)
    }

    fn renew(&self, key: &IdempotencyKey, owner: OwnerToken, lease: Duration) -> I::Settling {
        I::renew(self, key, owner, lease)
    }

    fn complete(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        retention: Duration,
    ) -> I::Settling {
        I::complete(self, key, owner, digest, retention)
    }

    fn release(&self, key: &IdempotencyKey, owner: OwnerToken) -> I::Settling {
        I::release(self, key, owner)
    }

    fn abandon(&self, key: &IdempotencyKey, owner: OwnerToken) {
        I::abandon(self, key, owner);
    }
}
