//! The inbox: stored before it is answered, and handed on from there.

mod enqueue;
mod forged;
mod histories;
mod killed;
mod not_ours;
mod schedule;
mod senders;
mod sqlite;
pub(crate) mod support;
mod told;
mod wake_ups;
mod worker;
