use std::fmt;

use zeroize::Zeroizing;

use super::{SigningSecret, VerificationKey};
use crate::error::config_error::{ConfigError, ConfigErrorKind};

/// One key, or several, as a receiver takes them: texts in the form that the sender shows, secrets, public keys.
///
/// A `&str`, a `String`, a [`SigningSecret`], a [`VerificationKey`]; arrays, slices and vectors of them, also by reference.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a signing secret nor several",
    label = "expected a `&str`, a `String`, a `SigningSecret`, a `VerificationKey`, or an array, slice or `Vec` of them",
    note = "collect an iterator into a `Vec` first"
)]
pub trait IntoKeys {
    /// The keys, in their order.
    fn into_keys(self) -> Vec<KeyInput>;
}

/// A key that has not been read yet, since its form depends on the scheme. Zeroed when dropped.
#[derive(Clone)]
pub struct KeyInput(pub(super) Input);

#[derive(Clone)]
pub(super) enum Input {
    Text(Zeroizing<String>),
    Key(VerificationKey),
}

impl KeyInput {
    /// The text of a key, for a scheme that reads keys itself.
    pub(super) fn text(&self) -> Result<&str, ConfigError> {
        let unsupported = ConfigError::new(ConfigErrorKind::PublicKeyUnsupported);
        match &self.0 {
            Input::Text(text) => Ok(text),
            Input::Key(key) => key
                .as_secret()
                .and_then(|secret| std::str::from_utf8(secret.as_bytes()).ok())
                .ok_or(unsupported),
        }
    }
}

impl fmt::Debug for KeyInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyInput([redacted])")
    }
}

impl From<&str> for KeyInput {
    fn from(text: &str) -> Self {
        Self(Input::Text(Zeroizing::new(text.to_owned())))
    }
}

impl From<&&str> for KeyInput {
    fn from(text: &&str) -> Self {
        Self::from(*text)
    }
}

impl From<String> for KeyInput {
    fn from(text: String) -> Self {
        Self(Input::Text(Zeroizing::new(text)))
    }
}

impl From<&String> for KeyInput {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

macro_rules! key {
    ($($key:ty),+) => {$(
        impl From<$key> for KeyInput {
            fn from(key: $key) -> Self {
                Self(Input::Key(key.clone().into()))
            }
        }

        impl IntoKeys for $key {
            fn into_keys(self) -> Vec<KeyInput> {
                vec![self.into()]
            }
        }
    )+};
}

macro_rules! text {
    ($($text:ty),+) => {$(
        impl IntoKeys for $text {
            fn into_keys(self) -> Vec<KeyInput> {
                vec![self.into()]
            }
        }
    )+};
}

text!(&str, String, &String, KeyInput);
key!(
    SigningSecret,
    &SigningSecret,
    VerificationKey,
    &VerificationKey
);
#[cfg(feature = "ed25519")]
key!(super::Ed25519PublicKey, &super::Ed25519PublicKey);
#[cfg(feature = "ecdsa")]
key!(super::EcdsaP256PublicKey, &super::EcdsaP256PublicKey);

impl<T: Into<KeyInput>> IntoKeys for Vec<T> {
    fn into_keys(self) -> Vec<KeyInput> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<T: Into<KeyInput>, const N: usize> IntoKeys for [T; N] {
    fn into_keys(self) -> Vec<KeyInput> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<'a, T> IntoKeys for &'a [T]
where
    &'a T: Into<KeyInput>,
{
    fn into_keys(self) -> Vec<KeyInput> {
        self.iter().map(Into::into).collect()
    }
}

impl<'a, T> IntoKeys for &'a Vec<T>
where
    &'a T: Into<KeyInput>,
{
    fn into_keys(self) -> Vec<KeyInput> {
        self.as_slice().into_keys()
    }
}

impl<'a, T, const N: usize> IntoKeys for &'a [T; N]
where
    &'a T: Into<KeyInput>,
{
    fn into_keys(self) -> Vec<KeyInput> {
        self.as_slice().into_keys()
    }
}
