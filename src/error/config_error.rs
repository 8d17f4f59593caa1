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
    /// A public key (`whpk_…`) was given where only a secret can be used, or without the feature `ed25519`.
    PublicKeyUnsupported,
    /// A public key is not `whpk_` and base64 of 32 bytes or of an SPKI of 44, or is no point of the curve.
    InvalidPublicKey,
    /// The name of a header is not one.
    InvalidHeaderName,
    /// A header token is empty, or there is none.
    EmptyHeaderToken,
    /// An address or network of the allowlist or of the trusted proxies is not one.
    InvalidNetwork,
    /// All of IPv4 or all of IPv6 is named as trusted proxies: whatever a stranger writes would be believed.
    EverybodyTrusted,
    /// The allowlist is empty: nothing would ever be let through.
    EmptyAllowlist,
    /// A decryption key does not have 32 bytes.
    InvalidDecryptionKey,
    /// Encryption is required and there is no decryption key.
    NoDecryptionKey,
    /// A header token or a decryption key was given to a receiver whose secrets come from a source.
    SecretsBesideSource,
    /// The URL of a Redis is not one.
    InvalidRedisUrl,
    /// The scope of an idempotency is empty.
    EmptyScope,
    /// The lease of an idempotency is shorter than 1 millisecond.
    ZeroLease,
    /// The retention of an idempotency is shorter than 1 millisecond.
    ZeroRetention,
    /// The time-out of a store is shorter than 1 millisecond.
    ZeroTimeout,
    /// A store has no room for a single message.
    ZeroCapacity,
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
                "a public key (`whpk_`) is given where a secret is needed, or without the feature `ed25519`"
            }
            ConfigErrorKind::InvalidPublicKey => {
                "a public key is not `whpk_` and base64 of an Ed25519 public key"
            }
            ConfigErrorKind::InvalidHeaderName => "the name of a header is not one",
            ConfigErrorKind::EmptyHeaderToken => "a header token is empty, or there is none",
            ConfigErrorKind::InvalidNetwork => {
                "an address or network is not one (such as 203.0.113.7 or 10.0.0.0/8)"
            }
            ConfigErrorKind::EverybodyTrusted => "everybody is named as a trusted proxy",
            ConfigErrorKind::EmptyAllowlist => "the allowlist of source addresses is empty",
            ConfigErrorKind::InvalidDecryptionKey => "a decryption key does not have 32 bytes",
            ConfigErrorKind::NoDecryptionKey => {
                "encryption is required and there is no decryption key"
            }
            ConfigErrorKind::SecretsBesideSource => {
                "header tokens and decryption keys belong into the source of secrets"
            }
            ConfigErrorKind::InvalidRedisUrl => "the URL of the Redis is not one",
            ConfigErrorKind::EmptyScope => "the idempotency scope is empty",
            ConfigErrorKind::ZeroLease => "the idempotency lease is shorter than 1 millisecond",
            ConfigErrorKind::ZeroRetention => {
                "the idempotency retention is shorter than 1 millisecond"
            }
            ConfigErrorKind::ZeroTimeout => "the time-out of the store is shorter than 1 millisecond",
            ConfigErrorKind::ZeroCapacity => "the capacity of the store is 0",
        })
    }
}

impl Error for ConfigError {}
