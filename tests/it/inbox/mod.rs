//! The inbox: stored before it is answered, and handed on from there.

mod enqueue;
mod forged;
mod histories;
mod killed;
mod schedule;
mod senders;
mod sqlite;
pub(crate) mod support;
mod worker;
