//! Signing secrets as senders show them.

use tower_webhook::ConfigErrorKind;

use super::base64::decode_leniently;

/// The bytes of a secret.
///
/// # Errors
///
/// What is wrong with it.
pub fn bytes(text: &str) -> Result<Vec<u8>, ConfigErrorKind> {
    let text = text.trim_matches(|character: char| character.is_ascii_whitespace());
    let text = text.strip_prefix("v1,").unwrap_or(text);
    if text.starts_with("whsk_") {
        return Err(ConfigErrorKind::PrivateKeyGiven);
    }
    if text.starts_with("whpk_") {
        return Err(ConfigErrorKind::PublicKeyUnsupported);
    }
    let encoded = text.strip_prefix("whsec_").unwrap_or(text);
    match decode_leniently(encoded) {
        None => Err(ConfigErrorKind::SigningSecretNotBase64),
        Some(bytes) if bytes.is_empty() => Err(ConfigErrorKind::EmptySigningSecret),
        Some(bytes) if bytes.len() < 16 => Err(ConfigErrorKind::SigningSecretTooShort),
        Some(bytes) => Ok(bytes),
    }
}
