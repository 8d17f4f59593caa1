//! Signed requests, so that handlers can be tested without a network (feature `testing`).

mod signer;

pub use signer::Signer;
