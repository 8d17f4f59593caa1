use std::time::Duration;

use crate::idempotency::{BodyDigest, Claim, IdempotencyKey, OwnerToken, Settlement, StoreError};

/// The transitions of an [`IdempotencyStore`](crate::IdempotencyStore) as plain `async fn`s (feature `tokio`), with no rules
/// about dropped requests: [`Detached`](super::Detached) makes a store of it.
///
/// The table of `IdempotencyStore` says what each call does. Each has to be atomic; one statement of SQL is.
pub trait EasyStore: Send + Sync + 'static {
    /// Claims a key for at most `lease`, unless another owner holds it or it is done.
    fn claim(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        lease: Duration,
    ) -> impl Future<Output = Result<Claim, StoreError>> + Send;

    /// Extends the lease of a key to `lease` from now, if the key is still `owner`'s.
    fn renew(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        lease: Duration,
    ) -> impl Future<Output = Result<Settlement, StoreError>> + Send;

    /// Makes a key done for `retention`, if it is still `owner`'s or absent.
    fn complete(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        retention: Duration,
    ) -> impl Future<Output = Result<Settlement, StoreError>> + Send;

    /// Gives a key back, if it is still `owner`'s.
    fn release(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
    ) -> impl Future<Output = Result<Settlement, StoreError>> + Send;
}
