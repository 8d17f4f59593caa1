use std::{fmt, sync::Arc};

use super::SigningSecret;
use crate::{
    crypto::{KeyMaterial, PublicKey},
    error::config_error::ConfigError,
};

/// What a signature is verified with: a shared secret or a public key, already read.
///
/// Which algorithm verifies is decided by the scheme and by the kind of key, never by the request.
#[derive(Clone)]
pub struct VerificationKey {
    key_id: Option<Box<str>>,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    Secret(SigningSecret),
    #[cfg_attr(not(any(feature = "ed25519", feature = "ecdsa")), allow(dead_code))]
    Public(Arc<dyn PublicKey>),
}

impl VerificationKey {
    /// Reads a key of Standard Webhooks: `whsec_…` or bare base64 is a [`SigningSecret`], `whpk_…`, a PEM or a JWK is an
    /// `Ed25519PublicKey`.
    ///
    /// # Errors
    ///
    /// Those of [`SigningSecret::parse`] and of `Ed25519PublicKey::parse`. Without the feature `ed25519` a public key is
    /// an error.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        super::key_form::standard_webhooks_key(text)
    }

    /// Uses the key only for requests that name it, for schemes with [key ids](super::SchemeBuilder::key_id).
    pub fn with_key_id(mut self, key_id: &str) -> Self {
        self.key_id = Some(key_id.into());
        self
    }

    pub(super) fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    pub(super) fn material(&self) -> KeyMaterial<'_> {
        match &self.kind {
            Kind::Secret(secret) => KeyMaterial::Mac(secret.as_bytes()),
            Kind::Public(key) => KeyMaterial::Public(Arc::clone(key)),
        }
    }

    pub(super) fn as_secret(&self) -> Option<&SigningSecret> {
        match &self.kind {
            Kind::Secret(secret) => Some(secret),
            Kind::Public(_) => None,
        }
    }

    #[cfg(any(feature = "ed25519", feature = "ecdsa"))]
    pub(super) fn public(key: impl Into<Arc<dyn PublicKey>>) -> Self {
        Self {
            key_id: None,
            kind: Kind::Public(key.into()),
        }
    }
}

impl From<SigningSecret> for VerificationKey {
    fn from(secret: SigningSecret) -> Self {
        Self {
            key_id: None,
            kind: Kind::Secret(secret),
        }
    }
}

#[cfg(feature = "ed25519")]
impl From<super::Ed25519PublicKey> for VerificationKey {
    fn from(key: super::Ed25519PublicKey) -> Self {
        Self::public(key)
    }
}

#[cfg(feature = "ecdsa")]
impl From<super::EcdsaP256PublicKey> for VerificationKey {
    fn from(key: super::EcdsaP256PublicKey) -> Self {
        Self::public(key)
    }
}

/// [`VerificationKey::parse`].
impl TryFrom<&str> for VerificationKey {
    type Error = ConfigError;

    fn try_from(text: &str) -> Result<Self, ConfigError> {
        Self::parse(text)
    }
}

impl fmt::Debug for VerificationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Secret(_) => f.write_str("VerificationKey([redacted])"),
            Kind::Public(key) => f.debug_tuple("VerificationKey").field(key).finish(),
        }
    }
}
