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
pub(super) struct TwilioCheck {
    keys: Vec<SharedKey>,
    signature: Vec<u8>,
    urls: Vec<String>,
    is_form: bool,
    hash: Sha256,
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
        let is_form = is_form(head);
        let check = TwilioCheck {
            keys: keys.to_vec(),
            signature: signature.as_bytes().to_vec(),
            urls,
            is_form,
            hash: Sha256::new(),
        };
        // Of JSON everything that is signed is in the head.
        if !is_form && check.signed_json_url().is_none() {
            return Err(RejectionKind::SignatureMismatch.into());
        }
        Ok((Claims::new(), check))
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

impl TwilioCheck {
    /// The URL of a JSON request that was signed: each is tried.
    fn signed_json_url(&self) -> Option<&str> {
        let mut found = None;
        for url in &self.urls {
            if any_matches(&self.keys, &[url.as_bytes()], &self.signature) {
                found = found.or(Some(url.as_str()));
            }
        }
        found
    }
}

impl BodyCheck for TwilioCheck {
    fn update(&mut self, bytes: &[u8]) {
        if !self.is_form {
            self.hash.update(bytes);
        }
    }

    fn finish(&mut self, body: &Bytes, claims: Claims) -> Result<Claims, Rejection> {
        let is_genuine = if self.is_form {
            let fields = sorted_fields(body);
            let keys = &self.keys;
            self.urls.iter().fold(false, |any, url| {
                let parts = [url.as_bytes(), fields.as_bytes()];
                any | any_matches(keys, &parts, &self.signature)
            })
        } else {
            let hash = std::mem::take(&mut self.hash).finalize();
            let url = self.signed_json_url().unwrap_or_default();
            let query = url.split_once('?').map_or("", |(_, query)| query);
            let mut announced = form_urlencoded::parse(query.as_bytes())
                .filter(|(name, _)| name == BODY_HASH)
                .filter_map(|(_, value)| Encoding::Hex.decode(value.as_bytes()));
            // One, and no other that contradicts it.
            match (announced.next(), announced.next()) {
                (Some(announced), None) => bool::from(announced.as_bytes().ct_eq(&hash)),
                _ => false,
            }
        };
        is_genuine
            .then_some(claims)
            .ok_or(RejectionKind::SignatureMismatch.into())
    }
}
