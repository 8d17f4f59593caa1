//! Random histories of an idempotency store.

mod history;
mod model;

pub(crate) use history::{World, follow, steps};
