//! Signatures: one file for each kind of key.

#[cfg(feature = "ed25519")]
mod ed25519;
mod hmac_sha256;
mod keyring;
mod scheme;
mod signed_message;
mod signing_secret;
mod verification_key;

#[cfg(feature = "ed25519")]
pub use ed25519::Ed25519PublicKey;
#[cfg(any(feature = "testing", feature = "forward"))]
pub(crate) use hmac_sha256::HmacSha256Key;
pub(crate) use keyring::{Keyring, KeyringHasher};
pub use scheme::SignatureScheme;
pub use signed_message::SignedMessage;
pub use signing_secret::SigningSecret;
pub use verification_key::VerificationKey;
