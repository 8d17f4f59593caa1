//! What the order of threads decides, in many orders: the library's own code over locks, atomics, channels and threads whose
//! every step a checker schedules.
//!
//! What needs private items is a module of what it checks, and stands in this directory all the same.

mod explore;
mod memory_store;
#[path = "../model/idempotency/model.rs"]
mod model;
mod one_after_another;

pub(crate) use explore::explore;
