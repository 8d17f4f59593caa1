use std::str;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeMap};
use serde_json::value::RawValue;

use super::{
    Event, OtherFields,
    event::PING,
    field::{JsonField, text},
    sent_envelope::{SentEnvelope, SentPayload},
};
use crate::event::{AuthenticBody, DecodeError, WebhookEvent, skip_byte_order_mark};

/// A webhook of Voyado Engage as a whole: the [`Event`] and what was sent around it.
///
/// Svix's `svix.ping` has no envelope; it is an `Envelope` with an [`Event::Ping`] and nothing else known.
///
/// It is serialised as an envelope in plain text, also if it came encrypted, and can be deserialised from one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Envelope {
    /// The type of the event as it was sent.
    /// Documented in [points and vouchers](https://developer.voyado.com/en/webhooks/webhooks-for-points-and-vouchers.html).
    pub event_type: String,
    /// Voyado's id of the event, not the id of the Svix message; if both `id` and `eventId` are sent, `id` counts and
    /// `eventId` is in [`other`](Self::other).
    /// Documented in [points and vouchers](https://developer.voyado.com/en/webhooks/webhooks-for-points-and-vouchers.html),
    /// under either name.
    pub id: Option<String>,
    /// The tenant of Engage that the event comes from, an opaque text.
    /// Documented in [points and vouchers](https://developer.voyado.com/en/webhooks/webhooks-for-points-and-vouchers.html).
    pub tenant: Option<String>,
    /// Whether the payload came encrypted; absent means that it did not.
    /// Documented in [points and vouchers](https://developer.voyado.com/en/webhooks/webhooks-for-points-and-vouchers.html).
    pub is_encrypted: bool,
    /// What happened.
    pub event: Event,
    /// Fields of the envelope that this crate does not know, and known ones of another type.
    pub other: OtherFields,
}

impl Envelope {
    /// Decides what the payload of an envelope is; `open` reads one that is encrypted.
    fn from_sent(
        sent: SentEnvelope<'_>,
        open: impl FnOnce(&str, &RawValue) -> Result<Event, DecodeError>,
    ) -> Result<Self, DecodeError> {
        let event_type = match sent.event_type {
            Some(event_type) => event_type,
            None if is_bare_ping(&sent.other) => PING.to_owned(),
            None => return Err(DecodeError::malformed().with_path("eventType")),
        };
        let event = match sent.payload {
            SentPayload::Read(event) => event,
            // Never delivered as it is: a handler must not mistake ciphertext for a payload.
            SentPayload::Raw(payload) if sent.is_encrypted => open(&event_type, payload)?,
            SentPayload::Raw(payload) => Event::from_raw(&event_type, payload),
        };
        Ok(Self {
            event_type,
            id: sent.id,
            tenant: sent.tenant,
            is_encrypted: sent.is_encrypted,
            event,
            other: sent.other,
        })
    }
}

impl WebhookEvent for Envelope {
    fn decode(body: &AuthenticBody<'_>) -> Result<Self, DecodeError> {
        // Checked once for the whole body, so that no slice of it is checked again.
        let json = str::from_utf8(body.json_bytes()).map_err(|_| DecodeError::malformed())?;
        Self::from_sent(SentEnvelope::from_json(json)?, |event_type, payload| {
            open_payload(body, event_type, payload)
        })
    }

    fn event_type(&self) -> Option<&str> {
        Some(&self.event_type)
    }

    fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }
}

impl WebhookEvent for Event {
    fn decode(body: &AuthenticBody<'_>) -> Result<Self, DecodeError> {
        Envelope::decode(body).map(|envelope| envelope.event)
    }

    fn event_type(&self) -> Option<&str> {
        Some(self.event_type())
    }
}

impl Serialize for Envelope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("eventType", &self.event_type)?;
        if let Some(id) = &self.id {
            map.serialize_entry("id", id)?;
        }
        map.serialize_entry("isEncrypted", &false)?;
        map.serialize_entry("payload", &self.event)?;
        if let Some(tenant) = &self.tenant {
            map.serialize_entry("tenant", tenant)?;
        }
        self.other.serialize_into(&mut map)?;
        map.end()
    }
}

/// From JSON only, with the same tolerance as in a webhook, and in plain text only: an encrypted payload is opened by a
/// [`Receiver`](crate::Receiver) that has the key.
impl<'de> Deserialize<'de> for Envelope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Box::<RawValue>::deserialize(deserializer)?;
        SentEnvelope::from_json(json.get())
            .and_then(|sent| {
                Self::from_sent(sent, |_, _| Err(DecodeError::decryption_key_missing()))
            })
            .map_err(de::Error::custom)
    }
}

/// From the JSON of a whole [`Envelope`] in plain text: a payload alone does not name what happened.
impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Envelope::deserialize(deserializer).map(|envelope| envelope.event)
    }
}

/// Decrypts a payload; what comes out as no JSON was not decrypted.
fn open_payload(
    body: &AuthenticBody<'_>,
    event_type: &str,
    payload: &RawValue,
) -> Result<Event, DecodeError> {
    let sealed = text(payload).unwrap_or_default();
    body.decrypt(&sealed, |plaintext| {
        let json = str::from_utf8(skip_byte_order_mark(plaintext)).ok()?;
        // The usual case, read in one pass.
        let event = Event::from_json(event_type, json).ok();
        let event = event.filter(|event| !matches!(event, Event::Unknown(_)));
        let is_like_envelope = event
            .as_ref()
            .is_none_or(|event| has_event_type(event.other()));
        if is_like_envelope {
            read_plaintext(event_type, json, event)
        } else {
            event
        }
    })
}

/// The `id` of an envelope can be taken for a contact's.
fn has_event_type(other: Option<&OtherFields>) -> bool {
    other.is_some_and(|other| other.get("eventType").is_some())
}

/// Reads a plaintext that is not just the payload of a known event, or else is the `event`: it may be a whole envelope, or
/// no JSON.
fn read_plaintext(event_type: &str, json: &str, event: Option<Event>) -> Option<Event> {
    let json: &RawValue = serde_json::from_str(json).ok()?;
    let Some((payload, id)) = nested_payload(event_type, json) else {
        return Some(event.unwrap_or_else(|| Event::from_raw(event_type, json)));
    };
    let nested = match payload {
        SentPayload::Read(event) => event,
        SentPayload::Raw(payload) => Event::from_raw(event_type, payload),
    };
    // With `isEncrypted` beside it, an `id` is the envelope's, and that of no contact.
    let is_id_of_envelope = |event: &Event| {
        let other = event.other();
        event.contact_id() == id.as_deref()
            && other.is_some_and(|other| other.get("isEncrypted").is_some())
    };
    let event = event.filter(|event| !is_id_of_envelope(event));
    Some(match (nested, event) {
        (Event::Unknown(_), Some(event)) => event,
        (nested, _) => nested,
    })
}

/// The payload and the id of a plaintext that is a whole envelope, which Voyado's pages do not rule out. It has to be one without a
/// doubt: what only looks like an envelope is a payload, of which nothing may be lost.
fn nested_payload<'a>(
    event_type: &str,
    json: &'a RawValue,
) -> Option<(SentPayload<'a>, Option<String>)> {
    let sent = SentEnvelope::from_json(json.get()).ok()?;
    let is_the_same = sent.event_type.as_deref() == Some(event_type);
    (is_the_same && sent.payload.is_plain()).then_some((sent.payload, sent.id))
}

/// Svix's ping is `{"success": true}` and nothing around it.
fn is_bare_ping(other: &OtherFields) -> bool {
    other
        .get("success")
        .is_some_and(|success| bool::from_json(success).is_ok())
}
