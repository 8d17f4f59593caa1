use std::time::Duration;

use super::{BodyDigest, Claim, IdempotencyKey, OwnerToken, Settlement, StoreError};

/// Remembers which messages are in progress and which are done.
///
/// A key is *absent*, *in progress* with an owner, a body digest and a lease, or *done* with an owner, a body digest and a
/// retention. A lease or retention that has ended leaves the key absent.
///
/// | from | call | to | outcome |
/// |---|---|---|---|
/// | absent | claim | in progress, the caller's | [`Claim::Fresh`] |
/// | in progress, the caller's | claim | in progress, with a new lease | [`Claim::Fresh`] |
/// | in progress, another's, same digest | claim | unchanged | [`Claim::InProgress`] |
/// | done, same digest | claim | unchanged | [`Claim::Done`] |
/// | in progress or done, another digest | claim | unchanged | [`Claim::OtherBody`] |
/// | in progress, the caller's | renew | in progress, with a new lease | [`Settlement::Settled`] |
/// | in progress, the caller's, or absent | complete | done | [`Settlement::Settled`] |
/// | done by the caller | complete | unchanged | [`Settlement::Settled`] |
/// | in progress, the caller's | release | absent | [`Settlement::Settled`] |
/// | everything else | renew, complete, release | unchanged | [`Settlement::NotOwner`] |
///
/// Each transition has to be atomic among all who share the store. An absent key can be completed: its lease ran out while
/// nobody else claimed it, so the message was handled once. A claim and a completion can be tried again by the same owner,
/// since a response can be lost after the store has made the change.
/// A store that does so does it before it fails: after a claim has failed, its owner's token is not used again, since the
/// store may still be giving the key back.
///
/// [`MemoryStore`](super::MemoryStore) and `RedisStore` (feature `redis`) implement this trait;
/// `testing::idempotency_conformance` checks other implementations.
///
/// The futures are named types, so that the layer awaits them inside its own without a box. Other stores may name
/// `Pin<Box<dyn Future<…> + Send>>`. The futures have to end by themselves: a store that can hang sets its own time-outs.
///
/// A request can be dropped while it waits for any of them. A claim that is dropped before its outcome has to be given
/// back; a renewal, a completion or a release has to be carried out all the same.
pub trait IdempotencyStore: Clone + Send + Sync + 'static {
    /// The future of [`claim`](Self::claim).
    type Claiming: Future<Output = Result<Claim, StoreError>> + Send;
    /// The future of [`renew`](Self::renew), [`complete`](Self::complete) and [`release`](Self::release).
    type Settling: Future<Output = Result<Settlement, StoreError>> + Send;

    /// Whether this store remembers anything. The layer makes no claim where it does not. Default: it does.
    fn is_enabled(&self) -> bool {
        true
    }

    /// Claims a key for at most `lease`, unless another owner holds it or it is done.
    fn claim(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        lease: Duration,
    ) -> Self::Claiming;

    /// Extends the lease of a key to `lease` from now, if the key is still `owner`'s.
    fn renew(&self, key: &IdempotencyKey, owner: OwnerToken, lease: Duration) -> Self::Settling;

    /// Makes a key done for `retention`, if it is still `owner`'s or absent.
    fn complete(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        retention: Duration,
    ) -> Self::Settling;

    /// Gives a key back, if it is still `owner`'s.
    fn release(&self, key: &IdempotencyKey, owner: OwnerToken) -> Self::Settling;

    /// Gives a key back, if it is still `owner`'s, where nothing can be awaited. If that fails, the lease runs out.
    fn abandon(&self, key: &IdempotencyKey, owner: OwnerToken);
}
