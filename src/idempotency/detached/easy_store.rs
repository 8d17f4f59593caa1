use std::time::Duration;

use crate::idempotency::{BodyDigest, Claim, OwnerToken, Settlement, StoreError};

/// The transitions of an [`IdempotencyStore`](crate::idempotency::IdempotencyStore) as plain `async fn`s (feature `tokio`), with no rules
/// about dropped requests: [`Detached`](super::Detached) makes a store of it.
///
/// The table of `IdempotencyStore` defines what each call does. Each has to be atomic; one statement of SQL is.
/// `examples/sqlx` has a store over Postgres in 40 lines.
///
/// `key` is the text of an [`IdempotencyKey`](crate::idempotency::IdempotencyKey::to_text); no two keys share one.
pub trait EasyStore: Send + Sync + 'static {
    /// Claims a key for at most `lease`, unless another owner holds it or it is done.
    fn claim(
        &self,
        key: &str,
        by: Claimant,
        lease: Duration,
    ) -> impl Future<Output = StoreResult<Claim>> + Send;

    /// Extends the lease of a key to `lease` from now, if the key is still `owner`'s.
    fn renew(
        &self,
        key: &str,
        owner: OwnerToken,
        lease: Duration,
    ) -> impl Future<Output = StoreResult<Settlement>> + Send;

    /// Makes a key done for `retention`, if it is still the claimant's or absent.
    fn complete(
        &self,
        key: &str,
        by: Claimant,
        retention: Duration,
    ) -> impl Future<Output = StoreResult<Settlement>> + Send;

    /// Gives a key back, if it is still `owner`'s.
    fn release(
        &self,
        key: &str,
        owner: OwnerToken,
    ) -> impl Future<Output = StoreResult<Settlement>> + Send;
}

/// The outcome of a call to a store.
pub type StoreResult<T> = Result<T, StoreError>;

/// A delivery that claims or completes a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claimant {
    /// The owner that the key has, or gets.
    pub owner: OwnerToken,
    /// The digest of the delivery's body.
    pub digest: BodyDigest,
}
