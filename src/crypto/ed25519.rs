//! Ed25519 (RFC 8032, section 5.1.7), pure: over the text as it is, not over a hash of it.

use std::{fmt, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{PUBLIC_KEY_LENGTH, SIGNATURE_LENGTH, Signature, StreamVerifier, VerifyingKey};

use super::{Algorithm, PublicKey, Verifier, public_key_text};
use crate::error::config_error::{ConfigError, ConfigErrorKind};

/// The bytes before the key in an SPKI of Ed25519 (RFC 8410, section 4).
pub(crate) const SPKI_PREFIX: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// The public key of a sender that signs with Ed25519.
#[derive(Clone)]
pub struct Ed25519PublicKey(VerifyingKey);

impl Ed25519PublicKey {
    /// Reads a key in a form in which senders show it: `whpk_` and base64, base64 alone, hexadecimal, PEM, or a JWK, of the
    /// 32 bytes of the key or of its SPKI in DER, which has 44.
    ///
    /// ASCII white space at the ends is ignored; base64 may be the URL-safe one and without padding, as the `x` of a JWK is.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::InvalidPublicKey`], also for a key of small order, with which a signature can be made that
    /// holds for any message; [`ConfigErrorKind::PrivateKeyGiven`].
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        Self::from_bytes(&public_key_text::decode(text)?)
    }

    /// A key from its 32 bytes, or from its SPKI in DER.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::InvalidPublicKey`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ConfigError> {
        Self::from_key_or_spki(bytes).ok_or(ConfigError::new(ConfigErrorKind::InvalidPublicKey))
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

impl PublicKey for Ed25519PublicKey {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Ed25519
    }

    fn verifier(&self, signature: &[u8]) -> Option<Box<dyn Verifier>> {
        let signature: &[u8; SIGNATURE_LENGTH] = signature.try_into().ok()?;
        // Fails if the scalar is not canonical, which would let a signature be changed and still hold.
        let verifier = self
            .0
            .verify_stream(&Signature::from_bytes(signature))
            .ok()?;
        Some(Box::new(verifier))
    }
}

impl Verifier for StreamVerifier {
    fn update(&mut self, bytes: &[u8]) {
        Self::update(self, bytes);
    }

    fn finish(self: Box<Self>) -> bool {
        self.finalize_and_verify().is_ok()
    }
}

impl From<Ed25519PublicKey> for Arc<dyn PublicKey> {
    fn from(key: Ed25519PublicKey) -> Self {
        Arc::new(key)
    }
}

impl fmt::Debug for Ed25519PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ed25519PublicKey")
            .field(&STANDARD.encode(self.0.as_bytes()))
            .finish()
    }
}

/// The private key of a sender.
#[cfg(feature = "testing")]
pub(crate) struct Ed25519PrivateKey(ed25519_dalek::SigningKey);

#[cfg(feature = "testing")]
impl Ed25519PrivateKey {
    /// A key from its seed of 32 bytes, which its public key may follow, in hexadecimal or base64.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = super::private_key::decode(text)?;
        let seed = bytes
            .first_chunk()
            .filter(|_| matches!(bytes.len(), 32 | 64))?;
        Some(Self(ed25519_dalek::SigningKey::from_bytes(seed)))
    }
}

#[cfg(feature = "testing")]
impl super::PrivateKey for Ed25519PrivateKey {
    fn sign(&self, text: &[u8]) -> Vec<u8> {
        ed25519_dalek::Signer::sign(&self.0, text)
            .to_bytes()
            .to_vec()
    }
}
