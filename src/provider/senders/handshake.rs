//! What senders ask for before they deliver: to echo a challenge, to respond to a ping.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use form_urlencoded::parse;
use http::{
    HeaderName, HeaderValue, Method, Response, StatusCode,
    header::{CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS},
    request::Parts,
};
use serde_json::{Value, json};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{
    crypto::{Algorithm, Encoding, tag},
    message::Handshake as Responds,
};

/// Longest challenge that is echoed, in bytes: a stranger chooses it.
const MAX_CHALLENGE: usize = 2048;

const HOOK_SECRET: HeaderName = HeaderName::from_static("x-hook-secret");
const TWITCH_TYPE: &str = "twitch-eventsub-message-type";

/// Responds to the handshake of a sender, where it is put into a layer by
/// [`WebhookLayer::handshake`](crate::WebhookLayer::handshake). Without one, a handshake is a request like any other.
///
/// Those that carry no signature get a response only on exactly the path that is given. A challenge is echoed as `text/plain`, up
/// to 2,048 bytes, never as HTML.
///
/// | sender | request | response |
/// |---|---|---|
/// | [`slack`](Self::slack) | signed, `type` is `url_verification` | the `challenge` |
/// | [`zoom`](Self::zoom) | signed, `event` is `endpoint.url_validation` | JSON with the token and its HMAC |
/// | [`meta`](Self::meta) | GET with `hub.challenge` | the challenge, if `hub.verify_token` is right |
/// | [`twitter`](Self::twitter) | GET with `crc_token` | JSON with the HMAC of the token |
/// | [`discord`](Self::discord) | signed, `type` 1 or 0 | `{"type":1}`, or 204 |
/// | [`twitch`](Self::twitch) | signed, `webhook_callback_verification` | the `challenge` |
/// | [`xero`](Self::xero) | signed, `events` is empty | 200, without a body |
/// | [`dropbox`](Self::dropbox) | GET with `challenge` | the challenge |
/// | [`microsoft_graph`](Self::microsoft_graph) | POST with `validationToken` | the token |
/// | [`asana`](Self::asana) | POST with `X-Hook-Secret` | the header; the secret goes to a function |
/// | [`notion`](Self::notion) | POST with `verification_token` | 200; the token goes to a function |
///
/// Discord and Xero also send requests whose signature is wrong on purpose, and want 401: the layer does that by itself.
#[derive(Clone)]
pub struct Handshake {
    kind: Kind,
    /// Of a handshake that carries no signature.
    path: Option<Arc<str>>,
}

/// Where a secret goes that a sender brings.
type Sink = Arc<dyn Fn(&str) + Send + Sync>;

#[derive(Clone)]
enum Kind {
    Slack,
    Zoom(Arc<Zeroizing<String>>),
    Meta(Arc<Zeroizing<String>>),
    Twitter(Arc<Zeroizing<String>>),
    Discord,
    Twitch,
    Xero,
    Dropbox,
    MicrosoftGraph,
    Asana(Sink),
    Notion(Sink),
}

impl Handshake {
    /// Slack: <https://docs.slack.dev/reference/events/url_verification>.
    pub fn slack() -> Self {
        Self::signed_kind(Kind::Slack)
    }

    /// Zoom, with the secret token of the app; it comes again every 72 hours:
    /// <https://developers.zoom.us/docs/api/webhooks/#validate-your-webhook-endpoint>.
    pub fn zoom(secret: impl Into<String>) -> Self {
        Self::signed_kind(Kind::Zoom(secret_of(secret)))
    }

    /// Meta, with the verify token of the app's settings:
    /// <https://developers.facebook.com/docs/graph-api/webhooks/getting-started>.
    pub fn meta(path: impl Into<Arc<str>>, verify_token: impl Into<String>) -> Self {
        Self::unsigned_kind(Kind::Meta(secret_of(verify_token)), path)
    }

    /// X (Twitter), with the consumer secret: <https://docs.x.com/x-api/webhooks/quickstart>.
    pub fn twitter(path: impl Into<Arc<str>>, consumer_secret: impl Into<String>) -> Self {
        Self::unsigned_kind(Kind::Twitter(secret_of(consumer_secret)), path)
    }

    /// Discord: <https://discord.com/developers/docs/interactions/overview#setting-up-an-endpoint>.
    pub fn discord() -> Self {
        Self::signed_kind(Kind::Discord)
    }

    /// Twitch: <https://dev.twitch.tv/docs/eventsub/handling-webhook-events/#responding-to-a-challenge-request>.
    pub fn twitch() -> Self {
        Self::signed_kind(Kind::Twitch)
    }

    /// Xero's intent to receive: <https://developer.xero.com/documentation/guides/webhooks/overview/>.
    pub fn xero() -> Self {
        Self::signed_kind(Kind::Xero)
    }

    /// Dropbox: <https://www.dropbox.com/developers/reference/webhooks#documentation>.
    pub fn dropbox(path: impl Into<Arc<str>>) -> Self {
        Self::unsigned_kind(Kind::Dropbox, path)
    }

    /// Microsoft Graph: <https://learn.microsoft.com/graph/change-notifications-delivery-webhooks>.
    pub fn microsoft_graph(path: impl Into<Arc<str>>) -> Self {
        Self::unsigned_kind(Kind::MicrosoftGraph, path)
    }

    /// Asana, which brings the secret of a new webhook: `store` has to keep it, and the receiver to use it. Anyone can send
    /// such a request; accept a secret only while you are creating a webhook.
    /// <https://developers.asana.com/docs/webhooks-guide>.
    pub fn asana(path: impl Into<Arc<str>>, store: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self::unsigned_kind(Kind::Asana(Arc::new(store)), path)
    }

    /// Notion, which brings its verification token: `store` has to keep it, to be confirmed in Notion's settings. Anyone can
    /// send such a request; accept a token only while you are creating a subscription.
    /// <https://developers.notion.com/reference/webhooks>.
    pub fn notion(path: impl Into<Arc<str>>, store: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self::unsigned_kind(Kind::Notion(Arc::new(store)), path)
    }

    fn signed_kind(kind: Kind) -> Self {
        Self { kind, path: None }
    }

    fn unsigned_kind(kind: Kind, path: impl Into<Arc<str>>) -> Self {
        Self {
            kind,
            path: Some(path.into()),
        }
    }
}

fn secret_of(text: impl Into<String>) -> Arc<Zeroizing<String>> {
    Arc::new(Zeroizing::new(text.into()))
}

impl Responds for Handshake {
    fn unsigned(&self, head: &Parts) -> Option<Response<Bytes>> {
        if self.path.as_deref() != Some(head.uri.path()) {
            return None;
        }
        let method = match self.kind {
            Kind::Meta(_) | Kind::Twitter(_) | Kind::Dropbox => Method::GET,
            _ => Method::POST,
        };
        if head.method != method {
            return None;
        }
        let query = head.uri.query().unwrap_or_default();
        let value = |name: &str| {
            let mut values = parse(query.as_bytes()).filter(|(found, _)| found == name);
            // Given twice it is ambiguous.
            match (values.next(), values.next()) {
                (Some((_, value)), None) if value.len() <= MAX_CHALLENGE => {
                    Some(value.into_owned())
                }
                _ => None,
            }
        };
        match &self.kind {
            Kind::Meta(expected) => {
                if value("hub.mode")? != "subscribe" {
                    return None;
                }
                let (token, challenge) = (value("hub.verify_token")?, value("hub.challenge")?);
                let is_right = token.as_bytes().ct_eq(expected.as_bytes());
                Some(if bool::from(is_right) {
                    text(challenge)
                } else {
                    empty(StatusCode::FORBIDDEN)
                })
            }
            Kind::Twitter(secret) => {
                let token = value("crc_token")?;
                let tag = tag(
                    Algorithm::HmacSha256,
                    secret.as_bytes(),
                    &[token.as_bytes()],
                );
                let response_token = format!("sha256={}", Encoding::Base64.encode(&tag));
                Some(json_response(&json!({ "response_token": response_token })))
            }
            Kind::Dropbox => value("challenge").map(text),
            Kind::MicrosoftGraph => value("validationToken").map(text),
            Kind::Asana(store) => {
                let secret = head.headers.get(&HOOK_SECRET)?;
                let shown = secret
                    .to_str()
                    .ok()
                    .filter(|secret| secret.len() <= MAX_CHALLENGE)?;
                store(shown);
                let mut response = empty(StatusCode::OK);
                response.headers_mut().insert(HOOK_SECRET, secret.clone());
                Some(response)
            }
            _ => None,
        }
    }

    fn wants_unsigned_body(&self, head: &Parts) -> bool {
        matches!(self.kind, Kind::Notion(_))
            && self.path.as_deref() == Some(head.uri.path())
            && head.method == Method::POST
            && !head.headers.contains_key("x-notion-signature")
    }

    fn unsigned_body(&self, body: &Bytes) -> Option<Response<Bytes>> {
        let Kind::Notion(store) = &self.kind else {
            return None;
        };
        let body: Value = serde_json::from_slice(body).ok()?;
        let members = body.as_object().filter(|members| members.len() == 1)?;
        let token = members.get("verification_token")?.as_str()?;
        if token.len() > MAX_CHALLENGE {
            return None;
        }
        store(token);
        Some(empty(StatusCode::OK))
    }

    fn signed(&self, head: &Parts, body: &Bytes) -> Option<Response<Bytes>> {
        if matches!(self.kind, Kind::Twitch) {
            let kind = head.headers.get(TWITCH_TYPE)?;
            if kind != "webhook_callback_verification" {
                return None;
            }
        }
        if self.path.is_some() {
            return None;
        }
        let body: Value = serde_json::from_slice(body).ok()?;
        let member = |name: &str| body.get(name)?.as_str();
        let challenge = || {
            let challenge = member("challenge")?;
            (challenge.len() <= MAX_CHALLENGE).then(|| text(challenge.to_owned()))
        };
        match &self.kind {
            Kind::Slack if member("type") == Some("url_verification") => challenge(),
            Kind::Twitch => challenge(),
            Kind::Zoom(secret) if member("event") == Some("endpoint.url_validation") => {
                let token = body.pointer("/payload/plainToken")?.as_str()?;
                if token.len() > MAX_CHALLENGE {
                    return None;
                }
                let tag = tag(
                    Algorithm::HmacSha256,
                    secret.as_bytes(),
                    &[token.as_bytes()],
                );
                let encrypted = Encoding::Hex.encode(&tag);
                Some(json_response(
                    &json!({ "plainToken": token, "encryptedToken": encrypted }),
                ))
            }
            // A delivery has at least one event.
            Kind::Xero if body.get("events")?.as_array()?.is_empty() => Some(empty(StatusCode::OK)),
            Kind::Discord => match body.get("type")?.as_u64()? {
                // Interactions know 1, webhook events 0; an event itself is 1 with an `event`.
                1 if body.get("event").is_none() => Some(json_response(&json!({ "type": 1 }))),
                0 => Some(empty(StatusCode::NO_CONTENT)),
                _ => None,
            },
            _ => None,
        }
    }
}

fn empty(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}

fn text(challenge: String) -> Response<Bytes> {
    respond(challenge.into(), "text/plain; charset=utf-8")
}

fn json_response(body: &Value) -> Response<Bytes> {
    respond(body.to_string().into(), "application/json")
}

fn respond(body: Bytes, content_type: &'static str) -> Response<Bytes> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Shows no secret.
impl fmt::Debug for Handshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handshake")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
