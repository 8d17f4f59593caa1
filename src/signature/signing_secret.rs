use std::fmt;

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use zeroize::Zeroizing;

use crate::{
    error::config_error::{ConfigError, ConfigErrorKind},
    telemetry,
};

/// Shortest secret that is accepted, in bytes: senders with 16 are known.
const MIN_LEN: usize = 16;
/// Shortest secret that the specification advises, in bytes.
const ADVISED_LEN: usize = 24;

/// A secret is ours to configure, not a stranger's to send: padding is optional and unused last bits are
/// ignored, as in the sender's libraries.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// A shared secret for `v1` signatures: zeroed when dropped, not shown by `Debug`.
#[derive(Clone)]
pub struct SigningSecret(Zeroizing<Vec<u8>>);

impl SigningSecret {
    /// A secret in the form in which senders show it: `whsec_` and base64, or base64 alone. Padding, a
    /// leading `v1,` and ASCII white space at the ends are optional.
    ///
    /// The specification advises 24 to 64 bytes. A secret of 16 to 23 is accepted, and logged as a warning
    /// with the feature `tracing`.
    ///
    /// # Errors
    ///
    /// An empty secret, one under 16 bytes, a wrong character, or a key of another kind (`whsk_…`,
    /// `whpk_…`).
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let text = text.trim_ascii();
        let text = text.strip_prefix("v1,").unwrap_or(text);
        if text.starts_with("whsk_") {
            return Err(ConfigError::new(ConfigErrorKind::PrivateKeyGiven));
        }
        if text.starts_with("whpk_") {
            return Err(ConfigError::new(ConfigErrorKind::PublicKeyUnsupported));
        }
        let encoded = text.strip_prefix("whsec_").unwrap_or(text);
        let bytes = LENIENT
            .decode(encoded)
            .map(Zeroizing::new)
            .map_err(|_| ConfigError::new(ConfigErrorKind::SigningSecretNotBase64))?;
        Self::of_sufficient_length(bytes)
    }

    /// A secret that the sender gives as raw bytes.
    ///
    /// # Errors
    ///
    /// An empty secret or one under 16 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ConfigError> {
        Self::of_sufficient_length(Zeroizing::new(bytes.to_vec()))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn of_sufficient_length(bytes: Zeroizing<Vec<u8>>) -> Result<Self, ConfigError> {
        match bytes.len() {
            0 => Err(ConfigError::new(ConfigErrorKind::EmptySigningSecret)),
            len if len < MIN_LEN => Err(ConfigError::new(ConfigErrorKind::SigningSecretTooShort)),
            len => {
                if len < ADVISED_LEN {
                    telemetry::short_signing_secret(len);
                }
                Ok(Self(bytes))
            }
        }
    }
}

/// [`SigningSecret::parse`].
impl TryFrom<&str> for SigningSecret {
    type Error = ConfigError;

    fn try_from(text: &str) -> Result<Self, ConfigError> {
        Self::parse(text)
    }
}

/// [`SigningSecret::parse`]; the text itself is not zeroed.
impl TryFrom<String> for SigningSecret {
    type Error = ConfigError;

    fn try_from(text: String) -> Result<Self, ConfigError> {
        Self::parse(&text)
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret([redacted])")
    }
}
