//! What an explanation needs of a scheme: other keys, other writings of a signature, what is missing.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::{
    KeyInput, Kind, Scheme, SchemeKeys, header_set::HeaderSet, key_form, signature_format::Grammar,
};
use crate::crypto::{KeyMaterial, Keyring};

impl Scheme {
    /// Keys of these bytes, whatever form the scheme's secrets have. `None` of a scheme with public keys.
    pub(crate) fn keys_of_bytes(&self, bytes: &[u8]) -> Option<SchemeKeys> {
        match &*self.0 {
            Kind::Declared(scheme) => scheme.algorithm.tag_len().map(|_| {
                let mut keyring = Keyring::new(scheme.algorithm);
                keyring.push(KeyMaterial::Mac(bytes), None, 0);
                SchemeKeys::Keyring(keyring)
            }),
            Kind::Custom(_) => {
                let text = std::str::from_utf8(bytes).ok()?;
                self.keys(&[KeyInput::from(text)]).ok()
            }
        }
    }

    /// The id and the text of a configured key, where the scheme has key ids.
    pub(crate) fn split_key_id<'k>(&self, text: &'k str) -> (Option<&'k str>, &'k str) {
        match &*self.0 {
            Kind::Declared(scheme) if scheme.key_id.is_some() => key_form::split_key_id(text),
            _ => (None, text),
        }
    }

    /// The headers that have signatures.
    pub(crate) fn signature_headers(&self) -> Vec<HeaderName> {
        match &*self.0 {
            Kind::Declared(scheme) => {
                let sets = scheme.sets.iter();
                sets.flat_map(|set| set.signatures.iter().cloned())
                    .collect()
            }
            Kind::Custom(_) => Vec::new(),
        }
    }

    /// A line of a signature header with this tag, written as the scheme writes it; other fields of `line` are kept. `None`
    /// if a tag of the scheme has another length.
    pub(crate) fn write_signature(&self, tag: &[u8], line: &HeaderValue) -> Option<HeaderValue> {
        let Kind::Declared(scheme) = &*self.0 else {
            return None;
        };
        if scheme.algorithm.tag_len()? != tag.len() {
            return None;
        }
        let mut written = Vec::new();
        if let Grammar::Fields { separator, .. } = &scheme.grammar {
            written.extend_from_slice(line.as_bytes());
            written.push(*separator);
        }
        let signature = scheme.encoding.encode(tag);
        written.extend_from_slice(scheme.grammar.written(&signature, "v1").as_bytes());
        HeaderValue::from_bytes(&written).ok()
    }

    /// The headers that the head lacks: of several sets, those of the set that lacks the fewest.
    pub(crate) fn missing_headers(&self, headers: &HeaderMap) -> Vec<HeaderName> {
        match &*self.0 {
            Kind::Declared(scheme) => {
                let found = HeaderSet::first_complete(&scheme.sets, headers);
                let missing = found.err().unwrap_or_default();
                missing.into_iter().flatten().cloned().collect()
            }
            Kind::Custom(scheme) => scheme
                .headers()
                .into_iter()
                .filter(|name| !headers.contains_key(name))
                .collect(),
        }
    }
}
