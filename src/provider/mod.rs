//! Senders: one file or folder each.

pub mod voyado;
