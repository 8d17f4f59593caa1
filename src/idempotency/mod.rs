//! Idempotency: a message is handled once, although it is delivered at least once.
//!
//! A message is claimed when its signature is verified, and its claim ends with its handling: completed by a success, released by
//! a failure, kept by an outcome that is unknown. [`WebhookLayer::idempotency`](crate::WebhookLayer::idempotency) has the table.
//! A message is handled at least once, never by two deliveries at a time while a lease lives, and not again after its completion
//! is stored, for as long as the retention lasts. A process that dies in between has it handled again: make the effect
//! idempotent too, by the message's id.
//!
//! | store | for |
//! |---|---|
//! | [`MemoryStore`] | one process |
//! | `RedisStore` (features `redis`, `redis-cluster`, `redis-sentinel`) | several processes |
//! | `PgIdempotencyStore` (package `tower-webhook-postgres`) | several processes over PostgreSQL |
//! | `EasyStore` (feature `tokio`) | a store of yours in plain `async fn`s |
//! | [`IdempotencyStore`] | a store of yours with futures of its own |
//! | `Option` of a store, [`BoxStore`] | a store only if it is configured, or one of several |
//!
//! `testing::idempotency_conformance` checks a store of yours.
//!
//! # Which id
//!
//! The key is the scope, the verified tenant and the message's id; where the sender does not sign the id, a digest of what is signed
//! takes its place, since an unsigned id can be replaced by anyone who sends a captured request again.

mod arc;
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
