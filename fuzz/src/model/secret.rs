//! Signing secrets as senders show them.

use std::sync::LazyLock;

use regex::Regex;
use tower_webhook::error::ConfigErrorKind;

use super::base64::decode_leniently;

/// The bytes of a secret.
///
/// # Errors
///
/// What is wrong with it.
pub fn bytes(text: &str) -> Result<Vec<u8>, ConfigErrorKind> {
    let text = unwrapped(text);
    if text.starts_with("whsk_") || is_private_pem(text) {
        return Err(ConfigErrorKind::PrivateKeyGiven);
    }
    if text.starts_with("whsk1_") || text.starts_with("whpk1_") {
        return Err(ConfigErrorKind::UnknownKeyKind);
    }
    if is_public_key(text) {
        return Err(ConfigErrorKind::PublicKeyUnsupported);
    }
    if text.contains(['|', ',']) {
        return Err(ConfigErrorKind::SeveralSecretsInOne);
    }
    let encoded = match text.strip_prefix("whsec_") {
        Some(encoded) => encoded,
        None if NAME.is_match(text) => return Err(ConfigErrorKind::TextSecretGiven),
        None => text,
    };
    // One alphabet or the other, not both.
    let is_mixed = encoded.contains(['-', '_']) && encoded.contains(['+', '/']);
    let standard = encoded.replace('-', "+").replace('_', "/");
    match decode_leniently(&standard).filter(|_| !is_mixed) {
        None => Err(ConfigErrorKind::SigningSecretNotBase64),
        Some(bytes) if bytes.is_empty() => Err(ConfigErrorKind::EmptySigningSecret),
        Some(bytes) if bytes.len() < 16 => Err(ConfigErrorKind::SigningSecretTooShort),
        Some(bytes) => Ok(bytes),
    }
}

/// What a secret that is text begins with: the sender's name.
static NAME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("^[a-z0-9]{2,16}[_-]").expect("a regular expression"));
static QUOTED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(?s)^(?:"(.*)"|'(.*)')$"#).expect("a regular expression"));

/// Without white space, quotation marks and a version around it.
pub fn unwrapped(text: &str) -> &str {
    let text = text.trim_matches(|character: char| character.is_ascii_whitespace());
    let quoted = QUOTED.captures(text);
    let inner = quoted.and_then(|parts| parts.get(1).or(parts.get(2)));
    let text = inner.map_or(text, |inner| inner.as_str()).trim_ascii();
    let text = text
        .strip_prefix("v1,")
        .or(text.strip_prefix("v1a,"))
        .unwrap_or(text);
    text.trim_ascii()
}

/// Whether it is a public key in one of its forms.
pub fn is_public_key(text: &str) -> bool {
    let is_spki = text.len() == 60 && text.starts_with("MCowBQYDK2VwAyEA");
    is_spki
        || ["whpk_", "-----BEGIN", "{"]
            .iter()
            .any(|start| text.starts_with(start))
}

fn is_private_pem(text: &str) -> bool {
    text.starts_with("-----BEGIN") && text.contains("PRIVATE KEY-----")
}
