//! The sender's side: signs what a scheme verifies.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, request::Parts};
use zeroize::Zeroizing;

use super::{
    Algorithm, CustomKeys, HeaderFamily, KeyForm, KeyInput, Kind, Outgoing, Scheme, SigningSecret,
    TimeFormat,
    declared::{Declared, SignedTexts},
    header_set::HeaderSet,
    into_keys::Input,
    signature_format::Grammar,
    validate::Source,
};
use crate::{
    crypto::{self, PrivateKey},
    error::config_error::{ConfigError, ConfigErrorKind},
    message::{MessageId, Timestamp},
};

/// A key with which requests of a scheme are signed.
pub(crate) struct SigningKey {
    scheme: Scheme,
    key: Key,
    key_id: Option<Box<str>>,
    /// Which of several sets of headers is written.
    set: usize,
}

enum Key {
    Secret(SigningSecret),
    Private(Box<dyn PrivateKey>),
    Custom(CustomKeys),
}

impl SigningKey {
    /// The key that a sender of `scheme` signs with: the shared secret, or a private key in hexadecimal or base64.
    pub(crate) fn new(scheme: Scheme, key: KeyInput) -> Result<Self, ConfigError> {
        let mut key_id = None;
        let key = match &*scheme.0 {
            Kind::Custom(custom) => Key::Custom(custom.keys(&[key])?),
            Kind::Declared(declared) => {
                if let Some(private) = declared.private_key(&key) {
                    Key::Private(private?)
                } else {
                    let mut keys = super::key_form::read_all(declared, &[key])?;
                    let key = keys.swap_remove(0);
                    key_id = key.key_id().map(Box::from);
                    let secret = key.as_secret().cloned();
                    Key::Secret(
                        secret.ok_or(ConfigError::new(ConfigErrorKind::PublicKeyUnsupported))?,
                    )
                }
            }
        };
        Ok(Self {
            scheme,
            key,
            key_id,
            set: 0,
        })
    }

    pub(crate) fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// Writes the headers of this family, of a scheme that has several. Another scheme has only its own.
    pub(crate) fn set_header_family(&mut self, family: HeaderFamily) {
        let position = HeaderFamily::BY_PRECEDENCE
            .iter()
            .position(|other| *other == family);
        let sets = match &*self.scheme.0 {
            Kind::Declared(declared) => declared.sets.len(),
            Kind::Custom(_) => 0,
        };
        self.set = position
            .filter(|position| *position < sets)
            .unwrap_or_default();
    }

    /// Signs a request: sets the headers of the scheme, or changes the body where the signature stands in it. An id that
    /// stands in the body is not written.
    pub(crate) fn sign(
        &self,
        head: &mut Parts,
        body: &mut Bytes,
        id: Option<&MessageId>,
        timestamp: Timestamp,
    ) -> Result<(), ConfigError> {
        match (&*self.scheme.0, &self.key) {
            (Kind::Custom(custom), Key::Custom(keys)) => custom.sign(
                &**keys,
                &mut Outgoing {
                    head,
                    body,
                    id,
                    timestamp,
                },
            ),
            (Kind::Declared(declared), _) => {
                let id = id.map(MessageId::as_str);
                self.write_headers(declared, &mut head.headers, id, timestamp, body);
                Ok(())
            }
            (Kind::Custom(_), _) => Err(ConfigError::new(ConfigErrorKind::SigningUnsupported)),
        }
    }

    /// The value of a signature header, of a scheme that is declared; empty of another.
    pub(crate) fn signature(&self, id: &str, timestamp: Timestamp, body: &[u8]) -> String {
        match &*self.scheme.0 {
            Kind::Declared(declared) => self.value(declared, id, timestamp, body),
            Kind::Custom(_) => String::new(),
        }
    }

    fn write_headers(
        &self,
        declared: &Declared,
        headers: &mut HeaderMap,
        id: Option<&str>,
        timestamp: Timestamp,
        body: &[u8],
    ) {
        // A scheme that has one set writes that, whichever family is chosen.
        let sets = &declared.sets;
        let Some(set) = sets.get(self.set).or(sets.first()) else {
            return;
        };
        let mut write = |name: Option<&http::HeaderName>, value: &str| {
            if let (Some(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
                headers.insert(name, value);
            }
        };
        if let Some(id) = id {
            write(declared.id_header(set), id);
        }
        if let Some((Source::Header(_), format)) = &declared.timestamp {
            write(set.timestamp.as_ref(), &format.print(timestamp));
        }
        if let (Some(Source::Header(name)), Some(key_id)) = (&declared.key_id, &self.key_id) {
            write(Some(name), key_id);
        }
        let value = self.value(declared, id.unwrap_or_default(), timestamp, body);
        write(set.signatures.first(), &value);
    }

    fn value(&self, declared: &Declared, id: &str, timestamp: Timestamp, body: &[u8]) -> String {
        let timestamp_text = match &declared.timestamp {
            Some((Source::Header(_) | Source::Field(_), format)) => format.print(timestamp),
            _ => String::new(),
        };
        let text = Zeroizing::new(declared.signed_text(id, &timestamp_text, body));
        let (bytes, version) = match &self.key {
            Key::Secret(secret) => {
                let tag = crypto::tag(declared.algorithm, secret.as_bytes(), &[&text]);
                (tag.to_vec(), "v1")
            }
            Key::Private(key) => (key.sign(&text), "v1a"),
            Key::Custom(_) => return String::new(),
        };
        let signature = declared.encoding.encode(&bytes);
        let signature = declared.grammar.written(&signature, version);
        match (&declared.timestamp, &declared.grammar) {
            (Some((Source::Field(key), _)), Grammar::Fields { separator, .. }) => {
                let separator = char::from(*separator);
                format!("{key}={timestamp_text}{separator}{signature}")
            }
            _ => signature,
        }
    }
}

impl Declared {
    /// The text that is signed, in one piece: what a sender puts together.
    fn signed_text(&self, id: &str, timestamp: &str, body: &[u8]) -> Vec<u8> {
        let texts = SignedTexts {
            id: id.as_bytes(),
            timestamp: timestamp.as_bytes(),
        };
        let mut text = Vec::new();
        self.feed(&self.before_body, texts, |part| {
            text.extend_from_slice(part);
        });
        text.extend_from_slice(body);
        self.feed(&self.after_body, texts, |part| {
            text.extend_from_slice(part);
        });
        text
    }

    /// The private key in an input, if senders of this scheme sign with one; else `None`.
    fn private_key(&self, key: &KeyInput) -> Option<Result<Box<dyn PrivateKey>, ConfigError>> {
        let Input::Text(text) = &key.0 else {
            return None;
        };
        let algorithm = match self.algorithm {
            Algorithm::Ed25519 | Algorithm::EcdsaP256 => self.algorithm,
            _ if self.key_form == KeyForm::StandardWebhooks && text.starts_with("whsk_") => {
                Algorithm::Ed25519
            }
            _ => return None,
        };
        let key = private_key(algorithm, text);
        Some(key.ok_or(ConfigError::new(ConfigErrorKind::InvalidPrivateKey)))
    }

    /// The header that the id is written to.
    fn id_header<'s>(&'s self, set: &'s HeaderSet) -> Option<&'s http::HeaderName> {
        match &self.id {
            Some(Source::Header(name)) => set.id.as_ref().or(Some(name)),
            _ => None,
        }
    }
}

impl TimeFormat {
    /// The time as a sender of this format writes it.
    pub(crate) fn print(self, time: Timestamp) -> String {
        let seconds = time.unix_seconds();
        match self {
            Self::Seconds => seconds.to_string(),
            Self::Milliseconds => seconds.saturating_mul(1000).to_string(),
            #[cfg(feature = "providers")]
            Self::Rfc3339 => date(seconds)
                .map(|date| date.to_string())
                .unwrap_or_default(),
            #[cfg(feature = "providers")]
            Self::HttpDate => date(seconds)
                .map(|date| date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
                .unwrap_or_default(),
        }
    }
}

#[cfg(feature = "providers")]
fn date(unix_seconds: u64) -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_second(i64::try_from(unix_seconds).ok()?).ok()
}

fn private_key(algorithm: Algorithm, text: &str) -> Option<Box<dyn PrivateKey>> {
    match algorithm {
        #[cfg(feature = "ed25519")]
        Algorithm::Ed25519 => {
            let key = crypto::ed25519::Ed25519PrivateKey::parse(text)?;
            Some(Box::new(key))
        }
        #[cfg(feature = "ecdsa")]
        Algorithm::EcdsaP256 => {
            let key = crypto::ecdsa_p256::EcdsaP256PrivateKey::parse(text)?;
            Some(Box::new(key))
        }
        _ => {
            let _ = text;
            None
        }
    }
}
