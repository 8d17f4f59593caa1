use std::str;

use serde_json::value::RawValue;

use super::{
    Event, OtherFields,
    event::PING,
    field::{JsonField, text},
    sent_envelope::{SentEnvelope, SentPayload},
};
use crate::event::{AuthenticBody, DecodeError, WebhookEvent};

/// A webhook of Voyado Engage as a whole: the [`Event`] and what was sent around it.
///
/// Svix's `svix.ping` has no envelope; it is an `Envelope` with an [`Event::Ping`] and nothing else known.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Envelope {
    /// The type of the event as it was sent. Documented.
    pub event_type: String,
    /// Voyado's id of the event, not the id of the Svix message. Documented both as `id` and as `eventId`;
    /// if both are sent, `id` counts and `eventId` is in [`other`](Self::other).
    pub id: Option<String>,
    /// The tenant of Engage that the event comes from, an opaque text. Documented.
    pub tenant: Option<String>,
    /// Whether the payload came encrypted. Documented; absent means that it did not.
    pub is_encrypted: bool,
    /// What happened.
    pub event: Event,
    /// Fields of the envelope that this crate does not know.
    pub other: OtherFields,
}

impl WebhookEvent for Envelope {
    fn decode(body: &AuthenticBody<'_>) -> Result<Self, DecodeError> {
        // Checked once for the whole body, so that no slice of it is checked again.
        let json = str::from_utf8(body.as_bytes()).map_err(|_| DecodeError::malformed())?;
        let sent = SentEnvelope::from_json(json)?;
        let event_type = match sent.event_type {
            Some(event_type) if !event_type.is_empty() => event_type,
            None if is_bare_ping(&sent.other) => PING.to_owned(),
            _ => return Err(DecodeError::malformed()),
        };
        let event = match sent.payload {
            SentPayload::Read(event) => event,
            // Never delivered as it is: a handler must not mistake ciphertext for a payload.
            SentPayload::Raw(payload) if sent.is_encrypted => {
                open_payload(body, &event_type, payload)?
            }
            SentPayload::Raw(payload) => read_payload(&event_type, payload)?,
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

/// Where in a payload an error is would be mistaken for where in the body it is.
fn read_payload(event_type: &str, payload: &RawValue) -> Result<Event, DecodeError> {
    Event::from_payload(event_type, payload).map_err(|_| DecodeError::malformed())
}

/// Decrypts a payload; what comes out as no JSON was not decrypted.
fn open_payload(
    body: &AuthenticBody<'_>,
    event_type: &str,
    payload: &RawValue,
) -> Result<Event, DecodeError> {
    let sealed = text(payload).unwrap_or_default();
    body.decrypt(&sealed, |plaintext| {
        let json = str::from_utf8(plaintext).ok()?;
        match Event::from_json(event_type, json) {
            Ok(Event::Unknown(_)) | Err(_) => read_plaintext(event_type, json),
            // The usual case, read in one pass.
            Ok(event) => Some(Ok(event)),
        }
    })?
}

/// Reads a plaintext that is not the payload of a known event: it may be a whole envelope, or no JSON.
fn read_plaintext(event_type: &str, json: &str) -> Option<Result<Event, DecodeError>> {
    let json: &RawValue = serde_json::from_str(json).ok()?;
    Some(match nested_payload(event_type, json) {
        Some(SentPayload::Read(event)) => Ok(event),
        Some(SentPayload::Raw(payload)) => read_payload(event_type, payload),
        None => read_payload(event_type, json),
    })
}

/// The payload of a plaintext that is a whole envelope, which Voyado's pages do not rule out. It has to be one without a
/// doubt: what only looks like an envelope is a payload, of which nothing may be lost.
fn nested_payload<'a>(event_type: &str, json: &'a RawValue) -> Option<SentPayload<'a>> {
    let sent = SentEnvelope::from_json(json.get()).ok()?;
    let is_the_same = sent.event_type.as_deref() == Some(event_type);
    (is_the_same && sent.payload.is_plain()).then_some(sent.payload)
}

/// Svix's ping is `{"success": true}` and nothing around it.
fn is_bare_ping(other: &OtherFields) -> bool {
    other
        .get("success")
        .is_some_and(|success| bool::from_json(success).is_ok())
}
