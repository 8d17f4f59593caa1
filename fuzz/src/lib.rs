//! What the fuzz targets share: an endpoint with every check, a sender whose cryptography is not the crate's, inputs that can
//! be read, and models of what has to come out, written another way than the crate.

pub mod endpoint;
pub mod fields;
pub mod frames;
pub mod json;
pub mod model;
pub mod request;
pub mod sender;
pub mod text;
