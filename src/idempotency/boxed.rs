use std::{fmt, pin::Pin, sync::Arc, time::Duration};

use super::{
    BodyDigest, Claim, IdempotencyKey, IdempotencyStore, OwnerToken, Settlement, StoreError,
};

type Boxed<T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send>>;

/// Any store, where it is chosen at run time. Each call takes an allocation more than that of the store itself.
#[derive(Clone)]
pub struct BoxStore(Arc<dyn AnyStore>);

impl BoxStore {
    /// Hides the type of `store`.
    pub fn new(store: impl IdempotencyStore) -> Self {
        Self(Arc::new(store))
    }
}

/// A store whose futures have no type to name.
trait AnyStore: Send + Sync {
    fn is_enabled(&self) -> bool;
    fn claim(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        lease: Duration,
    ) -> Boxed<Claim>;
    fn renew(&self, key: &IdempotencyKey, owner: OwnerToken, lease: Duration) -> Boxed<Settlement>;
    fn complete(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        retention: Duration,
    ) -> Boxed<Settlement>;
    fn release(&self, key: &IdempotencyKey, owner: OwnerToken) -> Boxed<Settlement>;
    fn abandon(&self, key: &IdempotencyKey, owner: OwnerToken);
}

impl<I: IdempotencyStore> AnyStore for I {
    fn is_enabled(&self) -> bool {
        IdempotencyStore::is_enabled(self)
    }

    fn claim(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        lease: Duration,
    ) -> Boxed<Claim> {
        Box::pin(IdempotencyStore::claim(self, key, owner, digest, lease))
    }

    fn renew(&self, key: &IdempotencyKey, owner: OwnerToken, lease: Duration) -> Boxed<Settlement> {
        Box::pin(IdempotencyStore::renew(self, key, owner, lease))
    }

    fn complete(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        retention: Duration,
    ) -> Boxed<Settlement> {
        Box::pin(IdempotencyStore::complete(
            self, key, owner, digest, retention,
        ))
    }

    fn release(&self, key: &IdempotencyKey, owner: OwnerToken) -> Boxed<Settlement> {
        Box::pin(IdempotencyStore::release(self, key, owner))
    }

    fn abandon(&self, key: &IdempotencyKey, owner: OwnerToken) {
        IdempotencyStore::abandon(self, key, owner);
    }
}

impl IdempotencyStore for BoxStore {
    type Claiming = Boxed<Claim>;
    type Settling = Boxed<Settlement>;

    fn is_enabled(&self) -> bool {
        self.0.is_enabled()
    }

    fn claim(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        lease: Duration,
    ) -> Self::Claiming {
        self.0.claim(key, owner, digest, lease)
    }

    fn renew(&self, key: &IdempotencyKey, owner: OwnerToken, lease: Duration) -> Self::Settling {
        self.0.renew(key, owner, lease)
    }

    fn complete(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        retention: Duration,
    ) -> Self::Settling {
        self.0.complete(key, owner, digest, retention)
    }

    fn release(&self, key: &IdempotencyKey, owner: OwnerToken) -> Self::Settling {
        self.0.release(key, owner)
    }

    fn abandon(&self, key: &IdempotencyKey, owner: OwnerToken) {
        self.0.abandon(key, owner);
    }
}

impl fmt::Debug for BoxStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoxStore").finish_non_exhaustive()
    }
}
