use std::{fmt, sync::Arc};

use super::Secrets;
use crate::{
    crypto::decrypt::Decrypt,
    error::config_error::ConfigError,
    receiver::header_token::HeaderToken,
    scheme::{IntoKeys, KeyInput, Scheme, standard_webhooks},
};

/// Collects what a sender and a receiver share into [`Secrets`].
#[must_use]
pub struct SecretsBuilder {
    scheme: Scheme,
    keys: Vec<KeyInput>,
    retired: Vec<KeyInput>,
    header_token: Option<Result<HeaderToken, ConfigError>>,
    decryptors: Vec<Box<dyn Decrypt>>,
    tenant: Arc<str>,
}

impl Secrets {
    /// Starts with the keys that signatures are verified with: one, or several while one is rotated.
    ///
    /// Each is the text that the sender shows (`whsec_…`, or `whpk_…` with the feature `ed25519`), a
    /// [`SigningSecret`](crate::scheme::SigningSecret) or a [`VerificationKey`](crate::scheme::VerificationKey); see [`IntoKeys`].
    pub fn builder(keys: impl IntoKeys) -> SecretsBuilder {
        SecretsBuilder {
            scheme: standard_webhooks(),
            keys: keys.into_keys(),
            retired: Vec::new(),
            header_token: None,
            decryptors: Vec::new(),
            tenant: Arc::default(),
        }
    }
}

impl SecretsBuilder {
    /// How the sender signs, which decides in which form its keys are read. Default:
    /// [`standard_webhooks`](crate::scheme::standard_webhooks). It has to be the scheme of the receiver.
    pub fn scheme(mut self, scheme: Scheme) -> Self {
        self.scheme = scheme;
        self
    }

    /// Adds keys that are no longer in use: no request is accepted by them, but
    /// [`Receiver::verify_stored`](crate::Receiver::verify_stored) still verifies what was stored while they were.
    /// Default: none.
    pub fn retired(mut self, keys: impl IntoKeys) -> Self {
        self.retired.extend(keys.into_keys());
        self
    }

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
    /// can be rotated. Default: none, and an encrypted payload is rejected.
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
        #[cfg(feature = "explain")]
        let texts = super::SecretTexts::of(&self.keys, &self.retired);
        let retired = match self.retired {
            keys if keys.is_empty() => None,
            keys => Some(self.scheme.keys(&keys)?),
        };
        Ok(Secrets {
            #[cfg(feature = "explain")]
            texts,
            keys: self.scheme.keys(&self.keys)?,
            retired,
            scheme: self.scheme,
            header_token: self.header_token.transpose()?,
            decryptors: self.decryptors,
            tenant: self.tenant,
        })
    }
}

impl fmt::Debug for SecretsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretsBuilder")
            .field("scheme", &self.scheme)
            .field("keys", &self.keys.len())
            .field("retired", &self.retired.len())
            .field("header_token", &self.header_token)
            .field("decryptors", &self.decryptors.len())
            .field("tenant", &self.tenant)
            .finish()
    }
}
