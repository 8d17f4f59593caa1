//! A scheme as data, and how it reads a head.

use std::{borrow::Cow, time::Duration};

use arrayvec::ArrayVec;
use http::{HeaderMap, HeaderName};

use super::{
    Algorithm, Claims, DotsInMessageId, Encoding, KeyForm, KeyInput, Part, SchemeBuilder,
    TimeFormat,
    body_members::BodyMembers,
    declared_check::{Candidates, DeclaredCheck},
    header_set::{CompleteSet, HeaderSet, missing_header},
    key_form,
    lines::{Entry, SignatureLines, event_type, only_value},
    signature_format::Grammar,
    validate::{self, Source},
};
use crate::{
    crypto::Keyring,
    error::{
        config_error::ConfigError,
        rejection::{Rejection, RejectionKind},
    },
    message::{MessageId, Timestamp, message_id::MessageIdText, short_text::ShortText},
};

/// Bytes of the signed text before the body that are put together: what fits, a hash takes in one piece.
const TOGETHER_LEN: usize = 320;
/// Webhooks come with this method: a receiver accepts no other.
const METHOD: &str = "POST";

/// A scheme that a [`SchemeBuilder`] described, checked.
pub(super) struct Declared {
    pub(super) name: Cow<'static, str>,
    pub(super) algorithm: Algorithm,
    pub(super) key_form: KeyForm,
    pub(super) encoding: Encoding,
    pub(super) grammar: Grammar,
    pub(super) before_body: Vec<Part>,
    pub(super) after_body: Vec<Part>,
    /// Of several sets, the first that is complete is read.
    pub(super) sets: Vec<HeaderSet>,
    pub(super) timestamp: Option<(Source, TimeFormat)>,
    pub(super) id: Option<Source>,
    pub(super) id_is_signed: bool,
    /// What follows a signed id in the signed text.
    pub(super) separator: Option<u8>,
    pub(super) event_type: Option<Source>,
    pub(super) key_id: Option<Source>,
    /// What is read from a verified body.
    pub(super) members: BodyMembers,
    pub(super) url: Cow<'static, str>,
    pub(super) tolerance: Option<Duration>,
    pub(super) bodies_repeat: bool,
}

/// What a head claims, well formed. Nothing of it is verified yet.
pub(crate) struct DeclaredHead<'h> {
    scheme: &'h Declared,
    lines: SignatureLines<'h>,
    id: Option<MessageIdText<'h>>,
    timestamp_text: &'h [u8],
    timestamp: Option<Timestamp>,
    event_type: Option<&'h str>,
    key_id: Option<&'h [u8]>,
}

/// The texts that are signed beside the body.
#[derive(Clone, Copy)]
pub(super) struct SignedTexts<'t> {
    pub(super) id: &'t [u8],
    pub(super) timestamp: &'t [u8],
}

impl Declared {
    pub(super) fn new(builder: SchemeBuilder) -> Result<Self, ConfigError> {
        validate::check(builder)
    }

    pub(super) fn with_header_sets(mut self, sets: Vec<HeaderSet>) -> Self {
        self.sets = sets;
        self
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn has_timestamp(&self) -> bool {
        self.timestamp.is_some()
    }

    pub(super) fn tolerance(&self) -> Option<Duration> {
        self.tolerance
    }

    pub(super) fn bodies_repeat(&self) -> bool {
        self.bodies_repeat
    }

    /// The names of all headers that are read.
    pub(super) fn headers(&self) -> Vec<HeaderName> {
        let of_sets = self.sets.iter().flat_map(|set| {
            let beside = [&set.id, &set.timestamp].into_iter().flatten();
            beside.chain(&set.signatures)
        });
        let others = [&self.id, &self.event_type, &self.key_id]
            .into_iter()
            .flatten();
        let others = others.filter_map(|source| match source {
            Source::Header(name) => Some(name),
            Source::Field(_) | Source::Body => None,
        });
        let mut names: Vec<HeaderName> = Vec::new();
        for name in of_sets.chain(others) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        names
    }

    pub(super) fn keyring(&self, keys: &[KeyInput]) -> Result<Keyring, ConfigError> {
        let keys = key_form::read_all(self, keys)?;
        let mut keyring = Keyring::new(self.algorithm);
        for (position, key) in keys.iter().enumerate() {
            keyring.push(key.material(), key.key_id(), position);
        }
        Ok(keyring)
    }

    #[inline]
    pub(super) fn read_head<'h>(
        &'h self,
        headers: &'h HeaderMap,
        dots_in_id: DotsInMessageId,
    ) -> Result<DeclaredHead<'h>, Rejection> {
        let CompleteSet {
            signatures: lines,
            id,
            timestamp,
        } = HeaderSet::first_complete(&self.sets, headers).map_err(missing_header)?;
        let (id, timestamp_text) = (id?, timestamp?);
        let read = |source: &'h Option<Source>| match source {
            Some(Source::Header(name)) => only_value(&headers.get_all(name)),
            Some(Source::Field(key)) => lines.field(&self.grammar, key),
            Some(Source::Body) | None => Ok(None),
        };
        let id = if self.id_is_signed {
            let separator = match dots_in_id {
                DotsInMessageId::Rejected => self.separator,
                DotsInMessageId::Allowed => None,
            };
            id.map(|id| {
                MessageIdText::parse(id, separator).ok_or(RejectionKind::MalformedMessageId)
            })
            .transpose()?
        } else {
            // What is not signed decides nothing: a malformed id is none, and no reason to reject.
            let id = read(&self.id).ok().flatten();
            id.and_then(|id| MessageIdText::parse(id, None))
        };
        let (timestamp_text, timestamp) = match &self.timestamp {
            Some((Source::Body, _)) | None => (None, None),
            Some((source, format)) => {
                let text = match source {
                    Source::Field(key) => lines.field(&self.grammar, key)?,
                    _ => timestamp_text,
                };
                let text = text.ok_or(RejectionKind::MalformedTimestamp)?;
                let time = format
                    .parse(text)
                    .ok_or(RejectionKind::MalformedTimestamp)?;
                (Some(text), Some(time))
            }
        };
        lines.limit(&self.grammar)?;
        let key_id = match &self.key_id {
            Some(_) => Some(read(&self.key_id)?.ok_or(RejectionKind::MissingSignatureHeaders)?),
            None => None,
        };
        let event_type = read(&self.event_type).ok().flatten().and_then(event_type);
        Ok(DeclaredHead {
            scheme: self,
            lines,
            id,
            timestamp_text: timestamp_text.unwrap_or_default(),
            timestamp,
            event_type,
            key_id,
        })
    }

    /// Hands parts of the signed text to `update`, put together as far as they fit: a hash buffers each piece by itself.
    #[inline]
    pub(super) fn feed(
        &self,
        parts: &[Part],
        texts: SignedTexts<'_>,
        mut update: impl FnMut(&[u8]),
    ) {
        let mut together = ArrayVec::<u8, TOGETHER_LEN>::new();
        for part in parts {
            let text = match part {
                Part::Literal(text) => text.as_bytes(),
                Part::Timestamp => texts.timestamp,
                Part::Id => texts.id,
                Part::Method => METHOD.as_bytes(),
                Part::Url => self.url.as_bytes(),
                Part::Body => continue,
            };
            if together.try_extend_from_slice(text).is_err() {
                update(&together);
                together.clear();
                update(text);
            }
        }
        update(&together);
    }
}

impl<'h> DeclaredHead<'h> {
    pub(crate) fn id(&self) -> Option<&'h str> {
        self.id.map(MessageIdText::as_str)
    }

    pub(crate) fn timestamp(&self) -> Option<Timestamp> {
        self.timestamp
    }

    /// Writes down what the head claims.
    #[inline]
    pub(super) fn claim(&self, claims: &mut Claims) {
        claims.id = self.id.map(MessageId::from);
        claims.id_is_signed = self.scheme.id_is_signed;
        claims.timestamp = self.timestamp;
        claims.event_type = self.event_type.map(ShortText::from);
    }

    /// Starts to hash the signed text with every key, and keeps the signatures.
    #[inline]
    pub(super) fn start(&self, keyring: &Keyring, check: &mut DeclaredCheck) {
        let scheme = self.scheme;
        keyring.start(self.key_id, &mut check.hasher);
        self.collect_candidates(keyring, &mut check.candidates);
        if keyring.has_public_keys() {
            keyring.start_to_verify(self.key_id, &check.candidates, &mut check.hasher);
        }
        let texts = SignedTexts {
            id: self.id().unwrap_or_default().as_bytes(),
            timestamp: self.timestamp_text,
        };
        if !scheme.after_body.is_empty() {
            check.timestamp_text = texts.timestamp.try_into().unwrap_or_default();
        }
        scheme.feed(&scheme.before_body, texts, |part| check.hasher.update(part));
    }

    /// Decodes the signatures that one of the keys could have made.
    #[inline]
    fn collect_candidates(&self, keyring: &Keyring, candidates: &mut Candidates) {
        let scheme = self.scheme;
        self.lines
            .visit(&scheme.grammar, scheme.algorithm, |entry| {
                let Entry::Signature(algorithm, encoded) = entry else {
                    return;
                };
                if algorithm != scheme.algorithm && !keyring.has_public_keys() {
                    return;
                }
                if let Some(decoded) = scheme.encoding.decode(encoded) {
                    let is_candidate = match algorithm.tag_len() {
                        // Of another length it is never equal, and a stranger could have many short ones kept.
                        Some(len) => decoded.len() == len,
                        // Few of them are verified: what is empty takes nobody's place.
                        None => decoded.len() > 0,
                    };
                    if is_candidate {
                        candidates.push((algorithm, decoded));
                    }
                }
            });
    }
}
