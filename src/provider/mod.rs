//! Senders: how each of them signs, where its ids and event types are, and what it does not sign.
//!
//! Each function gives the [`Scheme`](crate::scheme::Scheme) of one sender, and [`presets`] is the table of all of them, for
//! programs that take a sender's name from their configuration (feature `providers`). [`voyado`] has the events of Voyado
//! Engage (feature `voyado`).

#[cfg(feature = "providers")]
mod senders;
#[cfg(feature = "voyado")]
pub mod voyado;

#[cfg(feature = "providers")]
pub use senders::*;
