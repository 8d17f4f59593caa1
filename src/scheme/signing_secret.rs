use std::fmt;

use base64::{
    Engine,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use zeroize::Zeroizing;

use crate::{
    crypto::is_private_pem,
    error::config_error::{ConfigError, ConfigErrorKind},
    telemetry,
};

/// Shortest secret of Standard Webhooks that is accepted, in bytes: senders with 16 are known.
const MIN_LEN: usize = 16;
/// Shortest secret that the specification advises, in bytes.
const ADVISED_LEN: usize = 24;

/// A secret is ours to configure, not a stranger's to send: padding is optional and unused last bits are
/// ignored, as in the sender's libraries.
const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const LENIENT: GeneralPurpose = GeneralPurpose::new(&STANDARD, CONFIG);
const LENIENT_URL_SAFE: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, CONFIG);

/// How an SPKI of Ed25519 begins in base64: no secret does by chance (RFC 8410, section 4).
const ED25519_SPKI: &str = "MCowBQYDK2VwAyEA";

/// A shared secret: zeroed when dropped, not shown by `Debug`.
#[derive(Clone)]
pub struct SigningSecret(Zeroizing<Vec<u8>>);

impl SigningSecret {
    /// A secret of Standard Webhooks in the form in which senders show it: `whsec_` and base64, or base64 alone.
    ///
    /// Padding, a leading `v1,` (Supabase), quotes around it and ASCII white space at the ends are optional. Base64 may be
    /// the URL-safe one, unless the text looks like one that is meant as it is (`polar_whs_…`): such a secret is made by
    /// [`from_text`](Self::from_text).
    ///
    /// The specification advises 24 to 64 bytes. A secret of 16 to 23 is accepted, and logged as a warning
    /// with the feature `tracing`.
    ///
    /// # Errors
    ///
    /// An empty secret, one under 16 bytes, a wrong character, several secrets in one text, or a key of another kind
    /// (`whsk_…`, `whpk_…`, PEM, a JWK), each with a kind that names it.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let text = unwrapped(text);
        if let Some(kind) = other_kind(text) {
            return Err(ConfigError::new(kind));
        }
        let bytes = match text.strip_prefix("whsec_") {
            Some(encoded) => decode_base64(encoded)?,
            None if looks_like_text(text) => {
                return Err(ConfigError::new(ConfigErrorKind::TextSecretGiven));
            }
            None => decode_base64(text)?,
        };
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

    /// A secret whose text itself is the key, as with GitHub, Stripe, Slack, Polar and most senders.
    ///
    /// Its length is the sender's choice: any but none is accepted.
    ///
    /// # Errors
    ///
    /// An empty text.
    pub fn from_text(text: &str) -> Result<Self, ConfigError> {
        Self::of_any_length(Zeroizing::new(text.as_bytes().to_vec()))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn of_any_length(bytes: Zeroizing<Vec<u8>>) -> Result<Self, ConfigError> {
        if bytes.is_empty() {
            return Err(ConfigError::new(ConfigErrorKind::EmptySigningSecret));
        }
        Ok(Self(bytes))
    }

    fn of_sufficient_length(bytes: Zeroizing<Vec<u8>>) -> Result<Self, ConfigError> {
        match bytes.len() {
            1..MIN_LEN => Err(ConfigError::new(ConfigErrorKind::SigningSecretTooShort)),
            len => {
                if (MIN_LEN..ADVISED_LEN).contains(&len) {
                    telemetry::short_signing_secret(len);
                }
                Self::of_any_length(bytes)
            }
        }
    }
}

/// The texts of several secrets in one: Supabase joins them with `|`, a list of a configuration with commas or white space.
/// Base64 has none of these.
pub(super) fn several(text: &str) -> Result<Vec<&str>, ConfigError> {
    let text = without_quotes(text);
    if is_pem_or_jwk(text) {
        return Ok(vec![text]);
    }
    let is_separator = |symbol: char| matches!(symbol, '|' | ',') || symbol.is_ascii_whitespace();
    let texts: Vec<&str> = text
        .split(is_separator)
        // `v1,` stands in front of a secret, as in a signature.
        .filter(|text| !matches!(*text, "" | "v1" | "v1a"))
        .collect();
    if texts.is_empty() {
        return Err(ConfigError::new(ConfigErrorKind::EmptySigningSecret));
    }
    Ok(texts)
}

/// The text without what people copy along: white space, quotes, the version that Supabase writes in front.
pub(super) fn unwrapped(text: &str) -> &str {
    let text = without_quotes(text);
    let text = text
        .strip_prefix("v1,")
        .or_else(|| text.strip_prefix("v1a,"))
        .unwrap_or(text);
    text.trim_ascii()
}

fn without_quotes(text: &str) -> &str {
    let text = text.trim_ascii();
    let between = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    between('"')
        .or_else(|| between('\''))
        .unwrap_or(text)
        .trim_ascii()
}

/// Whether the text is a public key, and nothing else could be meant.
pub(super) fn is_public_key(text: &str) -> bool {
    let text = unwrapped(text);
    let is_whpk = text.starts_with("whpk_");
    is_whpk || is_pem_or_jwk(text) || (text.len() == 60 && text.starts_with(ED25519_SPKI))
}

fn is_pem_or_jwk(text: &str) -> bool {
    text.starts_with("-----BEGIN") || text.starts_with('{')
}

/// What a text is that is no secret.
fn other_kind(text: &str) -> Option<ConfigErrorKind> {
    if text.starts_with("whsk_") || is_private_pem(text) {
        Some(ConfigErrorKind::PrivateKeyGiven)
    } else if text.starts_with("whsk1_") || text.starts_with("whpk1_") {
        Some(ConfigErrorKind::UnknownKeyKind)
    } else if is_public_key(text) {
        Some(ConfigErrorKind::PublicKeyUnsupported)
    } else if text.contains(['|', ',']) {
        Some(ConfigErrorKind::SeveralSecretsInOne)
    } else {
        None
    }
}

/// Whether a text begins with a word and an underscore or a hyphen, as secrets do that are meant as they are (`polar_whs_…`,
/// `sk_test_…`): as URL-safe base64 it could be read, and would give another key.
fn looks_like_text(text: &str) -> bool {
    let word = text
        .bytes()
        .take_while(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        .count();
    (2..=16).contains(&word) && matches!(text.as_bytes().get(word), Some(b'_' | b'-'))
}

/// Decodes one of the two alphabets, never both in one text.
pub(super) fn decode_base64(text: &str) -> Result<Zeroizing<Vec<u8>>, ConfigError> {
    let engine = if text.contains(['-', '_']) {
        LENIENT_URL_SAFE
    } else {
        LENIENT
    };
    engine
        .decode(text)
        .map(Zeroizing::new)
        .map_err(|_| ConfigError::new(ConfigErrorKind::SigningSecretNotBase64))
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
