//! ECDSA over P-256 with SHA-256 (FIPS 186-5), the signature in DER.

use std::{fmt, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use p256::ecdsa::{Signature, VerifyingKey, signature::hazmat::PrehashVerifier};
use sha2::{Digest, Sha256};

use super::{Algorithm, PublicKey, Verifier, public_key_text};
use crate::error::config_error::{ConfigError, ConfigErrorKind};

/// The bytes before the point in an SPKI of P-256 (RFC 5480, section 2).
pub(crate) const SPKI_PREFIX: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// The public key of a sender that signs with ECDSA over P-256.
#[derive(Clone)]
pub struct EcdsaP256PublicKey(VerifyingKey);

impl EcdsaP256PublicKey {
    /// Reads a key in a form in which senders show it: base64, hexadecimal or PEM of the point (SEC 1, compressed or not)
    /// or of its SPKI in DER.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::InvalidPublicKey`], [`ConfigErrorKind::PrivateKeyGiven`].
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        Self::from_bytes(&public_key_text::decode(text)?)
    }

    /// A key from its point (SEC 1), or from its SPKI in DER.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::InvalidPublicKey`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ConfigError> {
        let point = bytes.strip_prefix(&SPKI_PREFIX).unwrap_or(bytes);
        VerifyingKey::from_sec1_bytes(point)
            .map(Self)
            .map_err(|_| ConfigError::new(ConfigErrorKind::InvalidPublicKey))
    }
}

impl EcdsaP256PublicKey {
    /// Verifies a signature of fixed length, `r` and `s` (RFC 7518, section 3.4).
    #[cfg(feature = "providers")]
    pub(crate) fn verifies_fixed(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|signature| {
            let hash = Sha256::digest(message);
            self.0.verify_prehash(&hash, &signature).is_ok()
        })
    }
}

impl PublicKey for EcdsaP256PublicKey {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EcdsaP256
    }

    fn verifier(&self, signature: &[u8]) -> Option<Box<dyn Verifier>> {
        Some(Box::new(HashedFirst {
            key: self.0,
            signature: Signature::from_der(signature).ok()?,
            hash: Sha256::new(),
        }))
    }
}

impl From<EcdsaP256PublicKey> for Arc<dyn PublicKey> {
    fn from(key: EcdsaP256PublicKey) -> Self {
        Arc::new(key)
    }
}

impl fmt::Debug for EcdsaP256PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EcdsaP256PublicKey")
            .field(&STANDARD.encode(self.0.to_sec1_point(true)))
            .finish()
    }
}

struct HashedFirst {
    key: VerifyingKey,
    signature: Signature,
    hash: Sha256,
}

impl Verifier for HashedFirst {
    fn update(&mut self, bytes: &[u8]) {
        Digest::update(&mut self.hash, bytes);
    }

    fn finish(self: Box<Self>) -> bool {
        let Self {
            key,
            signature,
            hash,
        } = *self;
        key.verify_prehash(&hash.finalize(), &signature).is_ok()
    }
}

/// The private key of a sender.
#[cfg(feature = "testing")]
pub(crate) struct EcdsaP256PrivateKey(p256::ecdsa::SigningKey);

#[cfg(feature = "testing")]
impl EcdsaP256PrivateKey {
    /// A key from its scalar of 32 bytes, in hexadecimal or base64.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = super::private_key::decode(text)?;
        p256::ecdsa::SigningKey::from_slice(&bytes).ok().map(Self)
    }
}

#[cfg(feature = "testing")]
impl super::PrivateKey for EcdsaP256PrivateKey {
    fn sign(&self, text: &[u8]) -> Vec<u8> {
        let signature: Signature = p256::ecdsa::signature::Signer::sign(&self.0, text);
        signature.to_der().as_bytes().to_vec()
    }
}
