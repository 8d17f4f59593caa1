//! Objects whose fields are partly known.

mod members;
mod name;
mod nested;
mod other_fields;

pub(super) use members::Members;
pub(super) use name::Name;
pub use other_fields::OtherFields;
