//! Handling each message once.

mod claim;
mod guard;
mod key;
mod memory;
mod policy;
#[cfg(feature = "redis")]
mod redis;
mod unguarded;

pub use claim::{Claim, OwnerToken, Settlement, StoreError, StoreErrorKind};
pub(crate) use guard::ClaimGuard;
pub use key::IdempotencyKey;
pub use memory::MemoryStore;
pub use policy::Idempotency;
pub(crate) use policy::OnStoreFailure;
#[cfg(feature = "redis")]
pub use redis::{RedisStore, RedisStoreBuilder};
pub use unguarded::Unguarded;

use std::time::Duration;

/// Remembers which messages are being handled and which are done.
///
/// A key is *absent*, *in progress* with an owner and a lease, or *done* with a retention:
///
/// | from | on | to | answer |
/// |---|---|---|---|
/// | absent, or lease run out, or retention run out | claim | in progress | [`Claim::Fresh`] with a new owner |
/// | in progress | claim | unchanged | [`Claim::InProgress`] |
/// | done | claim | unchanged | [`Claim::Done`] |
/// | in progress, the owner's | complete | done | [`Settlement::Settled`] |
/// | in progress, the owner's | release | absent | [`Settlement::Settled`] |
/// | anything else | complete, release | unchanged | [`Settlement::NotOwner`] |
///
/// Each transition has to be atomic among all who share the store. [`MemoryStore`] and `RedisStore` (feature `redis`)
/// are two; `testing::idempotency_conformance` checks another.
///
/// The futures are named types, so that the layer awaits them inside its own without a box. A store of one's own may
/// name `Pin<Box<dyn Future<…> + Send>>`. They have to end by themselves: a store that can hang sets its own time-outs.
///
/// A request can be dropped while it waits for any of them. A claim that is dropped before its answer has to be given
/// back; a completion or a release has to be carried out all the same.
pub trait IdempotencyStore: Clone + Send + Sync + 'static {
    /// The future of [`claim`](Self::claim).
    type Claiming: Future<Output = Result<Claim, StoreError>> + Send;
    /// The future of [`complete`](Self::complete) and [`release`](Self::release).
    type Settling: Future<Output = Result<Settlement, StoreError>> + Send;

    /// Claims a key, for at most `lease`, unless somebody else holds it or it is done.
    fn claim(&self, key: &IdempotencyKey, lease: Duration) -> Self::Claiming;

    /// Makes a key done for `retention`, if it is still `owner`'s.
    fn complete(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        retention: Duration,
    ) -> Self::Settling;

    /// Gives a key back, if it is still `owner`'s.
    fn release(&self, key: &IdempotencyKey, owner: OwnerToken) -> Self::Settling;

    /// Gives a key back as far as can be where nothing can be awaited: its request was dropped, or its handler
    /// panicked. If that fails, the lease runs out.
    fn abandon(&self, key: &IdempotencyKey, owner: OwnerToken);
}
