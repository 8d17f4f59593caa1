//! Senders whose signature stands in the body, which is parsed to find it: Mailgun, Adyen. Zettle's is in a header, over
//! two members of the body.

use bytes::Bytes;
use http::HeaderName;
use serde::Deserialize;
use serde_json::Value;
#[cfg(feature = "testing")]
use serde_json::json;

use super::{
    preset::{KeyKind, Preset, VerifiedAgainst},
    support::{MacKey, SharedKey, any_matches, members, only_value},
};
#[cfg(feature = "testing")]
use crate::scheme::Outgoing;
use crate::{
    crypto::{Algorithm, Encoding},
    error::{ConfigError, Rejection, RejectionKind},
    message::{MessageId, RequestHead, Timestamp},
    scheme::{BodyCheck, Claims, CustomScheme, Scheme},
};

pub(super) const MAILGUN: Preset = Preset::declared(
    "mailgun",
    "Mailgun (event data unsigned)",
    KeyKind::Secret,
    VerifiedAgainst::RuleOnly,
    |_| Ok(mailgun_event_data_unsigned()),
);
pub(super) const ADYEN: Preset = Preset::declared(
    "adyen",
    "Adyen (standard)",
    KeyKind::Secret,
    VerifiedAgainst::Sdk,
    |_| Ok(adyen()),
);
pub(super) const ZETTLE: Preset = Preset::declared(
    "zettle",
    "Zettle",
    KeyKind::Secret,
    VerifiedAgainst::RuleOnly,
    |_| Ok(zettle()),
);

const ZETTLE_SIGNATURE: &str = "x-izettle-signature";
/// Most items of a notification of Adyen, which sends up to six.
const MAX_ITEMS: usize = 64;

/// Mailgun. **The event data is not signed**: anyone who reads one request can send any other event with its signature, until
/// that is too old.
///
/// Signs timestamp and token with HMAC-SHA256, in the member `signature` of the body as hexadecimal digits. The token is
/// the id: it is signed, and the same message never comes with another. The event type, `event` in `event-data`, is not signed.
///
/// No vector is published: verified against the documented rule only.
///
/// - <https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks>
pub fn mailgun_event_data_unsigned() -> Scheme {
    Scheme::custom(InBody {
        name: "mailgun",
        kind: Kind::Mailgun,
    })
}

/// Adyen's standard webhooks.
///
/// Signs eight fields of each item with HMAC-SHA256, in `additionalData.hmacSignature` of the item as base64. Every item is
/// verified, and one that does not verify rejects the request. The key is hexadecimal digits, decoded. **What is not among the
/// eight fields is not signed.**
///
/// There is no id of the delivery and no signed time: only an idempotency store keeps a captured request from being handled
/// twice. The event type is `eventCode` of the first item. The response is to be `[accepted]`, which is the handler's.
///
/// Verified against vectors of an SDK.
///
/// - <https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures>
/// - <https://github.com/Adyen/adyen-python-api-library>
pub fn adyen() -> Scheme {
    Scheme::custom(InBody {
        name: "adyen",
        kind: Kind::Adyen,
    })
}

/// Zettle.
///
/// Signs the members `timestamp` and `payload` of the body with HMAC-SHA256, in `X-iZettle-Signature` as hexadecimal digits.
/// **Other members, the event's name among them, are not signed.** Whether the time is that of the attempt is not documented,
/// and the sender retries for days, so it decides nothing: only an idempotency store keeps a captured request from being
/// handled twice.
///
/// No vector is published: verified against the documented rule only.
///
/// - <https://github.com/iZettle/api-documentation/blob/master/pusher-api/user-guides/verify-webhook-signatures.md>
pub fn zettle() -> Scheme {
    Scheme::custom(InBody {
        name: "zettle",
        kind: Kind::Zettle,
    })
}

struct InBody {
    name: &'static str,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Mailgun,
    Adyen,
    Zettle,
}

/// What follows the head.
pub(super) struct InBodyCheck {
    kind: Kind,
    keys: Vec<SharedKey>,
    signature: Vec<u8>,
}

impl CustomScheme for InBody {
    type Key = SharedKey;
    type Check = InBodyCheck;

    fn name(&self) -> &str {
        self.name
    }

    fn headers(&self) -> Vec<HeaderName> {
        match self.kind {
            Kind::Zettle => vec![HeaderName::from_static(ZETTLE_SIGNATURE)],
            Kind::Mailgun | Kind::Adyen => Vec::new(),
        }
    }

    fn key(&self, text: &str) -> Result<SharedKey, ConfigError> {
        match self.kind {
            Kind::Adyen => MacKey::of_hex(Algorithm::HmacSha256, text),
            Kind::Mailgun | Kind::Zettle => MacKey::of_text(Algorithm::HmacSha256, text),
        }
        .map(SharedKey::new)
    }

    fn check_head(
        &self,
        head: &RequestHead<'_>,
        keys: &[SharedKey],
    ) -> Result<(Claims, InBodyCheck), Rejection> {
        let mut signature = Vec::new();
        if let Kind::Zettle = self.kind {
            let decoded = Encoding::Hex.decode(only_value(head, ZETTLE_SIGNATURE)?);
            let decoded = decoded.ok_or(RejectionKind::SignatureMismatch)?;
            signature = decoded.as_bytes().to_vec();
        }
        Ok((
            Claims::new(),
            InBodyCheck {
                kind: self.kind,
                keys: keys.to_vec(),
                signature,
            },
        ))
    }

    #[cfg(feature = "testing")]
    fn sign(&self, key: &SharedKey, request: &mut Outgoing<'_>) -> Result<(), ConfigError> {
        let mut body: Value = serde_json::from_slice(request.body).unwrap_or_default();
        if !body.is_object() {
            body = json!({});
        }
        match self.kind {
            Kind::Mailgun => {
                let timestamp = request.timestamp.to_string();
                let token = request.id.map_or("token", MessageId::as_str);
                let tag = key.tag(&[timestamp.as_bytes(), token.as_bytes()]);
                body["signature"] = json!({
                    "timestamp": timestamp,
                    "token": token,
                    "signature": Encoding::Hex.encode(&tag),
                });
            }
            Kind::Adyen => {
                if !body["notificationItems"].is_array() {
                    body["notificationItems"] = json!([{ "NotificationRequestItem": {} }]);
                }
                for item in body["notificationItems"]
                    .as_array_mut()
                    .into_iter()
                    .flatten()
                {
                    let item = &mut item["NotificationRequestItem"];
                    let tag = key.tag(&[adyen_text(item).as_bytes()]);
                    item["additionalData"]["hmacSignature"] = Encoding::Base64.encode(&tag).into();
                }
            }
            Kind::Zettle => {
                for (name, default) in [
                    ("timestamp", request.timestamp.to_string()),
                    ("payload", "{}".to_owned()),
                ] {
                    if !body[name].is_string() {
                        body[name] = default.into();
                    }
                }
                let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
                let tag = key.tag(&[
                    text("timestamp").as_bytes(),
                    b".",
                    text("payload").as_bytes(),
                ]);
                request.set_header(ZETTLE_SIGNATURE, &Encoding::Hex.encode(&tag));
            }
        }
        *request.body = body.to_string().into();
        Ok(())
    }

    fn has_signed_timestamp(&self) -> bool {
        matches!(self.kind, Kind::Mailgun)
    }
}

impl BodyCheck for InBodyCheck {
    fn finish(&mut self, body: &Bytes, claims: Claims) -> Result<Claims, Rejection> {
        match self.kind {
            Kind::Mailgun => self.mailgun(body, claims),
            Kind::Adyen => self.adyen(body, claims),
            Kind::Zettle => self.zettle(body, claims),
        }
    }
}

impl InBodyCheck {
    fn mailgun(&self, body: &Bytes, mut claims: Claims) -> Result<Claims, Rejection> {
        #[derive(Deserialize)]
        struct Body {
            signature: Signature,
            #[serde(rename = "event-data", default)]
            event_data: Value,
        }
        #[derive(Deserialize)]
        struct Signature {
            timestamp: String,
            token: String,
            #[serde(rename = "signature")]
            tag: String,
        }
        let Body {
            signature,
            event_data,
        } = members(body)?;
        let parts = [signature.timestamp.as_bytes(), signature.token.as_bytes()];
        self.verify(&parts, Encoding::Hex, &signature.tag)?;
        // The two run together, so that a digit could move from one to the other: the lengths are fixed by what they are.
        let timestamp = Timestamp::parse(signature.timestamp.as_bytes())
            .ok_or(RejectionKind::MalformedTimestamp)?;
        claims = claims.with_timestamp(timestamp);
        if let Some(token) = MessageId::parse(&signature.token) {
            claims = claims.with_signed_id(token);
        }
        if let Some(event) = event_data.get("event").and_then(Value::as_str) {
            claims = claims.with_event_type(event);
        }
        Ok(claims)
    }

    fn adyen(&self, body: &Bytes, mut claims: Claims) -> Result<Claims, Rejection> {
        let body: Value = members(body)?;
        let items = body.get("notificationItems").and_then(Value::as_array);
        let items = items
            .filter(|items| (1..=MAX_ITEMS).contains(&items.len()))
            .ok_or(RejectionKind::SignatureMismatch)?;
        for item in items {
            let item = item
                .get("NotificationRequestItem")
                .ok_or(RejectionKind::SignatureMismatch)?;
            let signature = item
                .pointer("/additionalData/hmacSignature")
                .and_then(Value::as_str)
                .ok_or(RejectionKind::SignatureMismatch)?;
            self.verify(&[adyen_text(item).as_bytes()], Encoding::Base64, signature)?;
        }
        let code = body.pointer("/notificationItems/0/NotificationRequestItem/eventCode");
        if let Some(code) = code.and_then(Value::as_str) {
            claims = claims.with_event_type(code);
        }
        Ok(claims)
    }

    fn zettle(&self, body: &Bytes, mut claims: Claims) -> Result<Claims, Rejection> {
        let body: Value = members(body)?;
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let (Some(timestamp), Some(payload)) = (text("timestamp"), text("payload")) else {
            return Err(RejectionKind::SignatureMismatch.into());
        };
        let parts = [timestamp.as_bytes(), b".", payload.as_bytes()];
        if !any_matches(&self.keys, &parts, &self.signature) {
            return Err(RejectionKind::SignatureMismatch.into());
        }
        if let Some(id) = text("messageId").and_then(MessageId::parse) {
            claims = claims.with_unsigned_id(id);
        }
        if let Some(name) = text("eventName") {
            claims = claims.with_event_type(name);
        }
        Ok(claims)
    }

    fn verify(
        &self,
        parts: &[&[u8]],
        encoding: Encoding,
        signature: &str,
    ) -> Result<(), RejectionKind> {
        let signature = encoding
            .decode(signature.as_bytes())
            .ok_or(RejectionKind::SignatureMismatch)?;
        any_matches(&self.keys, parts, signature.as_bytes())
            .then_some(())
            .ok_or(RejectionKind::SignatureMismatch)
    }
}

/// The eight fields with colons between them; a missing one is empty, and nothing is escaped.
fn adyen_text(item: &Value) -> String {
    const FIELDS: [&str; 8] = [
        "/pspReference",
        "/originalReference",
        "/merchantAccountCode",
        "/merchantReference",
        "/amount/value",
        "/amount/currency",
        "/eventCode",
        "/success",
    ];
    let fields = FIELDS.map(|field| match item.pointer(field) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    });
    fields.join(":")
}
