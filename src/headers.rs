//! The three signature headers of a request (Standard Webhooks 1.0.0, "Webhook headers").

use std::iter;

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{GetAll, ValueIter},
};
use memchr::memchr;

use crate::{
    error::{
        RejectionDetail,
        rejection::{Rejection, RejectionKind},
    },
    message::message_id::{DotsInMessageId, MessageIdText},
    message::timestamp::Timestamp,
};

/// Most entries that a list of signatures may have. Svix sends at most 11.
const MAX_SIGNATURES: usize = 64;
/// Most bytes that a list of signatures may have, over all lines.
const MAX_SIGNATURE_BYTES: usize = 8 * 1024;

/// The prefix that the three signature headers of a request share.
///
/// A complete `svix-*` set is used and `webhook-*` beside it ignored; the two are never mixed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HeaderFamily {
    /// `svix-id`, `svix-timestamp`, `svix-signature`.
    #[default]
    Svix,
    /// `webhook-id`, `webhook-timestamp`, `webhook-signature`.
    Webhook,
}

/// The names of a family's headers. They are made once: making one looks at each of its characters.
struct Names {
    id: HeaderName,
    timestamp: HeaderName,
    signature: HeaderName,
}

static SVIX: Names = Names {
    id: HeaderName::from_static("svix-id"),
    timestamp: HeaderName::from_static("svix-timestamp"),
    signature: HeaderName::from_static("svix-signature"),
};

static WEBHOOK: Names = Names {
    id: HeaderName::from_static("webhook-id"),
    timestamp: HeaderName::from_static("webhook-timestamp"),
    signature: HeaderName::from_static("webhook-signature"),
};

impl HeaderFamily {
    const BY_PRECEDENCE: [Self; 2] = [Self::Svix, Self::Webhook];

    /// The name of the header with the message id.
    pub fn id(self) -> &'static HeaderName {
        &self.names().id
    }

    /// The name of the header with the timestamp.
    pub fn timestamp(self) -> &'static HeaderName {
        &self.names().timestamp
    }

    /// The name of the header with the list of signatures.
    pub fn signature(self) -> &'static HeaderName {
        &self.names().signature
    }

    fn names(self) -> &'static Names {
        match self {
            Self::Svix => &SVIX,
            Self::Webhook => &WEBHOOK,
        }
    }

    /// The lines of the id, of the timestamp and of the signatures, if none of the three headers is missing.
    fn complete_set(self, headers: &HeaderMap) -> Option<[Lines<'_>; 3]> {
        let lines_of = |name| {
            let lines = headers.get_all(name);
            lines.iter().next().is_some().then_some(lines)
        };
        Some([
            lines_of(self.id())?,
            lines_of(self.timestamp())?,
            lines_of(self.signature())?,
        ])
    }

    /// The entries of the list of signatures.
    pub(crate) fn signatures(self, headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
        entries(headers.get_all(self.signature()).iter())
    }
}

/// The lines of one header.
type Lines<'h> = GetAll<'h, HeaderValue>;

/// The signature headers that belong together, read and well formed.
pub(crate) struct SignatureHeaders<'h> {
    pub(crate) family: HeaderFamily,
    pub(crate) id: MessageIdText<'h>,
    pub(crate) timestamp: Timestamp,
    signatures: Lines<'h>,
}

impl<'h> SignatureHeaders<'h> {
    pub(crate) fn read(headers: &'h HeaderMap, dots: DotsInMessageId) -> Result<Self, Rejection> {
        let (family, [ids, timestamps, signatures]) = HeaderFamily::BY_PRECEDENCE
            .into_iter()
            .find_map(|family| Some((family, family.complete_set(headers)?)))
            .ok_or_else(|| missing(headers))?;
        let (id, timestamp) = (only_value(&ids)?, only_value(&timestamps)?);
        let id = MessageIdText::parse(id, dots).ok_or(RejectionKind::MalformedMessageId)?;
        let timestamp = Timestamp::parse(timestamp).ok_or(RejectionKind::MalformedTimestamp)?;
        limit_entries(&signatures)?;
        Ok(Self {
            family,
            id,
            timestamp,
            signatures,
        })
    }

    /// The entries of the list of signatures.
    pub(crate) fn signatures(&self) -> impl Iterator<Item = &[u8]> {
        entries(self.signatures.iter())
    }
}

/// Names the first header that the family with the most of them lacks.
fn missing(headers: &HeaderMap) -> Rejection {
    let of_family = |family: HeaderFamily| {
        let names = [family.id(), family.timestamp(), family.signature()];
        let present = names.iter().filter(|name| headers.contains_key(**name));
        let missing = names.into_iter().find(|name| !headers.contains_key(*name));
        (present.count(), missing)
    };
    let families = HeaderFamily::BY_PRECEDENCE.map(of_family);
    // Of two that have as many, the first.
    let most = families
        .into_iter()
        .rev()
        .max_by_key(|(present, _)| *present);
    let rejection = Rejection::new(RejectionKind::MissingSignatureHeaders);
    match most.and_then(|(_, missing)| missing) {
        Some(name) => rejection.with_detail(RejectionDetail::MissingHeader { name: name.clone() }),
        None => rejection,
    }
}

/// The one value of a header; it may be repeated, not contradicted.
fn only_value<'h>(lines: &Lines<'h>) -> Result<&'h [u8], RejectionKind> {
    let mut lines = lines.iter();
    let first = lines.next().ok_or(RejectionKind::MissingSignatureHeaders)?;
    if lines.any(|line| line != first) {
        return Err(RejectionKind::ConflictingSignatureHeaders);
    }
    Ok(first.as_bytes())
}

fn limit_entries(lines: &Lines<'_>) -> Result<(), RejectionKind> {
    let bytes: usize = lines.iter().map(HeaderValue::len).sum();
    if bytes > MAX_SIGNATURE_BYTES || entries(lines.iter()).count() > MAX_SIGNATURES {
        return Err(RejectionKind::SignatureListTooLong);
    }
    Ok(())
}

/// The entries of a list: several lines are one list, extra spaces are skipped.
fn entries(lines: ValueIter<'_, HeaderValue>) -> impl Iterator<Item = &[u8]> {
    lines
        .flat_map(|line| split_at_spaces(line.as_bytes()))
        .filter(|entry| !entry.is_empty())
}

/// What stands between the spaces.
fn split_at_spaces(mut rest: &[u8]) -> impl Iterator<Item = &[u8]> {
    iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (entry, behind) = rest.split_at(memchr(b' ', rest).unwrap_or(rest.len()));
        rest = behind.get(1..).unwrap_or_default();
        Some(entry)
    })
}
