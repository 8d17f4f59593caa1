//! What has to come out, written from the documents and not from the crate: slow, simple, and another way.

pub mod base64;
pub mod date;
pub mod envelope;
pub mod forwarded;
pub mod head;
pub mod network;
pub mod number;
pub mod payload;
pub mod scheme;
pub mod secret;
pub mod signature_list;
