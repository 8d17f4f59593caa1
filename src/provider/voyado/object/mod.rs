//! Objects whose fields are partly known.

mod members;
mod name;
mod nested;
mod other_fields;
mod spare;

pub(super) use members::Members;
pub(super) use name::Name;
pub use other_fields::OtherFields;
