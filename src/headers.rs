//! The three signature headers of a request (Standard Webhooks 1.0.0, "Webhook headers").

use http::{HeaderMap, HeaderName, HeaderValue, header::ValueIter};

use crate::{
    message_id::{DotsInMessageId, MessageId},
    rejection::RejectionKind,
    timestamp::Timestamp,
};

/// Most entries that a list of signatures may have. Svix sends at most 11.
const MAX_SIGNATURES: usize = 64;
/// Most bytes that a list of signatures may have, over all lines.
const MAX_SIGNATURE_BYTES: usize = 8 * 1024;

/// The prefix that the three signature headers of a request share.
///
/// A complete `svix-*` set is used and `webhook-*` beside it ignored; the two are never mixed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum HeaderFamily {
    /// `svix-id`, `svix-timestamp`, `svix-signature`.
    #[default]
    Svix,
    /// `webhook-id`, `webhook-timestamp`, `webhook-signature`.
    Webhook,
}

impl HeaderFamily {
    const BY_PRECEDENCE: [Self; 2] = [Self::Svix, Self::Webhook];

    /// The name of the header with the message id.
    pub const fn id(self) -> HeaderName {
        match self {
            Self::Svix => HeaderName::from_static("svix-id"),
            Self::Webhook => HeaderName::from_static("webhook-id"),
        }
    }

    /// The name of the header with the timestamp.
    pub const fn timestamp(self) -> HeaderName {
        match self {
            Self::Svix => HeaderName::from_static("svix-timestamp"),
            Self::Webhook => HeaderName::from_static("webhook-timestamp"),
        }
    }

    /// The name of the header with the list of signatures.
    pub const fn signature(self) -> HeaderName {
        match self {
            Self::Svix => HeaderName::from_static("svix-signature"),
            Self::Webhook => HeaderName::from_static("webhook-signature"),
        }
    }

    fn is_complete_in(self, headers: &HeaderMap) -> bool {
        [self.id(), self.timestamp(), self.signature()]
            .iter()
            .all(|name| headers.contains_key(name))
    }

    /// The entries of the list of signatures: several lines are one list, extra spaces are skipped.
    pub(crate) fn signatures(self, headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
        headers
            .get_all(self.signature())
            .iter()
            .flat_map(|line| line.as_bytes().split(|byte| *byte == b' '))
            .filter(|entry| !entry.is_empty())
    }
}

/// The signature headers that belong together, read and well formed.
#[derive(Clone, Debug)]
pub(crate) struct SignatureHeaders {
    pub(crate) family: HeaderFamily,
    pub(crate) id: MessageId,
    pub(crate) timestamp: Timestamp,
}

impl SignatureHeaders {
    pub(crate) fn read(headers: &HeaderMap, dots: DotsInMessageId) -> Result<Self, RejectionKind> {
        let family = HeaderFamily::BY_PRECEDENCE
            .into_iter()
            .find(|family| family.is_complete_in(headers))
            .ok_or(RejectionKind::MissingSignatureHeaders)?;
        let id = only_value(headers.get_all(family.id()).iter())?;
        let timestamp = only_value(headers.get_all(family.timestamp()).iter())?;
        let id = MessageId::parse(id, dots).ok_or(RejectionKind::MalformedMessageId)?;
        let timestamp = Timestamp::parse(timestamp).ok_or(RejectionKind::MalformedTimestamp)?;
        limit_signatures(headers, family)?;
        Ok(Self {
            family,
            id,
            timestamp,
        })
    }
}

/// The one value of a header; it may be repeated, not contradicted.
fn only_value(mut lines: ValueIter<'_, HeaderValue>) -> Result<&[u8], RejectionKind> {
    let first = lines.next().ok_or(RejectionKind::MissingSignatureHeaders)?;
    if lines.any(|line| line != first) {
        return Err(RejectionKind::ConflictingSignatureHeaders);
    }
    Ok(first.as_bytes())
}

fn limit_signatures(headers: &HeaderMap, family: HeaderFamily) -> Result<(), RejectionKind> {
    let bytes: usize = headers
        .get_all(family.signature())
        .iter()
        .map(HeaderValue::len)
        .sum();
    if bytes > MAX_SIGNATURE_BYTES || family.signatures(headers).count() > MAX_SIGNATURES {
        return Err(RejectionKind::SignatureListTooLong);
    }
    Ok(())
}
