//! Twilio.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderName, Uri, header::CONTENT_TYPE};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{
    preset::{KeyKind, Preset, VerifiedAgainst},
    support::{MacKey, SharedKey, any_matches, only_value},
};
#[cfg(feature = "testing")]
use crate::scheme::Outgoing;
use crate::{
    crypto::{Algorithm, Encoding},
    error::{ConfigError, Rejection, RejectionKind},
    message::RequestHead,
    scheme::{BodyCheck, Claims, CustomScheme, Scheme},
};

pub(super) const PRESET: Preset = Preset::declared(
    "twilio",
    "Twilio",
    KeyKind::Secret,
    VerifiedAgainst::PublishedVector,
    |settings| Ok(twilio(settings.public_url()?)),
);

const SIGNATURE: &str = "x-twilio-signature";
const BODY_HASH: &str = "bodySHA256";

/// Twilio.
///
/// Signs the URL and the sorted fields of a form with HMAC-SHA1, in `X-Twilio-Signature` as base64. Of JSON only the URL is
/// signed, to whose query Twilio adds `bodySHA256`; JSON without it is covered by nothing, and rejected. As the SDK does, the
/// URL is tried with and without the port of its scheme.
///
/// `url` is the address exactly as it was registered with the sender. The query is that of the request, where it has one.
///
/// There is no id and no signed time, so a captured request can be sent again at any time: only an idempotency store keeps it
/// from being handled twice.
///
/// Verified against the example of the documentation and a vector of an SDK.
///
/// - <https://www.twilio.com/docs/usage/webhooks/webhooks-security>
/// - <https://github.com/twilio/twilio-python>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::twilio("https://example.com/sms");
/// let receiver = Receiver::builder("the auth token").scheme(scheme.clone()).danger_accept_replays().build()?;
/// let mut request = http::Request::post("/sms")
///     .header("content-type", "application/x-www-form-urlencoded")
///     .body(bytes::Bytes::from("To=%2B46&Body=hello"))?;
/// Signer::for_scheme(scheme, "the auth token")?.sign(&mut request, "", Timestamp::now())?;
///
/// let (head, body) = request.into_parts();
/// let verified = receiver.check_head(&head)?.check_signature(body.clone())?;
/// assert_eq!(verified.body(), &body);
///
/// let rejected = receiver.check_head(&head)?.check_signature("To=%2B46&Body=bye").unwrap_err();
/// assert_eq!(rejected.kind(), RejectionKind::SignatureMismatch);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub fn twilio(url: impl Into<Cow<'static, str>>) -> Scheme {
    Scheme::custom(Twilio { url: url.into() })
}

struct Twilio {
    url: Cow<'static, str>,
}

/// What follows the head.
pub(super) enum TwilioCheck {
    Form {
        keys: Vec<SharedKey>,
        signature: Vec<u8>,
        urls: Vec<String>,
    },
    /// Of JSON everything that is signed is in the head, the digest of the body too.
    Json { announced: Vec<u8>, hash: Sha256 },
}

impl CustomScheme for Twilio {
    type Key = SharedKey;
    type Check = TwilioCheck;

    fn name(&self) -> &'static str {
        "twilio"
    }

    fn headers(&self) -> Vec<HeaderName> {
        vec![HeaderName::from_static(SIGNATURE), CONTENT_TYPE]
    }

    fn key(&self, text: &str) -> Result<SharedKey, ConfigError> {
        MacKey::of_text(Algorithm::HmacSha1, text).map(SharedKey::new)
    }

    fn check_head(
        &self,
        head: &RequestHead<'_>,
        keys: &[SharedKey],
    ) -> Result<(Claims, TwilioCheck), Rejection> {
        let signature = only_value(head, SIGNATURE)?;
        let signature = Encoding::Base64
            .decode(signature)
            .ok_or(RejectionKind::SignatureMismatch)?;
        let urls = self.urls(head.uri().and_then(Uri::query));
        if is_form(head) {
            let check = TwilioCheck::Form {
                keys: keys.to_vec(),
                signature: signature.as_bytes().to_vec(),
                urls,
            };
            return Ok((Claims::new(), check));
        }
        let url = signed_url(&urls, keys, "", signature.as_bytes());
        let announced = url
            .and_then(announced)
            .ok_or(RejectionKind::SignatureMismatch)?;
        let hash = Sha256::new();
        Ok((Claims::new(), TwilioCheck::Json { announced, hash }))
    }

    #[cfg(feature = "testing")]
    fn sign(&self, key: &SharedKey, request: &mut Outgoing<'_>) -> Result<(), ConfigError> {
        let is_form = is_form(&RequestHead::from(&*request.head));
        let mut url = self.url.clone().into_owned();
        let mut fields = String::new();
        if is_form {
            fields = sorted_fields(request.body);
        } else {
            let hash = Encoding::Hex.encode(&Sha256::digest(&*request.body));
            let separator = if url.contains('?') { '&' } else { '?' };
            url = format!("{url}{separator}{BODY_HASH}={hash}");
            let query = url.split_once('?').map_or("", |(_, query)| query);
            if let Ok(uri) = format!("{}?{query}", request.head.uri.path()).parse() {
                request.head.uri = uri;
            }
        }
        let tag = key.tag(&[url.as_bytes(), fields.as_bytes()]);
        request.set_header(SIGNATURE, &Encoding::Base64.encode(&tag));
        Ok(())
    }
}

impl Twilio {
    /// The URLs that may have been signed: the configured one, and that with the request's query; each as it is, without
    /// any port, and with the port of its scheme.
    fn urls(&self, query: Option<&str>) -> Vec<String> {
        let base = self
            .url
            .split_once('?')
            .map_or(&*self.url, |(base, _)| base);
        let with_query = query.map(|query| format!("{base}?{query}"));
        let mut urls = Vec::new();
        for url in with_query
            .into_iter()
            .chain([self.url.clone().into_owned()])
        {
            for url in with_ports(url) {
                if !urls.contains(&url) {
                    urls.push(url);
                }
            }
        }
        urls
    }
}

fn with_ports(url: String) -> Vec<String> {
    let Ok(uri) = url.parse::<Uri>() else {
        return vec![url];
    };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return vec![url];
    };
    let host = authority.as_str();
    let behind = url.find(host).map_or("", |at| &url[at + host.len()..]);
    let bare_host = match authority.port() {
        Some(port) => host
            .strip_suffix(port.as_str())
            .map_or(host, |host| host.trim_end_matches(':')),
        None => host,
    };
    let standard = if scheme == "https" { 443 } else { 80 };
    let mut urls = vec![format!("{scheme}://{bare_host}{behind}")];
    urls.push(match authority.port() {
        Some(_) => url.clone(),
        None => format!("{scheme}://{bare_host}:{standard}{behind}"),
    });
    urls
}

fn is_form(head: &RequestHead<'_>) -> bool {
    let content_type = head.headers().get(CONTENT_TYPE);
    content_type.is_some_and(|value| {
        let value = value.as_bytes();
        let end = value.iter().position(|byte| *byte == b';');
        value[..end.unwrap_or(value.len())]
            .trim_ascii()
            .eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
    })
}

/// Names and values run together, sorted by name; of repeated names the values sorted, equal ones once.
fn sorted_fields(body: &[u8]) -> String {
    let mut fields: Vec<_> = form_urlencoded::parse(body).collect();
    fields.sort();
    fields.dedup();
    let mut text = String::new();
    for (name, value) in fields {
        text.push_str(&name);
        text.push_str(&value);
    }
    text
}

/// The URL that was signed, before the fields of a form. Each is tried, whether or not one has matched.
fn signed_url<'u>(
    urls: &'u [String],
    keys: &[SharedKey],
    fields: &str,
    signature: &[u8],
) -> Option<&'u str> {
    let mut found = None;
    for url in urls {
        if any_matches(keys, &[url.as_bytes(), fields.as_bytes()], signature) {
            found = found.or(Some(url.as_str()));
        }
    }
    found
}

/// The digest in a signed URL: one, and no other that contradicts it.
fn announced(url: &str) -> Option<Vec<u8>> {
    let (_, query) = url.split_once('?')?;
    let mut announced = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name == BODY_HASH)
        .filter_map(|(_, value)| Encoding::Hex.decode(value.as_bytes()));
    match (announced.next(), announced.next()) {
        (Some(announced), None) => Some(announced.as_bytes().to_vec()),
        _ => None,
    }
}

impl BodyCheck for TwilioCheck {
    fn update(&mut self, bytes: &[u8]) {
        match self {
            // Its fields are sorted once they are all there.
            Self::Form { .. } => {}
            Self::Json { hash, .. } => hash.update(bytes),
        }
    }

    fn finish(&mut self, body: &Bytes, claims: Claims) -> Result<Claims, Rejection> {
        let is_genuine = match self {
            Self::Form {
                keys,
                signature,
                urls,
            } => signed_url(urls, keys, &sorted_fields(body), signature).is_some(),
            Self::Json { announced, hash } => {
                let hash = std::mem::take(hash).finalize();
                bool::from(announced.as_slice().ct_eq(&hash))
            }
        };
        is_genuine
            .then_some(claims)
            .ok_or(RejectionKind::SignatureMismatch.into())
    }
}
