use std::{fmt, sync::Arc};

use super::Secrets;
use crate::{
    crypto::decrypt::Decrypt,
    error::config_error::{ConfigError, ConfigErrorKind},
    receiver::header_token::HeaderToken,
    signature::{Keyring, VerificationKey},
};

/// Collects what a sender and a receiver share into [`Secrets`].
pub struct SecretsBuilder {
    keys: Result<Vec<VerificationKey>, ConfigError>,
    header_token: Option<Result<HeaderToken, ConfigError>>,
    decryptors: Vec<Box<dyn Decrypt>>,
    tenant: Arc<str>,
}

impl Secrets {
    /// Starts with the keys that signatures are verified with: one, or several while one is rotated.
    ///
    /// Each is the text that the sender shows (`whsec_…`, or `whpk_…` with the feature `ed25519`), a
    /// [`SigningSecret`](crate::SigningSecret) or a [`VerificationKey`].
    pub fn builder<I>(keys: I) -> SecretsBuilder
    where
        I: IntoIterator,
        I::Item: TryInto<VerificationKey, Error: Into<ConfigError>>,
    {
        SecretsBuilder {
            keys: parse_all(keys.into_iter().collect()),
            header_token: None,
            decryptors: Vec::new(),
            tenant: Arc::default(),
        }
    }
}

impl SecretsBuilder {
    /// Requires a header with one of these values, several while one is rotated. Default: no such header.
    ///
    /// It is checked before the body is read. It is not signed: it keeps strangers away and proves nothing more. There
    /// is one such header: a second call replaces the first.
    pub fn header_token<V: AsRef<[u8]>>(
        mut self,
        name: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        self.header_token = Some(HeaderToken::new(name, values));
        self
    }

    /// Adds a way to open encrypted payloads; they are tried in the order in which they were added, so that keys
    /// can be rotated. Default: none, and an encrypted payload is refused.
    pub fn decrypt(mut self, decryptor: impl Decrypt) -> Self {
        self.decryptors.push(Box::new(decryptor));
        self
    }

    /// Names whose secrets these are, so that an idempotency store keeps their message ids apart from those of others.
    /// Default: nobody's, which is right where one sender delivers.
    ///
    /// Where a [`SecretSource`](super::SecretSource) has secrets of several tenants, name each: otherwise an id that one of
    /// them sends is taken for handled when another sends it.
    pub fn tenant(mut self, tenant: impl Into<Arc<str>>) -> Self {
        self.tenant = tenant.into();
        self
    }

    /// Checks the configuration.
    ///
    /// # Errors
    ///
    /// No key, or the first mistake in one or in the header token.
    pub fn build(self) -> Result<Secrets, ConfigError> {
        let keys = self.keys?;
        if keys.is_empty() {
            return Err(ConfigError::new(ConfigErrorKind::NoSigningSecret));
        }
        Ok(Secrets {
            keyring: Keyring::new(keys),
            header_token: self.header_token.transpose()?,
            decryptors: self.decryptors,
            tenant: self.tenant,
        })
    }
}

/// Parses every key, or reports the first mistake and whose it is.
fn parse_all<K>(keys: Vec<K>) -> Result<Vec<VerificationKey>, ConfigError>
where
    K: TryInto<VerificationKey, Error: Into<ConfigError>>,
{
    let count = keys.len();
    let parsed = keys.into_iter().enumerate().map(|(index, key)| {
        key.try_into()
            .map_err(|error| error.into().at("secret", index, count))
    });
    parsed.collect()
}

impl fmt::Debug for SecretsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretsBuilder")
            .field("keys", &self.keys)
            .field("header_token", &self.header_token)
            .field("decryptors", &self.decryptors.len())
            .field("tenant", &self.tenant)
            .finish()
    }
}
