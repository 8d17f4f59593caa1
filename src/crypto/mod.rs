//! Keys, tags and ciphers, without any grammar of headers.

mod algorithm;
pub mod decrypt;
#[cfg(feature = "ecdsa")]
pub(crate) mod ecdsa_p256;
#[cfg(feature = "ed25519")]
pub(crate) mod ed25519;
mod encoding;
mod keyring;
mod mac;
#[cfg(feature = "testing")]
mod private_key;
mod public_key;
#[cfg(any(feature = "ed25519", feature = "ecdsa"))]
mod public_key_text;

pub use algorithm::Algorithm;
pub use encoding::Encoding;
pub(crate) use encoding::{Decoded, decode_hex};
pub(crate) use keyring::{KeyMaterial, Keyring, KeyringHasher};
#[cfg(any(feature = "forward", feature = "providers", feature = "testing"))]
pub(crate) use mac::tag;
#[cfg(feature = "testing")]
pub(crate) use private_key::PrivateKey;
pub(crate) use public_key::{PublicKey, Verifier, is_private_pem};
