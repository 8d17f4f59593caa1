use std::{borrow::Cow, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{
    Event,
    field::{JsonField, Mismatch, text},
    object::{Members, Name, OtherFields},
};

/// The fields of an envelope as they were sent.
pub(super) struct SentEnvelope<'de> {
    pub(super) event_type: Option<String>,
    pub(super) id: Option<String>,
    pub(super) tenant: Option<String>,
    pub(super) is_encrypted: bool,
    pub(super) payload: SentPayload<'de>,
    pub(super) other: OtherFields,
}

/// The payload of an envelope.
#[expect(
    clippy::large_enum_variant,
    reason = "it lives for one call, on the stack"
)]
pub(super) enum SentPayload<'de> {
    /// Read in passing, since what stood before it said how: most of the body is then looked at once.
    Read(Event),
    /// Not read yet; `null` if there was none.
    Raw(&'de RawValue),
}

impl SentPayload<'_> {
    /// Whether it is there and says something by itself: a text may be encrypted.
    pub(super) fn is_plain(&self) -> bool {
        match self {
            Self::Read(_) => true,
            Self::Raw(payload) => payload.get().starts_with('{'),
        }
    }
}

const NAMES: [&str; 5] = ["eventType", "id", "eventId", "tenant", "isEncrypted"];
const EVENT_TYPE: usize = 0;
const IS_ENCRYPTED: usize = 4;

impl<'de> SentEnvelope<'de> {
    pub(super) fn from_json(json: &'de str) -> Result<Self, serde_json::Error> {
        let mut json = serde_json::Deserializer::from_str(json);
        let sent = json.deserialize_map(EnvelopeVisitor)?;
        json.end()?;
        Ok(sent)
    }

    /// Takes the members in the order of [`NAMES`].
    fn from_members(
        mut members: Members<'de, { NAMES.len() }>,
        payload: SentPayload<'de>,
    ) -> Result<Self, Mismatch> {
        let event_type = members.optional::<1, _>(String::from_json)?;
        let id = members.optional::<2, _>(String::from_json)?;
        let tenant = members.optional::<1, _>(String::from_json)?;
        let is_encrypted = members.optional::<1, _>(bool::from_json)?;
        Ok(Self {
            event_type,
            id,
            tenant,
            is_encrypted: is_encrypted.unwrap_or(false),
            payload,
            other: members.into_other(),
        })
    }
}

struct EnvelopeVisitor;

impl<'de> Visitor<'de> for EnvelopeVisitor {
    type Value = SentEnvelope<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an envelope")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Members::new(&NAMES);
        let mut payload = None;
        while let Some(name) = map.next_key::<Name<'_>>()? {
            if !name.is("payload") {
                members.insert(name, map.next_value()?)?;
                continue;
            }
            let sent = match plain_event_type(&members) {
                Some(event_type) => {
                    SentPayload::Read(map.next_value_seed(PayloadSeed(&event_type))?)
                }
                None => SentPayload::Raw(map.next_value()?),
            };
            if payload.replace(sent).is_some() {
                return Err(A::Error::duplicate_field("payload"));
            }
        }
        let payload = payload.unwrap_or(SentPayload::Raw(RawValue::NULL));
        SentEnvelope::from_members(members, payload).map_err(A::Error::custom)
    }
}

/// The type of the event, once it is known that the payload is not encrypted.
fn plain_event_type<'de>(members: &Members<'de, { NAMES.len() }>) -> Option<Cow<'de, str>> {
    let is_encrypted = members.peek(IS_ENCRYPTED)?;
    let event_type = members.peek(EVENT_TYPE)?;
    match bool::from_json(is_encrypted) {
        Ok(false) => text(event_type).ok(),
        Ok(true) | Err(Mismatch) => None,
    }
}

/// Reads a payload of the event type that it holds.
struct PayloadSeed<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for PayloadSeed<'_> {
    type Value = Event;

    fn deserialize<D: Deserializer<'de>>(self, payload: D) -> Result<Event, D::Error> {
        Event::from_payload(self.0, payload)
    }
}
