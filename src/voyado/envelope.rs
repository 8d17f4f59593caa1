use std::str;

use serde_json::value::RawValue;

use super::{
    Event,
    event::PING,
    field::{JsonField, Mismatch},
    object::{Members, OtherFields},
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
    fn parse(json: &str) -> Result<Self, DecodeError> {
        let fields = Fields::parse(json)?;
        let event_type = match fields.event_type {
            Some(event_type) if !event_type.is_empty() => event_type,
            None if is_bare_ping(&fields.other) => PING.to_owned(),
            _ => return Err(DecodeError::malformed()),
        };
        // Never delivered as it is: a handler must not mistake ciphertext for a payload.
        if fields.is_encrypted {
            return Err(DecodeError::decryption_key_missing());
        }
        let event = Event::from_payload(&event_type, fields.payload.unwrap_or(RawValue::NULL))?;
        Ok(Self {
            event_type,
            id: fields.id,
            tenant: fields.tenant,
            is_encrypted: fields.is_encrypted,
            event,
            other: fields.other,
        })
    }
}

impl WebhookEvent for Envelope {
    fn decode(body: &AuthenticBody<'_>) -> Result<Self, DecodeError> {
        // Checked once for the whole body, so that no slice of it is checked again.
        let json = str::from_utf8(body.as_bytes()).map_err(|_| DecodeError::malformed())?;
        Self::parse(json)
    }
}

/// The fields of an envelope, with the payload as it was sent.
struct Fields<'de> {
    event_type: Option<String>,
    id: Option<String>,
    tenant: Option<String>,
    is_encrypted: bool,
    payload: Option<&'de RawValue>,
    other: OtherFields,
}

impl<'de> Fields<'de> {
    const NAMES: [&'static str; 6] = [
        "eventType",
        "id",
        "eventId",
        "tenant",
        "isEncrypted",
        "payload",
    ];

    fn parse(json: &'de str) -> Result<Self, DecodeError> {
        let mut members = Members::new();
        members.parse(json, &Self::NAMES)?;
        Self::from_members(members).map_err(|Mismatch| DecodeError::malformed())
    }

    /// Takes the members in the order of [`NAMES`](Self::NAMES).
    fn from_members(mut members: Members<'de, 6>) -> Result<Self, Mismatch> {
        Ok(Self {
            event_type: members.optional::<1, _>(JsonField::from_json)?,
            id: members.optional::<2, _>(JsonField::from_json)?,
            tenant: members.optional::<1, _>(JsonField::from_json)?,
            is_encrypted: members
                .optional::<1, _>(JsonField::from_json)?
                .unwrap_or(false),
            payload: members.optional::<1, _>(Ok)?,
            other: members.into_other(),
        })
    }
}

/// Svix's ping is `{"success": true}` and nothing around it.
fn is_bare_ping(other: &OtherFields) -> bool {
    other
        .get("success")
        .is_some_and(|success| bool::from_json(success).is_ok())
}
