//! Standard Webhooks 1.0.0, as Svix sends it.

use std::borrow::Cow;

use http::HeaderName;

use super::{
    Algorithm, Encoding, KeyForm, Part, Place, Scheme, SignatureFormat, TimeFormat,
    declared::Declared, header_set::HeaderSet, signature_format::Grammar,
};

/// The prefix that the three signature headers of Standard Webhooks share.
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
    /// In the order in which a receiver looks for them.
    pub(super) const BY_PRECEDENCE: [Self; 2] = [Self::Svix, Self::Webhook];

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

    fn set(self) -> HeaderSet {
        HeaderSet {
            id: Some(self.id().clone()),
            timestamp: Some(self.timestamp().clone()),
            signatures: vec![self.signature().clone()],
        }
    }
}

/// Standard Webhooks 1.0.0: the scheme of Svix, Voyado Engage and many others, and the default of a receiver.
///
/// `id.timestamp.body` is signed with HMAC-SHA256 (`v1`), or with Ed25519 (`v1a`, feature `ed25519`) where a public key is
/// configured. Both families of headers are read, see [`HeaderFamily`]. The sender retries for about 28 hours with one id and
/// a new timestamp each time. Source: <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>.
pub fn standard_webhooks() -> Scheme {
    with_key_form("standard-webhooks", KeyForm::StandardWebhooks)
}

/// Standard Webhooks with secrets in another form: Polar's are the text itself.
pub(crate) fn with_key_form(name: &'static str, key_form: KeyForm) -> Scheme {
    let builder = Scheme::builder(name)
        .signed([
            Part::Id,
            ".".into(),
            Part::Timestamp,
            ".".into(),
            Part::Body,
        ])
        .algorithm(Algorithm::HmacSha256)
        .key_form(key_form)
        .signature(SignatureFormat {
            headers: vec![Cow::Borrowed(HeaderFamily::Svix.signature().as_str())],
            encoding: Encoding::Base64,
            grammar: Grammar::Versions,
        })
        .id(Place::header(HeaderFamily::Svix.id().as_str()))
        .timestamp(
            Place::header(HeaderFamily::Svix.timestamp().as_str()),
            TimeFormat::Seconds,
        );
    let sets = HeaderFamily::BY_PRECEDENCE.map(HeaderFamily::set);
    let declared = Declared::new(builder)
        .unwrap_or_else(|error| unreachable!("the scheme of Standard Webhooks: {error}"));
    Scheme::declared(declared.with_header_sets(sets.into()))
}
