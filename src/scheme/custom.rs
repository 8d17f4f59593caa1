use std::{any::Any, time::Duration};

use bytes::Bytes;
#[cfg(all(feature = "testing", feature = "providers"))]
use http::header::{HeaderValue, IntoHeaderName};
use http::{HeaderName, request::Parts};

use super::{Claims, CustomKeys, KeyInput};
use crate::{
    error::{
        config_error::{ConfigError, ConfigErrorKind},
        rejection::{Rejection, RejectionKind},
    },
    message::{MessageId, RequestHead, Timestamp},
};

/// A scheme that a [`SchemeBuilder`](super::SchemeBuilder) cannot describe, as code.
///
/// The receiver checks the method, the source address, the header token, the tolerance and the length of the body; the
/// scheme checks the signature. It may reject on the head alone, hash the body as it arrives, or look at the whole body once
/// that is complete; nothing is parsed before its signature is verified, unless the signature itself stands in it.
pub trait CustomScheme: Send + Sync + 'static {
    /// A key as the scheme uses it.
    type Key: Send + Sync + 'static;
    /// What follows the head.
    type Check: BodyCheck;

    /// The name of the scheme.
    fn name(&self) -> &str;

    /// The names of the headers that the scheme reads.
    fn headers(&self) -> Vec<HeaderName>;

    /// The header that carries a plain token, where that is how the sender is known: its value is a secret, and hidden where
    /// headers are shown. Default: none.
    fn token_header(&self) -> Option<HeaderName> {
        None
    }

    /// Reads a key in the form that the sender gives it: called once for each, when the receiver is built.
    ///
    /// # Errors
    ///
    /// A text that is no such key.
    fn key(&self, text: &str) -> Result<Self::Key, ConfigError>;

    /// Reads the claims of the head, with the configured keys. The claims of the head decide on the tolerance.
    ///
    /// # Errors
    ///
    /// The reason why the head cannot be that of a genuine request. A secret is compared in constant time.
    fn check_head(
        &self,
        head: &RequestHead<'_>,
        keys: &[Self::Key],
    ) -> Result<(Claims, Self::Check), Rejection>;

    /// Signs a request as the sender does, for tests: sets headers, or changes the body where the signature stands in it.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::SigningUnsupported`] by default.
    fn sign(&self, key: &Self::Key, request: &mut Outgoing<'_>) -> Result<(), ConfigError> {
        let _ = (key, request);
        Err(ConfigError::new(ConfigErrorKind::SigningUnsupported))
    }

    /// Whether a signed timestamp is among the claims of each request. Default: no.
    fn has_signed_timestamp(&self) -> bool {
        false
    }

    /// The tolerance that the sender documents. Default: none, and the receiver's own applies.
    fn tolerance(&self) -> Option<Duration> {
        None
    }

    /// Whether two events can have equal bodies. Default: no.
    fn bodies_repeat(&self) -> bool {
        false
    }
}

/// What a [`CustomScheme`] does with the body.
pub trait BodyCheck: Send + 'static {
    /// Takes the next bytes of the body as they arrive. Default: ignores them.
    fn update(&mut self, bytes: &[u8]) {
        let _ = bytes;
    }

    /// Decides, with the whole body, and adds to the claims of the head what is in a verified body.
    ///
    /// # Errors
    ///
    /// [`RejectionKind::SignatureMismatch`] if the signature was not made over this request with one of the keys.
    fn finish(&mut self, body: &Bytes, claims: Claims) -> Result<Claims, Rejection>;
}

/// A request that is being signed.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outgoing<'r> {
    /// The head.
    pub head: &'r mut Parts,
    /// The body.
    pub body: &'r mut Bytes,
    /// The id that the sender gives the message, if it has one.
    pub id: Option<&'r MessageId>,
    /// The time at which it is signed.
    pub timestamp: Timestamp,
}

#[cfg(all(feature = "testing", feature = "providers"))]
impl Outgoing<'_> {
    /// Sets a header, unless the value cannot stand in one.
    pub(crate) fn set_header(&mut self, name: impl IntoHeaderName, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.head.headers.insert(name, value);
        }
    }
}

/// A custom scheme whose types are not known any more.
pub(super) trait ErasedScheme: Send + Sync {
    fn name(&self) -> &str;
    fn headers(&self) -> Vec<HeaderName>;
    fn token_header(&self) -> Option<HeaderName>;
    fn has_signed_timestamp(&self) -> bool;
    fn tolerance(&self) -> Option<Duration>;
    fn bodies_repeat(&self) -> bool;
    fn keys(&self, keys: &[KeyInput]) -> Result<CustomKeys, ConfigError>;
    fn check_head(
        &self,
        head: &RequestHead<'_>,
        keys: &(dyn Any + Send + Sync),
    ) -> Result<(Claims, Box<dyn BodyCheck>), Rejection>;
    #[cfg(feature = "testing")]
    fn sign(
        &self,
        keys: &(dyn Any + Send + Sync),
        request: &mut Outgoing<'_>,
    ) -> Result<(), ConfigError>;
}

pub(super) struct Erased<S>(pub(super) S);

impl<S: CustomScheme> ErasedScheme for Erased<S> {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn headers(&self) -> Vec<HeaderName> {
        self.0.headers()
    }

    fn token_header(&self) -> Option<HeaderName> {
        self.0.token_header()
    }

    fn has_signed_timestamp(&self) -> bool {
        self.0.has_signed_timestamp()
    }

    fn tolerance(&self) -> Option<Duration> {
        self.0.tolerance()
    }

    fn bodies_repeat(&self) -> bool {
        self.0.bodies_repeat()
    }

    fn keys(&self, keys: &[KeyInput]) -> Result<CustomKeys, ConfigError> {
        if keys.is_empty() {
            return Err(ConfigError::new(ConfigErrorKind::NoSigningSecret));
        }
        let count = keys.len();
        let read = |(number, key): (usize, &KeyInput)| {
            let key = key.text().and_then(|text| self.0.key(text));
            key.map_err(|error| error.at("secret", number, count))
        };
        let keys: Vec<S::Key> = keys
            .iter()
            .enumerate()
            .map(read)
            .collect::<Result<_, _>>()?;
        Ok(Box::new(keys))
    }

    fn check_head(
        &self,
        head: &RequestHead<'_>,
        keys: &(dyn Any + Send + Sync),
    ) -> Result<(Claims, Box<dyn BodyCheck>), Rejection> {
        let keys: &Vec<S::Key> = keys.downcast_ref().ok_or(RejectionKind::UnknownTenant)?;
        let (claims, check) = self.0.check_head(head, keys)?;
        Ok((claims, Box::new(check)))
    }

    #[cfg(feature = "testing")]
    fn sign(
        &self,
        keys: &(dyn Any + Send + Sync),
        request: &mut Outgoing<'_>,
    ) -> Result<(), ConfigError> {
        let key = keys
            .downcast_ref::<Vec<S::Key>>()
            .and_then(|keys| keys.first())
            .ok_or(ConfigError::new(ConfigErrorKind::NoSigningSecret))?;
        self.0.sign(key, request)
    }
}
