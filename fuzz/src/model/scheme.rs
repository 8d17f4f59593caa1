//! Schemes of HMACs as data: what is signed, which entries of the header are signatures, and every check in its order.

use std::time::Duration;

use arbitrary::Arbitrary;
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue};
use ring::hmac;
use tower_webhook::{
    RejectionKind,
    scheme::{Algorithm, Encoding, Part, Place, Scheme as Described, SignatureFormat, TimeFormat},
};

/// The URL that is configured.
pub const URL: &str = "https://example.com/hooks?a=1";
const TOLERANCE: u64 = 300;

/// A description that contradicts itself in nothing.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct Scheme {
    hash: Hash,
    in_base64: bool,
    grammar: Grammar,
    time: Time,
    in_milliseconds: bool,
    signs_id: bool,
    signs_url: bool,
    body_first: bool,
    with_separators: bool,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Hash {
    Sha1,
    Sha256,
    Sha512,
}

#[derive(Arbitrary, Clone, Copy, Debug, PartialEq)]
enum Grammar {
    Bare,
    Prefixed,
    Commas,
    Semicolons,
}

#[derive(Arbitrary, Clone, Copy, Debug, PartialEq)]
enum Time {
    None,
    Header,
    /// In a header where the header of the signature has no fields.
    Field,
}

/// The texts of a head that are signed.
#[derive(Clone, Copy)]
pub struct Claims<'h> {
    /// The id.
    pub id: &'h [u8],
    /// The timestamp, as it was sent.
    pub time: &'h [u8],
}

impl Scheme {
    fn has_fields(self) -> bool {
        matches!(self.grammar, Grammar::Commas | Grammar::Semicolons)
    }

    fn time_in_field(self) -> bool {
        self.time == Time::Field && self.has_fields()
    }

    fn has_time(self) -> bool {
        self.time != Time::None
    }

    /// The same, as the crate is told.
    pub fn described(self) -> Described {
        let format = match self.grammar {
            Grammar::Bare => SignatureFormat::header("x-signature"),
            Grammar::Prefixed => SignatureFormat::header("x-signature").prefix("sig="),
            Grammar::Commas => SignatureFormat::fields("x-signature", ',', "v1"),
            Grammar::Semicolons => SignatureFormat::fields("x-signature", ';', "v1"),
        };
        let encoding = if self.in_base64 {
            Encoding::Base64
        } else {
            Encoding::Hex
        };
        let algorithm = match self.hash {
            Hash::Sha1 => Algorithm::HmacSha1,
            Hash::Sha256 => Algorithm::HmacSha256,
            Hash::Sha512 => Algorithm::HmacSha512,
        };
        let mut beside = Vec::new();
        for (is_there, part) in [
            (self.signs_url, Part::Url),
            (self.signs_id, Part::Id),
            (self.has_time(), Part::Timestamp),
        ] {
            if is_there {
                beside.push(part);
                if self.with_separators {
                    beside.push(":".into());
                }
            }
        }
        let at = if self.body_first { 0 } else { beside.len() };
        beside.insert(at, Part::Body);
        let mut builder = Described::builder("fuzzed")
            .signed(beside)
            .algorithm(algorithm)
            .signature(format.encoding(encoding));
        if self.signs_url {
            builder = builder.url(URL);
        }
        if self.signs_id {
            builder = builder.id(Place::header("x-id"));
        }
        if self.has_time() {
            let place = match self.time_in_field() {
                true => Place::field("t"),
                false => Place::header("x-time"),
            };
            let format = match self.in_milliseconds {
                true => TimeFormat::Milliseconds,
                false => TimeFormat::Seconds,
            };
            builder = builder.timestamp(place, format);
        }
        builder.build().expect("a good description")
    }

    /// What a sender with that key signs with, encoded.
    pub fn tag(self, key: &[u8], claims: Claims<'_>, body: &[u8]) -> String {
        let bytes = self.tag_bytes(key, claims, body);
        if self.in_base64 {
            return STANDARD.encode(bytes);
        }
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn tag_bytes(self, key: &[u8], claims: Claims<'_>, body: &[u8]) -> Vec<u8> {
        let algorithm = match self.hash {
            Hash::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Hash::Sha256 => hmac::HMAC_SHA256,
            Hash::Sha512 => hmac::HMAC_SHA512,
        };
        let end: &[u8] = if self.with_separators { b":" } else { b"" };
        let mut beside = Vec::new();
        for (is_there, text) in [
            (self.signs_url, URL.as_bytes()),
            (self.signs_id, claims.id),
            (self.has_time(), claims.time),
        ] {
            if is_there {
                beside.extend_from_slice(&[text, end].concat());
            }
        }
        let signed = match self.body_first {
            true => [body, &beside].concat(),
            false => [&beside, body].concat(),
        };
        let key = hmac::Key::new(algorithm, key);
        hmac::sign(&key, &signed).as_ref().to_vec()
    }

    /// The texts that a head claims, well formed or not: of several lines the first.
    pub fn claims(self, headers: &HeaderMap) -> Claims<'_> {
        let first = |name| lines(headers, name).first().copied().unwrap_or_default();
        let time = match self.time_in_field() {
            true => self.fields(headers).first().copied().unwrap_or_default(),
            false => first("x-time"),
        };
        Claims {
            id: first("x-id"),
            time,
        }
    }

    /// What a receiver with these keys has to say.
    ///
    /// # Errors
    ///
    /// The first check that fails.
    pub fn verdict(
        self,
        headers: &HeaderMap,
        body: &[u8],
        keys: &[&[u8]],
        now: Duration,
    ) -> Result<(), RejectionKind> {
        let time_header = self.has_time() && !self.time_in_field();
        let signatures = lines(headers, "x-signature");
        let (ids, times) = (lines(headers, "x-id"), lines(headers, "x-time"));
        let is_missing = signatures.is_empty()
            || self.signs_id && ids.is_empty()
            || time_header && times.is_empty();
        reject(is_missing, RejectionKind::MissingSignatureHeaders)?;
        let contradicts = |lines: &[&[u8]]| lines.iter().any(|line| *line != lines[0]);
        let conflict = self.signs_id && contradicts(&ids) || time_header && contradicts(&times);
        reject(conflict, RejectionKind::ConflictingSignatureHeaders)?;
        let claims = self.claims(headers);
        if self.signs_id {
            let separator = self.with_separators && !self.body_first;
            let is_allowed =
                |byte: &u8| (b'!'..=b'~').contains(byte) && !(separator && *byte == b':');
            let is_id = (1..=256).contains(&claims.id.len()) && claims.id.iter().all(is_allowed);
            reject(!is_id, RejectionKind::MalformedMessageId)?;
        }
        let mut time = None;
        if self.has_time() {
            let fields = self.fields(headers);
            let conflict = self.time_in_field() && contradicts(&fields);
            reject(conflict, RejectionKind::ConflictingSignatureHeaders)?;
            let number = number(claims.time).ok_or(RejectionKind::MalformedTimestamp)?;
            time = Some(if self.in_milliseconds {
                number / 1000
            } else {
                number
            });
        }
        let entries: usize = signatures.iter().map(|line| self.entries(line).len()).sum();
        let bytes: usize = signatures.iter().map(|line| line.len()).sum();
        let is_too_long = bytes > 8192 || entries > 64;
        reject(is_too_long, RejectionKind::SignatureListTooLong)?;
        if let Some(time) = time {
            let age = i128::from(now.as_secs()) - i128::from(time);
            reject(age > TOLERANCE.into(), RejectionKind::TimestampTooOld)?;
            reject(-age > TOLERANCE.into(), RejectionKind::TimestampTooNew)?;
        }
        let genuine: Vec<_> = keys
            .iter()
            .map(|key| self.tag_bytes(key, claims, body))
            .collect();
        let mut entries = signatures.iter().flat_map(|line| self.entries(line));
        let is_genuine = entries.any(|entry| {
            let decoded = self.encoded(entry).and_then(|encoded| self.decode(encoded));
            decoded.is_some_and(|bytes| genuine.contains(&bytes))
        });
        reject(!is_genuine, RejectionKind::SignatureMismatch)
    }

    fn entries(self, line: &[u8]) -> Vec<&[u8]> {
        let separator = if self.grammar == Grammar::Semicolons {
            b';'
        } else {
            b','
        };
        let entries = line.split(|byte| *byte == separator);
        entries
            .map(<[u8]>::trim_ascii)
            .filter(|entry| !entry.is_empty())
            .collect()
    }

    /// The signature in an entry.
    fn encoded(self, entry: &[u8]) -> Option<&[u8]> {
        match self.grammar {
            Grammar::Bare => Some(entry),
            Grammar::Prefixed => entry.strip_prefix(b"sig="),
            Grammar::Commas | Grammar::Semicolons => entry.strip_prefix(b"v1="),
        }
    }

    /// The values of the field with the time.
    fn fields(self, headers: &HeaderMap) -> Vec<&[u8]> {
        let lines = lines(headers, "x-signature").into_iter();
        let entries = lines.flat_map(|line| self.entries(line));
        entries
            .filter_map(|entry| entry.strip_prefix(b"t="))
            .collect()
    }

    fn decode(self, text: &[u8]) -> Option<Vec<u8>> {
        if self.in_base64 {
            return STANDARD.decode(text).ok();
        }
        let text = str::from_utf8(text)
            .ok()
            .filter(|text| text.len() % 2 == 0)?;
        let is_hex = text.bytes().all(|digit| digit.is_ascii_hexdigit());
        let byte = |at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
        is_hex.then(|| (0..text.len()).step_by(2).map(byte).collect())?
    }
}

fn reject(rejected: bool, kind: RejectionKind) -> Result<(), RejectionKind> {
    if rejected { Err(kind) } else { Ok(()) }
}

fn lines<'h>(headers: &'h HeaderMap, name: &str) -> Vec<&'h [u8]> {
    let lines = headers.get_all(name).into_iter();
    lines.map(HeaderValue::as_bytes).collect()
}

/// A number that is written as it would be written here.
fn number(text: &[u8]) -> Option<u64> {
    let text = str::from_utf8(text).ok()?;
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text && text.len() <= 19).then_some(number)
}
