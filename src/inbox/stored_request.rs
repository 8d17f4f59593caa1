use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, request::Parts};
use sha2::{Digest, Sha256};

use crate::message::timestamp::Timestamp;

/// A signed request as an inbox stores it. Its `Debug` shows neither headers nor body.
///
/// Only [`headers`](Self::headers), [`uri`](Self::uri) and [`body`](Self::body) are what the worker believes, once it has
/// verified them again; the other fields are for the store's keys and for the operator. `content-type`, which no signature
/// covers, is worth no more than in a request that has just arrived.
#[derive(Clone)]
pub struct StoredRequest {
    /// Which endpoint accepted it, such as `engage`.
    pub endpoint: String,
    /// Whose secrets signed; empty where there are no tenants.
    pub tenant: String,
    /// The id of the message.
    pub message_id: String,
    /// The type of the event, where the endpoint decoded it.
    pub event_type: Option<String>,
    /// Messages of one key are handled in the order in which they were accepted.
    pub order_key: Option<String>,
    /// The time that the sender signed.
    pub timestamp: Option<Timestamp>,
    /// The path and query that the request was sent to.
    pub uri: String,
    /// The headers that the signature needs, and `content-type`.
    pub headers: HeaderLines,
    /// The body exactly as it was signed.
    pub body: Bytes,
}

impl StoredRequest {
    /// The SHA-256 digest of the body, by which a duplicate is told from another message under the same id.
    pub fn body_digest(&self) -> [u8; 32] {
        Sha256::digest(&self.body).into()
    }

    /// The head as it came, as far as it was stored. `None` if what is stored is no head.
    pub(crate) fn head(&self) -> Option<Parts> {
        let mut request = Request::new(());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.parse::<Uri>().ok()?;
        *request.headers_mut() = self.headers.parse()?;
        Some(request.into_parts().0)
    }
}

impl fmt::Debug for StoredRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredRequest")
            .field("endpoint", &self.endpoint)
            .field("tenant", &self.tenant)
            .field("message_id", &self.message_id)
            .field("event_type", &self.event_type)
            .field("timestamp", &self.timestamp)
            .field("body_len", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Field lines as they stand in a request, `name: value`, each with a line feed behind it: readable in the store, and
/// without loss, since no value can have a line feed.
#[derive(Clone, PartialEq, Eq)]
pub struct HeaderLines(Vec<u8>);

impl HeaderLines {
    /// The lines of `names` in `headers`, in the order of `names`.
    pub fn select<'n>(
        headers: &HeaderMap,
        names: impl IntoIterator<Item = &'n HeaderName>,
    ) -> Self {
        let mut lines = Vec::new();
        for name in names {
            for value in headers.get_all(name) {
                lines.extend_from_slice(name.as_str().as_bytes());
                lines.extend_from_slice(b": ");
                lines.extend_from_slice(value.as_bytes());
                lines.push(b'\n');
            }
        }
        Self(lines)
    }

    /// Lines as a store returned them. Whether they are well formed turns out when they are verified.
    pub fn from_bytes(lines: Vec<u8>) -> Self {
        Self(lines)
    }

    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The headers; `None` if these are no field lines.
    fn parse(&self) -> Option<HeaderMap> {
        let mut headers = HeaderMap::new();
        for line in self.0.split_inclusive(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\n")?;
            let colon = line.iter().position(|byte| *byte == b':')?;
            let (name, value) = (line.get(..colon)?, line.get(colon..)?.strip_prefix(b": ")?);
            let name = HeaderName::from_bytes(name).ok()?;
            let value = HeaderValue::from_bytes(value).ok()?;
            // `append` panics beyond the limit of a map.
            headers.try_append(name, value).ok()?;
        }
        Some(headers)
    }
}

/// Shows the length: a signature is among the lines.
impl fmt::Debug for HeaderLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeaderLines")
            .field("len", &self.0.len())
            .finish()
    }
}
