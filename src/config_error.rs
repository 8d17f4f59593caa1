//! What can be wrong with a configuration.

use std::{convert::Infallible, error::Error, fmt};

/// A mistake in the configuration. It names the mistake, never the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConfigError {
    kind: ConfigErrorKind,
}

/// The reasons of a [`ConfigError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConfigErrorKind {
    /// No signing secret was given.
    NoSigningSecret,
    /// A signing secret is empty.
    EmptySigningSecret,
    /// A signing secret has fewer than 16 bytes.
    SigningSecretTooShort,
    /// A signing secret is not base64.
    SigningSecretNotBase64,
    /// A private key (`whsk_…`) was given: it belongs to the sender alone.
    PrivateKeyGiven,
    /// A public key (`whpk_…`) was given, which this build cannot use.
    PublicKeyUnsupported,
}

impl ConfigError {
    pub(crate) fn new(kind: ConfigErrorKind) -> Self {
        Self { kind }
    }

    /// The reason.
    pub fn kind(&self) -> ConfigErrorKind {
        self.kind
    }
}

/// A secret that is already parsed cannot fail to be one.
impl From<Infallible> for ConfigError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            ConfigErrorKind::NoSigningSecret => "no signing secret is given",
            ConfigErrorKind::EmptySigningSecret => "a signing secret is empty",
            ConfigErrorKind::SigningSecretTooShort => {
                "a signing secret is shorter than 16 bytes (the specification asks for 24 to 64)"
            }
            ConfigErrorKind::SigningSecretNotBase64 => {
                "a signing secret is not `whsec_` and base64, or base64 alone"
            }
            ConfigErrorKind::PrivateKeyGiven => {
                "a private key (`whsk_`) is given where a receiver needs `whsec_`"
            }
            ConfigErrorKind::PublicKeyUnsupported => {
                "a public key (`whpk_`) is given, and Ed25519 signatures are not supported"
            }
        })
    }
}

impl Error for ConfigError {}
