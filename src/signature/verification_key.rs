use std::{fmt, sync::Arc};

#[cfg(feature = "ed25519")]
use super::Ed25519PublicKey;
use super::{SignatureScheme, SigningSecret};
use crate::error::config_error::ConfigError;

/// What a signature is verified with: a shared secret, a public key, or a scheme of one's own.
///
/// Text is read by its prefix: `whsec_…` or bare base64 is a [`SigningSecret`], `whpk_…` an
/// [`Ed25519PublicKey`](crate::Ed25519PublicKey). Which algorithm verifies is decided here, by the
/// receiver's configuration, never by what a request says.
#[derive(Clone)]
pub struct VerificationKey(pub(super) Kind);

#[derive(Clone)]
pub(super) enum Kind {
    HmacSha256(SigningSecret),
    Scheme(Arc<dyn SignatureScheme>),
}

impl VerificationKey {
    /// A key of a scheme that this crate does not have.
    pub fn from_scheme(scheme: impl SignatureScheme) -> Self {
        Self(Kind::Scheme(Arc::new(scheme)))
    }

    /// Reads a secret or a public key in the form in which senders show it.
    ///
    /// # Errors
    ///
    /// Those of [`SigningSecret::parse`] and of `Ed25519PublicKey::parse`. Without the feature `ed25519` a public
    /// key is an error.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        #[cfg(feature = "ed25519")]
        if text.trim_ascii_start().starts_with("whpk_") {
            return Ed25519PublicKey::parse(text).map(Self::from);
        }
        SigningSecret::parse(text).map(Self::from)
    }
}

impl From<SigningSecret> for VerificationKey {
    fn from(secret: SigningSecret) -> Self {
        Self(Kind::HmacSha256(secret))
    }
}

#[cfg(feature = "ed25519")]
impl From<Ed25519PublicKey> for VerificationKey {
    fn from(key: Ed25519PublicKey) -> Self {
        Self::from_scheme(key)
    }
}

/// [`VerificationKey::parse`].
impl TryFrom<&str> for VerificationKey {
    type Error = ConfigError;

    fn try_from(text: &str) -> Result<Self, ConfigError> {
        Self::parse(text)
    }
}

/// [`VerificationKey::parse`]; the text itself is not zeroed.
impl TryFrom<String> for VerificationKey {
    type Error = ConfigError;

    fn try_from(text: String) -> Result<Self, ConfigError> {
        Self::parse(&text)
    }
}

impl fmt::Debug for VerificationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Kind::HmacSha256(_) => "VerificationKey(v1, [redacted])",
            Kind::Scheme(_) => "VerificationKey(scheme)",
        })
    }
}
