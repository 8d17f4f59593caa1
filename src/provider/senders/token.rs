//! Senders that sign nothing: a fixed text travels with each request.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::HeaderName;
use serde_json::Value;
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

use super::preset::{KeyKind, Preset, VerifiedAgainst};
#[cfg(feature = "testing")]
use crate::scheme::Outgoing;
use crate::{
    error::{ConfigError, ConfigErrorKind, Rejection, RejectionKind},
    message::{MessageId, RequestHead},
    scheme::{BodyCheck, Claims, CustomScheme, Scheme},
};

pub(super) const PRESETS: &[Preset] = &[
    Preset::declared(
        "gitlab",
        "GitLab (secret token)",
        KeyKind::Token,
        VerifiedAgainst::RuleOnly,
        |_| Ok(gitlab_token_unsigned()),
    ),
    Preset::declared(
        "telegram",
        "Telegram",
        KeyKind::Token,
        VerifiedAgainst::RuleOnly,
        |_| Ok(telegram_token_unsigned()),
    ),
    Preset::declared(
        "nexi-checkout",
        "Nexi Checkout",
        KeyKind::Token,
        VerifiedAgainst::RuleOnly,
        |_| Ok(nexi_checkout_token_unsigned()),
    ),
    Preset::declared(
        "postmark",
        "Postmark",
        KeyKind::Token,
        VerifiedAgainst::RuleOnly,
        |_| Ok(postmark_token_unsigned()),
    ),
    Preset::declared(
        "figma",
        "Figma",
        KeyKind::Token,
        VerifiedAgainst::RuleOnly,
        |_| Ok(figma_token_unsigned()),
    ),
];

/// GitLab's secret token, in `X-Gitlab-Token`. **Nothing is signed**: anyone who reads one request can send any other. GitLab
/// 19 and later can sign instead: [`gitlab_signing_token`](super::gitlab_signing_token).
///
/// The id (`X-Gitlab-Event-UUID`) and the event type (`X-Gitlab-Event`) are unsigned too. No vector is published.
/// <https://docs.gitlab.com/user/project/integrations/webhooks/>
pub fn gitlab_token_unsigned() -> Scheme {
    Scheme::custom(Token {
        name: "gitlab",
        place: Place::Header("x-gitlab-token"),
        id: Some(From::Header("x-gitlab-event-uuid")),
        event_type: Some(From::Header("x-gitlab-event")),
    })
}

/// Telegram's secret token, in `X-Telegram-Bot-Api-Secret-Token`. **Nothing is signed**: anyone who reads one request can send
/// any other.
///
/// The id is `update_id` in the body. No vector is published. <https://core.telegram.org/bots/api#setwebhook>
pub fn telegram_token_unsigned() -> Scheme {
    Scheme::custom(Token {
        name: "telegram",
        place: Place::Header("x-telegram-bot-api-secret-token"),
        id: Some(From::Body("update_id")),
        event_type: None,
    })
}

/// Nexi Checkout's (Nets Easy's) authorization value, the whole value of `Authorization`. **Nothing is signed**: anyone who reads
/// one request can send any other.
///
/// The id (`id`) and the event type (`event`) are in the body. No vector is published.
/// <https://developer.nexigroup.com/nexi-checkout/en-EU/docs/webhooks/>
pub fn nexi_checkout_token_unsigned() -> Scheme {
    Scheme::custom(Token {
        name: "nexi-checkout",
        place: Place::Header("authorization"),
        id: Some(From::Body("id")),
        event_type: Some(From::Body("event")),
    })
}

/// Postmark's basic authentication (RFC 7617); the secret is `user:password`. **Nothing is signed**: anyone who reads one
/// request can send any other.
///
/// There is no id of the delivery; the event type is `RecordType` in the body. No vector is published.
/// <https://postmarkapp.com/developer/webhooks/webhooks-overview>
pub fn postmark_token_unsigned() -> Scheme {
    Scheme::custom(Token {
        name: "postmark",
        place: Place::Basic,
        id: None,
        event_type: Some(From::Body("RecordType")),
    })
}

/// Figma's passcode, the member `passcode` of the body. **Nothing is signed**: anyone who reads one request can send any other.
///
/// There is no id of the delivery; the event type is `event_type` in the body. No vector is published.
/// <https://developers.figma.com/docs/rest-api/webhooks-security/>
pub fn figma_token_unsigned() -> Scheme {
    Scheme::custom(Token {
        name: "figma",
        place: Place::Member("passcode"),
        id: None,
        event_type: Some(From::Body("event_type")),
    })
}

struct Token {
    name: &'static str,
    place: Place,
    id: Option<From>,
    event_type: Option<From>,
}

/// Where the token is.
#[derive(Clone, Copy)]
enum Place {
    /// The whole value of a header.
    Header(&'static str),
    /// `Authorization: Basic …`.
    Basic,
    /// A member of the body.
    Member(&'static str),
}

impl Place {
    fn header(self) -> Option<&'static str> {
        match self {
            Self::Header(name) => Some(name),
            Self::Basic => Some("authorization"),
            Self::Member(_) => None,
        }
    }
}

/// Where an id or an event type is.
#[derive(Clone, Copy)]
enum From {
    Header(&'static str),
    Body(&'static str),
}

/// A token that is accepted.
pub(super) struct AcceptedToken(std::sync::Arc<Zeroizing<String>>);

/// What is left to do once the body is there.
pub(super) struct TokenCheck {
    member: Option<(&'static str, Vec<std::sync::Arc<Zeroizing<String>>>)>,
    id: Option<&'static str>,
    event_type: Option<&'static str>,
}

impl CustomScheme for Token {
    type Key = AcceptedToken;
    type Check = TokenCheck;

    fn name(&self) -> &str {
        self.name
    }

    fn headers(&self) -> Vec<HeaderName> {
        let token = self.place.header();
        let of = |from: &Option<From>| match from {
            Some(From::Header(name)) => Some(*name),
            Some(From::Body(_)) | None => None,
        };
        let names = [token, of(&self.id), of(&self.event_type)];
        names
            .into_iter()
            .flatten()
            .map(HeaderName::from_static)
            .collect()
    }

    fn token_header(&self) -> Option<HeaderName> {
        self.place.header().map(HeaderName::from_static)
    }

    fn key(&self, text: &str) -> Result<AcceptedToken, ConfigError> {
        if text.is_empty() {
            return Err(ConfigError::new(ConfigErrorKind::EmptySigningSecret));
        }
        let text = match self.place {
            Place::Basic => format!("Basic {}", STANDARD.encode(text)),
            Place::Header(_) | Place::Member(_) => text.to_owned(),
        };
        Ok(AcceptedToken(std::sync::Arc::new(Zeroizing::new(text))))
    }

    fn check_head(
        &self,
        head: &RequestHead<'_>,
        keys: &[AcceptedToken],
    ) -> Result<(Claims, TokenCheck), Rejection> {
        if let Some(name) = self.place.header() {
            check_lines(head, name, keys)?;
        }
        let mut claims = Claims::new();
        if let Some(From::Header(name)) = self.id {
            let id = head
                .headers()
                .get(name)
                .and_then(|id| MessageId::parse(id.to_str().ok()?));
            claims = id.map_or(claims.clone(), |id| claims.with_unsigned_id(id));
        }
        if let Some(From::Header(name)) = self.event_type {
            let event_type = head
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok());
            claims = event_type.map_or(claims.clone(), |name| claims.with_event_type(name));
        }
        let in_body = |from: Option<From>| match from {
            Some(From::Body(name)) => Some(name),
            Some(From::Header(_)) | None => None,
        };
        let member = match self.place {
            Place::Member(name) => {
                let keys = keys.iter().map(|key| std::sync::Arc::clone(&key.0));
                Some((name, keys.collect()))
            }
            Place::Header(_) | Place::Basic => None,
        };
        Ok((
            claims,
            TokenCheck {
                member,
                id: in_body(self.id),
                event_type: in_body(self.event_type),
            },
        ))
    }

    #[cfg(feature = "testing")]
    fn sign(&self, key: &AcceptedToken, request: &mut Outgoing<'_>) -> Result<(), ConfigError> {
        let name = match self.place {
            Place::Header(name) => name,
            Place::Basic => "authorization",
            Place::Member(name) => {
                let mut body: Value = serde_json::from_slice(request.body).unwrap_or_default();
                if let Value::Object(members) = &mut body {
                    members.insert(name.to_owned(), key.0.as_str().into());
                }
                *request.body = body.to_string().into();
                return Ok(());
            }
        };
        request.set_header(name, &key.0);
        Ok(())
    }

    fn tolerance(&self) -> Option<Duration> {
        None
    }
}

/// Each line of the header has to be an accepted token.
fn check_lines(
    head: &RequestHead<'_>,
    name: &str,
    keys: &[AcceptedToken],
) -> Result<(), RejectionKind> {
    let mut lines = head.headers().get_all(name).iter().peekable();
    if lines.peek().is_none() {
        return Err(RejectionKind::HeaderTokenMissing);
    }
    let all = lines.fold(Choice::from(1), |all, line| {
        all & is_accepted(keys.iter().map(|key| &key.0), line.as_bytes())
    });
    bool::from(all)
        .then_some(())
        .ok_or(RejectionKind::HeaderTokenMismatch)
}

fn is_accepted<'k>(
    keys: impl Iterator<Item = &'k std::sync::Arc<Zeroizing<String>>>,
    token: &[u8],
) -> Choice {
    keys.fold(Choice::from(0), |any, key| {
        any | key.as_bytes().ct_eq(token)
    })
}

impl BodyCheck for TokenCheck {
    fn finish(&mut self, body: &Bytes, mut claims: Claims) -> Result<Claims, Rejection> {
        let reads_body = self.member.is_some() || self.id.is_some() || self.event_type.is_some();
        let members: Value = if reads_body {
            serde_json::from_slice(body).unwrap_or_default()
        } else {
            Value::Null
        };
        if let Some((name, keys)) = &self.member {
            let token = members.get(*name).and_then(Value::as_str);
            let token = token.ok_or(RejectionKind::HeaderTokenMissing)?;
            if !bool::from(is_accepted(keys.iter(), token.as_bytes())) {
                return Err(RejectionKind::HeaderTokenMismatch.into());
            }
        }
        let text = |name: &str| match members.get(name) {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        if let Some(id) = self.id.and_then(text).as_deref().and_then(MessageId::parse) {
            claims = claims.with_unsigned_id(id);
        }
        if let Some(event_type) = self.event_type.and_then(text) {
            claims = claims.with_event_type(&event_type);
        }
        Ok(claims)
    }
}
