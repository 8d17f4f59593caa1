//! The text forms of a public key.

use base64::{
    Engine,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::Deserialize;

use super::{decode_hex, is_private_pem};
use crate::error::config_error::{ConfigError, ConfigErrorKind};

const CONFIG: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const ENGINES: [GeneralPurpose; 2] = [
    GeneralPurpose::new(&STANDARD, CONFIG),
    GeneralPurpose::new(&URL_SAFE, CONFIG),
];

/// The bytes of a key in PEM, as a JWK, in hexadecimal or base64, with or without `whpk_`.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, ConfigError> {
    let text = text.trim_ascii();
    if text.starts_with("whsk_") || is_private_pem(text) {
        return Err(ConfigError::new(ConfigErrorKind::PrivateKeyGiven));
    }
    let bytes = if text.starts_with('{') {
        of_jwk(text)?
    } else if let Some(pem) = of_pem(text) {
        base64(&pem)
    } else {
        of_hex(text).or_else(|| base64(text.strip_prefix("whpk_").unwrap_or(text)))
    };
    bytes.ok_or(ConfigError::new(ConfigErrorKind::InvalidPublicKey))
}

/// The base64 between the lines of a PEM, in one piece. Some tools write `\n` where the lines ended.
fn of_pem(text: &str) -> Option<String> {
    let inner = text
        .strip_prefix("-----BEGIN PUBLIC KEY-----")?
        .strip_suffix("-----END PUBLIC KEY-----")?;
    Some(inner.replace("\\n", "").split_ascii_whitespace().collect())
}

/// A key in hexadecimal: as base64 such a text would have a length that no key has.
fn of_hex(text: &str) -> Option<Vec<u8>> {
    let mut bytes = vec![0; text.len() / 2];
    let len = decode_hex(text.as_bytes(), &mut bytes)?;
    matches!(len, 32 | 33 | 44 | 65 | 91).then_some(bytes)
}

fn base64(text: &str) -> Option<Vec<u8>> {
    ENGINES.iter().find_map(|engine| engine.decode(text).ok())
}

/// The members of a JWK that matter here (RFC 7517; RFC 8037 for Ed25519, RFC 7518, section 6.2, for P-256).
#[derive(Deserialize)]
struct Jwk<'a> {
    #[serde(borrow)]
    crv: Option<&'a str>,
    x: Option<&'a str>,
    y: Option<&'a str>,
    d: Option<serde::de::IgnoredAny>,
}

fn of_jwk(text: &str) -> Result<Option<Vec<u8>>, ConfigError> {
    let Ok(jwk) = serde_json::from_str::<Jwk<'_>>(text) else {
        return Ok(None);
    };
    if jwk.d.is_some() {
        return Err(ConfigError::new(ConfigErrorKind::PrivateKeyGiven));
    }
    let coordinate = |text: Option<&str>| text.and_then(base64);
    Ok(match (jwk.crv, coordinate(jwk.x), coordinate(jwk.y)) {
        (Some("Ed25519"), Some(x), None) => Some(x),
        (Some("P-256"), Some(x), Some(y)) => Some([vec![4], x, y].concat()),
        _ => None,
    })
}
