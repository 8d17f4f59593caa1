//! Objects whose fields are partly known.

mod members;
mod other_fields;

pub(super) use members::{Members, Name};
pub use other_fields::OtherFields;
