use std::str;

use super::{
    Event, OtherFields,
    event::PING,
    field::JsonField,
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

impl Envelope {
    fn from_json(json: &str) -> Result<Self, DecodeError> {
        let sent = SentEnvelope::from_json(json)?;
        let event_type = match sent.event_type {
            Some(event_type) if !event_type.is_empty() => event_type,
            None if is_bare_ping(&sent.other) => PING.to_owned(),
            _ => return Err(DecodeError::malformed()),
        };
        // Never delivered as it is: a handler must not mistake ciphertext for a payload.
        if sent.is_encrypted {
            return Err(DecodeError::decryption_key_missing());
        }
        let event = match sent.payload {
            SentPayload::Read(event) => event,
            // Where in the payload the error is would be mistaken for where in the body.
            SentPayload::Raw(payload) => {
                Event::from_payload(&event_type, payload).map_err(|_| DecodeError::malformed())?
            }
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
        let json = str::from_utf8(body.as_bytes()).map_err(|_| DecodeError::malformed())?;
        Self::from_json(json)
    }
}

impl WebhookEvent for Event {
    fn decode(body: &AuthenticBody<'_>) -> Result<Self, DecodeError> {
        Envelope::decode(body).map(|envelope| envelope.event)
    }
}

/// Svix's ping is `{"success": true}` and nothing around it.
fn is_bare_ping(other: &OtherFields) -> bool {
    other
        .get("success")
        .is_some_and(|success| bool::from_json(success).is_ok())
}
