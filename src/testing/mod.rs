//! Signed requests, so that handlers can be tested without a network, and the checks that every store has to pass (feature
//! `testing`).

mod envelope;
mod idempotency_conformance;
#[cfg(feature = "tokio")]
mod inbox_conformance;
mod manual_clock;
mod signer;

pub use envelope::sealed_envelope;
pub use idempotency_conformance::{idempotency_conformance, idempotency_key};
#[cfg(feature = "tokio")]
pub use inbox_conformance::inbox_conformance;
pub use manual_clock::ManualClock;
pub use signer::Signer;

use std::iter;

use crate::signature::{Keyring, SignedMessage, VerificationKey};

/// Whether an entry of a signature header, such as `v1,…`, was made over `text` with `key`.
///
/// It is the receiver's own comparison, over a text that need not be a webhook: for the known answers of an algorithm.
pub fn signature_holds(key: VerificationKey, entry: &str, text: &[u8]) -> bool {
    let message = SignedMessage::whole(text);
    Keyring::new(vec![key]).verifies(&message, iter::once(entry.as_bytes()))
}
