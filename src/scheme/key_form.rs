//! The forms in which senders give their keys.

use zeroize::Zeroizing;

use super::{
    KeyInput, SigningSecret, VerificationKey,
    declared::Declared,
    into_keys::Input,
    signing_secret::{self, is_public_key},
};
use crate::{
    crypto::{Algorithm, decode_hex},
    error::config_error::{ConfigError, ConfigErrorKind},
};

/// How a sender gives its secrets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyForm {
    /// The text itself is the key, even where it looks like base64 or hexadecimal, as with almost every sender. The default.
    #[default]
    Text,
    /// Hexadecimal digits.
    Hex,
    /// Base64 with the standard alphabet; padding is optional.
    Base64,
    /// `whsec_` and base64, and the other forms of Standard Webhooks: see [`SigningSecret::parse`]. One text may have
    /// several, separated by `|`, commas or white space.
    StandardWebhooks,
}

/// Reads the keys of a scheme. An error names the position of the key, never the key.
pub(super) fn read_all(
    scheme: &Declared,
    inputs: Vec<KeyInput>,
) -> Result<Vec<VerificationKey>, ConfigError> {
    let count = inputs.len();
    let mut keys = Vec::with_capacity(count);
    for (number, input) in inputs.into_iter().enumerate() {
        let named = |error: ConfigError| error.at("secret", number, count);
        match input.0 {
            Input::Key(key) => keys.push(key),
            Input::Text(text) => keys.extend(scheme.read(&text).map_err(named)?),
        }
    }
    if keys.is_empty() {
        return Err(ConfigError::new(ConfigErrorKind::NoSigningSecret));
    }
    Ok(keys)
}

impl Declared {
    fn read(&self, text: &str) -> Result<Vec<VerificationKey>, ConfigError> {
        if self.key_form == KeyForm::StandardWebhooks {
            return signing_secret::several(text)?
                .into_iter()
                .map(standard_webhooks_key)
                .collect();
        }
        let (key_id, text) = match self.key_id {
            Some(_) => split_key_id(text),
            None => (None, text),
        };
        let key = self.read_one(text)?;
        Ok(vec![match key_id {
            Some(key_id) => key.with_key_id(key_id),
            None => key,
        }])
    }

    fn read_one(&self, text: &str) -> Result<VerificationKey, ConfigError> {
        match (self.algorithm, self.key_form) {
            (Algorithm::Ed25519, _) => ed25519_key(text),
            (Algorithm::EcdsaP256, _) => ecdsa_p256_key(text),
            (_, KeyForm::Hex) => {
                let text = text.trim_ascii();
                let mut bytes = Zeroizing::new(vec![0; text.len() / 2]);
                decode_hex(text.as_bytes(), &mut bytes)
                    .ok_or(ConfigError::new(ConfigErrorKind::SigningSecretNotHex))?;
                SigningSecret::of_any_length(bytes).map(Into::into)
            }
            (_, KeyForm::Base64) => {
                SigningSecret::of_any_length(signing_secret::decode_base64(text.trim_ascii())?)
                    .map(Into::into)
            }
            (_, KeyForm::Text | KeyForm::StandardWebhooks) => {
                SigningSecret::from_text(text).map(Into::into)
            }
        }
    }
}

/// `key-id=secret`. A secret that only ends in `=`, as base64 does, has no id.
fn split_key_id(text: &str) -> (Option<&str>, &str) {
    match text.split_once('=') {
        Some((key_id, secret)) if !secret.trim_start_matches('=').is_empty() => {
            (Some(key_id.trim_ascii()), secret)
        }
        _ => (None, text),
    }
}

/// A secret or a public key of Standard Webhooks.
pub(super) fn standard_webhooks_key(text: &str) -> Result<VerificationKey, ConfigError> {
    if is_public_key(text) {
        ed25519_key(signing_secret::unwrapped(text))
    } else {
        SigningSecret::parse(text).map(Into::into)
    }
}

#[cfg(feature = "ed25519")]
fn ed25519_key(text: &str) -> Result<VerificationKey, ConfigError> {
    super::Ed25519PublicKey::parse(text).map(Into::into)
}

#[cfg(not(feature = "ed25519"))]
fn ed25519_key(_text: &str) -> Result<VerificationKey, ConfigError> {
    Err(ConfigError::new(ConfigErrorKind::PublicKeyUnsupported))
}

#[cfg(feature = "ecdsa")]
fn ecdsa_p256_key(text: &str) -> Result<VerificationKey, ConfigError> {
    super::EcdsaP256PublicKey::parse(text).map(Into::into)
}

#[cfg(not(feature = "ecdsa"))]
fn ecdsa_p256_key(_text: &str) -> Result<VerificationKey, ConfigError> {
    Err(ConfigError::new(ConfigErrorKind::PublicKeyUnsupported))
}
