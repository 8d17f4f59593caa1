//! Contentful.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, Uri};

use super::{
    preset::{KeyKind, Preset, VerifiedAgainst},
    support::{MacKey, SharedKey, any_matches, only_text, only_value, public_url, signed_path},
};
#[cfg(feature = "testing")]
use crate::scheme::Outgoing;
use crate::{
    crypto::{Algorithm, Encoding},
    error::{ConfigError, Rejection, RejectionKind},
    message::RequestHead,
    scheme::{BodyCheck, Claims, CustomScheme, Scheme, TimeFormat},
};

pub(super) const PRESET: Preset = Preset::declared(
    "contentful",
    "Contentful",
    KeyKind::Secret,
    VerifiedAgainst::RuleOnly,
    |settings| Ok(contentful(settings.public_url()?)),
);

const SIGNATURE: &str = "x-contentful-signature";
const SIGNED_HEADERS: &str = "x-contentful-signed-headers";
const TIMESTAMP: &str = "x-contentful-timestamp";
/// Most headers that may be signed: a stranger chooses the list.
const MAX_SIGNED_HEADERS: usize = 32;

/// Contentful.
///
/// Signs method, path, the headers that `x-contentful-signed-headers` names, and the raw body with HMAC-SHA256, in
/// `x-contentful-signature` as hexadecimal digits. Both that list and the timestamp have to be among the signed headers.
///
/// `url` is the address exactly as it was registered with the sender: the path is taken from it. The sender escapes an
/// unusual query in its own way; register a URL without one. An address that is not absolute is a mistake that shows when the receiver is built.
///
/// The time is in milliseconds, and accepted for 30 seconds. There is no id that is signed in every case.
///
/// No vector is published: verified against the documented rule only.
///
/// - <https://www.contentful.com/developers/docs/webhooks/request-verification/>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::contentful("https://example.com/webhooks/contentful");
/// let receiver = Receiver::builder("a secret of the sender").scheme(scheme.clone()).build()?;
/// let signer = Signer::for_scheme(scheme, "a secret of the sender")?;
///
/// let (head, _) = signer.request("", Timestamp::now(), "{}").into_parts();
/// let verified = receiver.check_head(&head)?.check_signature("{}")?;
/// assert_eq!(verified.body(), "{}");
///
/// let rejected = receiver.check_head(&head)?.check_signature("[]").unwrap_err();
/// assert_eq!(rejected.kind(), RejectionKind::SignatureMismatch);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub fn contentful(url: impl AsRef<str>) -> Scheme {
    let url = public_url(url.as_ref());
    Scheme::custom(Contentful { url })
}

struct Contentful {
    url: Result<Uri, ConfigError>,
}

/// What follows the head.
pub(super) struct ContentfulCheck {
    keys: Vec<SharedKey>,
    signature: Vec<u8>,
    before_body: Vec<u8>,
}

impl Contentful {
    fn before_body(&self, headers: &[u8]) -> Vec<u8> {
        let path = self.url.as_ref().map_or("", signed_path);
        [b"POST\n", path.as_bytes(), b"\n", headers, b"\n"].concat()
    }
}

impl CustomScheme for Contentful {
    type Key = SharedKey;
    type Check = ContentfulCheck;

    fn name(&self) -> &'static str {
        "contentful"
    }

    fn headers(&self) -> Vec<HeaderName> {
        [
            SIGNATURE,
            SIGNED_HEADERS,
            TIMESTAMP,
            // Those that the sender may sign besides.
            "content-type",
            "x-contentful-topic",
            "x-contentful-webhook-name",
            "x-contentful-webhook-request-attempt",
            "x-contentful-event-datetime",
            "x-contentful-crn",
            "x-contentful-idempotency-key",
        ]
        .map(HeaderName::from_static)
        .into()
    }

    fn key(&self, text: &str) -> Result<SharedKey, ConfigError> {
        // What is wrong with the address shows when the receiver is built.
        self.url.clone()?;
        MacKey::of_text(Algorithm::HmacSha256, text).map(SharedKey::new)
    }

    fn check_head(
        &self,
        head: &RequestHead<'_>,
        keys: &[SharedKey],
    ) -> Result<(Claims, ContentfulCheck), Rejection> {
        let signature = Encoding::Hex
            .decode(only_value(head, SIGNATURE)?)
            .ok_or(RejectionKind::SignatureMismatch)?;
        let names = only_text(head, SIGNED_HEADERS)?;
        let time = TimeFormat::Milliseconds
            .parse(only_value(head, TIMESTAMP)?)
            .ok_or(RejectionKind::MalformedTimestamp)?;
        let names: Vec<_> = names.split(',').map(str::trim).collect();
        // A list that leaves itself or the time out would leave them to a stranger.
        let has = |wanted: &str| names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
        if names.len() > MAX_SIGNED_HEADERS || !has(SIGNED_HEADERS) || !has(TIMESTAMP) {
            return Err(RejectionKind::SignatureMismatch.into());
        }
        let mut headers = Vec::new();
        for name in names {
            if !headers.is_empty() {
                headers.push(b';');
            }
            let name = name.to_ascii_lowercase();
            headers.extend_from_slice(name.as_bytes());
            headers.push(b':');
            headers.extend_from_slice(only_value(head, &name)?.trim_ascii());
        }
        let mut claims = Claims::new().with_timestamp(time);
        let topic = head.headers().get("x-contentful-topic");
        if let Some(topic) = topic.and_then(|topic| topic.to_str().ok()) {
            claims = claims.with_event_type(topic);
        }
        Ok((
            claims,
            ContentfulCheck {
                keys: keys.to_vec(),
                signature: signature.as_bytes().to_vec(),
                before_body: self.before_body(&headers),
            },
        ))
    }

    #[cfg(feature = "testing")]
    fn sign(&self, key: &SharedKey, request: &mut Outgoing<'_>) -> Result<(), ConfigError> {
        let timestamp = TimeFormat::Milliseconds.print(request.timestamp);
        let names = format!("{SIGNED_HEADERS},{TIMESTAMP}");
        let headers = format!("{SIGNED_HEADERS}:{names};{TIMESTAMP}:{timestamp}");
        let tag = key.tag(&[&self.before_body(headers.as_bytes()), request.body]);
        request.set_header(SIGNED_HEADERS, &names);
        request.set_header(TIMESTAMP, &timestamp);
        request.set_header(SIGNATURE, &Encoding::Hex.encode(&tag));
        Ok(())
    }

    fn has_signed_timestamp(&self) -> bool {
        true
    }

    fn tolerance(&self) -> Option<Duration> {
        Some(Duration::from_secs(30))
    }
}

impl BodyCheck for ContentfulCheck {
    fn finish(&mut self, body: &Bytes, claims: Claims) -> Result<Claims, Rejection> {
        any_matches(&self.keys, &[&self.before_body, body], &self.signature)
            .then_some(claims)
            .ok_or(RejectionKind::SignatureMismatch.into())
    }
}
