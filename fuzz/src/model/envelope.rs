//! Whole envelopes in plain text.

use tower_webhook::voyado::EventType;

use super::payload;
use crate::json::{Object, text};

const NAMES: [&str; 6] = [
    "eventType",
    "id",
    "eventId",
    "tenant",
    "isEncrypted",
    "payload",
];

/// Whether a body has to be read or to be refused, without regard to keys; `None` if there is no model of it.
pub fn is_read(body: &[u8]) -> Option<bool> {
    let Some(object) = Object::parse(body) else {
        return Some(false);
    };
    if NAMES.iter().any(|name| object.count(name) > 1) {
        return Some(false);
    }
    let sent = |name| object.only(name).filter(|value| value.get() != "null");
    // What is sent as `eventId` beside an `id` is not the id, and may be anything.
    let id = sent("id").or(sent("eventId"));
    let texts = [sent("eventType"), id, sent("tenant")];
    let are_texts = texts
        .into_iter()
        .flatten()
        .all(|value| text(value).is_some());
    if !are_texts {
        return Some(false);
    }
    // Without a type it may be a ping; what is encrypted is for the keys to say.
    let event_type = text(sent("eventType")?)?;
    let is_plain = sent("isEncrypted").is_none_or(|value| value.get() == "false");
    if event_type.is_empty() || !is_plain {
        return None;
    }
    let Ok(event_type) = event_type.parse::<EventType>() else {
        return Some(true);
    };
    let payload = sent("payload").and_then(|payload| Object::parse(payload.get().as_bytes()));
    payload.map_or(Some(false), |payload| {
        payload::is_read(payload::fields(event_type), &payload)
    })
}
