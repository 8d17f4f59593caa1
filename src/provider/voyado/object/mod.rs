//! Objects whose fields are partly known.

mod members;
mod name;
mod names;
mod nested;
mod other_fields;
mod spare;

pub(super) use members::{Conflict, Members};
pub(super) use name::{Name, PlainName};
pub(super) use names::Names;
pub use other_fields::OtherFields;
