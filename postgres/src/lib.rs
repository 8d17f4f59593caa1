//! The inbox of [`tower_webhook`] in PostgreSQL, and an idempotency store over the same pool.
//!
//! [`PgInbox`] is for several processes: each accepts, each may run workers, and one that is killed hands its work over when
//! its leases have ended. What a transaction of the service's own writes can be accepted with it
//! ([`PgInbox::accept_in`]).
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod error;
mod idempotency;
mod inbox;
mod schema;
mod transaction;

pub use idempotency::PgIdempotencyStore;
pub use inbox::PgInbox;
