//! `v1a`: Ed25519 (Standard Webhooks 1.0.0, "Asymmetric").

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{PUBLIC_KEY_LENGTH, SIGNATURE_LENGTH, Signature, VerifyingKey};

use super::{SignatureScheme, SignedMessage};
use crate::error::config_error::{ConfigError, ConfigErrorKind};

/// What stands before the key in an SPKI of Ed25519 (RFC 8410, section 4).
const SPKI_PREFIX: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// The public key of a sender that signs with Ed25519 (`v1a`).
///
/// It verifies pure Ed25519 (RFC 8032, section 5.1.7) over the text as it is, not over a hash of it.
#[derive(Clone)]
pub struct Ed25519PublicKey(VerifyingKey);

impl Ed25519PublicKey {
    /// A key in the form in which senders show it: `whpk_` and standard base64 of the 32 bytes of the key, or
    /// of its SPKI in DER, which has 44. ASCII white space at the ends is ignored.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::InvalidPublicKey`], also for a key of small order, with which a signature can be
    /// made that holds for any message.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        text.trim_ascii()
            .strip_prefix("whpk_")
            .and_then(|encoded| STANDARD.decode(encoded).ok())
            .and_then(|bytes| Self::from_key_or_spki(&bytes))
            .ok_or_else(|| ConfigError::new(ConfigErrorKind::InvalidPublicKey))
    }

    fn from_key_or_spki(bytes: &[u8]) -> Option<Self> {
        // By the length: a key may begin like an SPKI.
        let key: &[u8; PUBLIC_KEY_LENGTH] = match bytes.try_into() {
            Ok(key) => key,
            Err(_) => bytes.strip_prefix(&SPKI_PREFIX)?.try_into().ok()?,
        };
        let key = VerifyingKey::from_bytes(key).ok()?;
        (!key.is_weak()).then_some(Self(key))
    }
}

impl SignatureScheme for Ed25519PublicKey {
    fn version(&self) -> &'static str {
        "v1a"
    }

    fn verify(&self, message: &SignedMessage<'_>, signature: &[u8]) -> bool {
        let mut bytes = [0; SIGNATURE_LENGTH];
        let Ok(SIGNATURE_LENGTH) = STANDARD.decode_slice(signature, &mut bytes) else {
            return false;
        };
        // Fails if the scalar is not canonical, which would let a signature be changed and still hold.
        let Ok(mut verifier) = self.0.verify_stream(&Signature::from_bytes(&bytes)) else {
            return false;
        };
        message.feed(|part| verifier.update(part));
        verifier.finalize_and_verify().is_ok()
    }
}

impl fmt::Debug for Ed25519PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ed25519PublicKey")
            .field(&STANDARD.encode(self.0.as_bytes()))
            .finish()
    }
}
