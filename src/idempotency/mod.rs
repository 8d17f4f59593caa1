//! Idempotency: a message is handled once, although it is delivered at least once.

mod boxed;
mod claim;
#[cfg(feature = "tokio")]
mod detached;
#[cfg(feature = "tokio")]
mod guard;
mod key;
mod memory;
mod optional;
mod policy;
#[cfg(feature = "redis")]
mod redis;
mod store;
mod store_error;
mod unguarded;

pub use boxed::BoxStore;
pub use claim::{BodyDigest, Claim, OwnerToken, Settlement};
#[cfg(feature = "tokio")]
pub use detached::{Claimant, Detached, DetachedClaim, DetachedSettlement, EasyStore, StoreResult};
#[cfg(feature = "tokio")]
pub(crate) use guard::ClaimGuard;
pub use key::IdempotencyKey;
pub use memory::{MemoryClaim, MemoryStore};
pub use optional::IfConfigured;
pub use policy::Idempotency;
pub(crate) use policy::OnStoreFailure;
#[cfg(feature = "redis")]
pub use redis::{RedisStore, RedisStoreBuilder};
pub use store::IdempotencyStore;
pub use store_error::{StoreError, StoreErrorKind};
pub use unguarded::Unguarded;
