//! A request as it arrives, and its plain form.

use base64::{
    Engine,
    alphabet::STANDARD as ALPHABET,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::{
    oracle::Package,
    signatures::{entries, is_well_formed},
};
use crate::support::{set, signature_by};

/// In the order of precedence.
pub(super) const FAMILIES: [&str; 2] = ["svix", "webhook"];
pub(super) const PARTS: [&str; 3] = ["id", "timestamp", "signature"];

/// Base64 as lenient as that of any of the libraries for a secret.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The lines of the id, of the timestamp and of the signatures.
pub(super) type Set<'s> = [Vec<&'s [u8]>; 3];

/// A request, with the secrets that its receiver is configured with.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) secrets: Vec<String>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Sent {
    /// Whether a package takes some headers from one family and some from the other.
    pub(super) fn is_mixed_by(&self, package: Package) -> bool {
        let is_of_svix = PARTS.map(|part| !self.lines("svix", part).is_empty());
        package == Package::Svix && is_of_svix.contains(&true) && is_of_svix.contains(&false)
    }

    /// The keys of those secrets that are base64, in whatever spelling.
    pub(super) fn keys(&self) -> impl Iterator<Item = Vec<u8>> {
        self.secrets.iter().filter_map(|text| key(text))
    }

    /// Whether an entry of a set is what one of the keys signs the set's id and timestamp and this body with: computed here,
    /// by none of those who are compared.
    pub(super) fn is_signed(&self, [ids, timestamps, signatures]: &Set<'_>, body: &[u8]) -> bool {
        // As whoever signs reads what is not ASCII.
        let latin1 = |line: &[u8]| -> String { line.iter().copied().map(char::from).collect() };
        let (id, timestamp) = (latin1(ids[0]), latin1(timestamps[0]));
        self.keys().any(|key| {
            let genuine = signature_by(&key, &id, &timestamp, body);
            let mut entries = signatures.iter().flat_map(|line| entries(line));
            entries.any(|entry| entry == genuine.as_bytes())
        })
    }

    fn lines(&self, family: &str, part: &str) -> Vec<&[u8]> {
        let lines = self.headers.get_all(format!("{family}-{part}"));
        lines.iter().map(HeaderValue::as_bytes).collect()
    }

    /// The set that ours reads: the first that is complete.
    pub(super) fn set_read_by_ours(&self) -> Option<Set<'_>> {
        FAMILIES
            .map(|family| PARTS.map(|part| self.lines(family, part)))
            .into_iter()
            .find(|set| set.iter().all(|lines| !lines.is_empty()))
    }

    /// The set that a package reads: `svix` takes each header from the family that has it.
    pub(super) fn set_read_by(&self, package: Package) -> Set<'_> {
        PARTS.map(|part| {
            let lines = self.lines("svix", part);
            if package == Package::Svix && !lines.is_empty() {
                lines
            } else {
                self.lines("webhook", part)
            }
        })
    }

    /// The same delivery as ours reads it, written so that no library stumbles: headers that all of them know, each once,
    /// well-formed signatures only, secrets in the sender's own spelling. There is none if the body is no text.
    pub(super) fn plain(&self) -> Option<Self> {
        std::str::from_utf8(&self.body).ok()?;
        let [ids, timestamps, signatures] = self.set_read_by_ours()?;
        let signatures: Vec<Vec<u8>> = signatures
            .into_iter()
            .flat_map(entries)
            .filter(|entry| is_well_formed(entry))
            .collect();
        Some(Self {
            secrets: self.secrets.iter().map(|text| plain_secret(text)).collect(),
            headers: set("webhook", ids[0], timestamps[0], signatures.join(&b' ')),
            body: self.body.clone(),
        })
    }
}

fn plain_secret(text: &str) -> String {
    let key = key(text).expect("an accepted secret is base64");
    format!("whsec_{}", STANDARD.encode(key))
}

fn key(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    let text = text.strip_prefix("v1,").unwrap_or(text);
    LENIENT
        .decode(text.strip_prefix("whsec_").unwrap_or(text))
        .ok()
}

/// As the scripts in `packages/` read it: headers and body as bytes.
impl Serialize for Sent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let line = |(name, value): (&http::HeaderName, &HeaderValue)| {
            (name.to_string(), STANDARD.encode(value))
        };
        let headers: Vec<_> = self.headers.iter().map(line).collect();
        let mut request = serializer.serialize_struct("Sent", 3)?;
        request.serialize_field("secrets", &self.secrets)?;
        request.serialize_field("headers", &headers)?;
        request.serialize_field("body", &STANDARD.encode(&self.body))?;
        request.end()
    }
}
