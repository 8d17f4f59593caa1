//! Random histories of an inbox beside a model that is too simple to be wrong, for the tests of every inbox.

mod calls;
mod history;
mod state;
mod upkeep;

pub(crate) use history::{World, follow, steps};
