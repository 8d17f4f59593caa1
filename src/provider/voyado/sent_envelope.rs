use std::{borrow::Cow, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{
    Event,
    field::{JsonField, Mismatch, content, is_null, text},
    object::{Conflict, Members, Name, Names, OtherFields, PlainName},
    reading::Reading,
};
use crate::event::DecodeError;

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

static NAMES: Names<6> = Names::new([
    "eventType",
    "id",
    "eventId",
    "tenant",
    "isEncrypted",
    "payload",
]);
const EVENT_TYPE: usize = 0;
const IS_ENCRYPTED: usize = 4;
const PAYLOAD: usize = 5;

type EnvelopeMembers<'de> = Members<'de, 6>;

impl<'de> SentEnvelope<'de> {
    /// Reads an envelope, and in passing its payload, if that fits its type.
    pub(super) fn from_json(json: &'de str) -> Result<Self, DecodeError> {
        let mut found = Found::new();
        if found.read(json, Reading::InPassing).is_err() {
            // Whatever was out of the ordinary, with all of the text at hand it is decided.
            found = Found::new();
            found.read(json, Reading::Whole)?;
        }
        Self::from_found(found)
    }

    /// Takes the members in the order of [`NAMES`].
    fn from_found(found: Found<'de>) -> Result<Self, DecodeError> {
        let Found {
            mut members, event, ..
        } = found;
        let is_encrypted = is_encrypted(&members)?;
        let has_event_type = members.peek(EVENT_TYPE).is_some_and(|sent| !is_null(sent));
        let payload = members.peek(PAYLOAD).unwrap_or(RawValue::NULL);
        let event_type = members.take::<1, _>(event_type);
        if has_event_type && event_type.is_none() {
            return Err(malformed(EVENT_TYPE));
        }
        let id = members.take::<2, _>(String::from_json);
        let tenant = members.take::<1, _>(String::from_json);
        members.take::<1, _>(bool::from_json);
        members.take::<1, _>(Ok);
        Ok(Self {
            event_type: event_type.map(Cow::into_owned),
            id,
            tenant,
            is_encrypted,
            payload: event.map_or(SentPayload::Raw(payload), SentPayload::Read),
            other: members.into_other(),
        })
    }
}

/// What a visitor finds; it is filled in place, since it is too large to be moved from hand to hand.
struct Found<'de> {
    members: EnvelopeMembers<'de>,
    /// The payload, if it was read in passing.
    event: Option<Event>,
    /// The name that has two values, if one has.
    conflict: Option<&'static str>,
}

impl<'de> Found<'de> {
    fn new() -> Self {
        Self {
            members: Members::new(&NAMES),
            event: None,
            conflict: None,
        }
    }

    fn read(&mut self, json: &'de str, reading: Reading) -> Result<(), DecodeError> {
        let mut json = serde_json::Deserializer::from_str(json);
        let visitor = EnvelopeVisitor {
            reading,
            found: &mut *self,
        };
        let read = json.deserialize_map(visitor).and_then(|()| json.end());
        read.map_err(|error| match self.conflict {
            Some(name) => DecodeError::from(error).with_path(name),
            None => error.into(),
        })
    }
}

struct EnvelopeVisitor<'f, 'de> {
    reading: Reading,
    found: &'f mut Found<'de>,
}

impl<'de> Visitor<'de> for EnvelopeVisitor<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an envelope")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Found {
            members,
            event,
            conflict,
        } = self.found;
        while let Some(name) = next_name(&mut map, self.reading)? {
            let is_payload = name.is(NAMES.name(PAYLOAD));
            if is_payload && event.is_some() {
                // To compare the two, the first has to be there as a text.
                return Err(A::Error::duplicate_field(NAMES.name(PAYLOAD)));
            }
            let is_first = is_payload && members.peek(PAYLOAD).is_none();
            let event_type = if is_first && self.reading == Reading::InPassing {
                plain_event_type(members)
            } else {
                None
            };
            if let Some(event_type) = event_type {
                *event = Some(map.next_value_seed(PayloadSeed(&event_type))?);
                continue;
            }
            if let Err(Conflict { name }) = members.insert_only(name, map.next_value()?) {
                *conflict = Some(name);
                return Err(A::Error::custom("one name has two values"));
            }
        }
        Ok(())
    }
}

/// The name of the next member. In passing, one with escapes is an error.
fn next_name<'de, A: MapAccess<'de>>(
    map: &mut A,
    reading: Reading,
) -> Result<Option<Name<'de>>, A::Error> {
    match reading {
        Reading::InPassing => map.next_key_seed(PlainName),
        Reading::Whole => map.next_key().map(|name| name.map(Name::new)),
    }
}

/// The type of the event, once it is known that the payload is not encrypted.
fn plain_event_type<'de>(members: &EnvelopeMembers<'de>) -> Option<Cow<'de, str>> {
    let is_encrypted = members.peek(IS_ENCRYPTED)?;
    let is_plain = matches!(bool::from_json(is_encrypted), Ok(false));
    let sent = members.peek(EVENT_TYPE).filter(|_| is_plain)?;
    event_type(sent).ok()
}

/// A text, which is given as it was written if no `str` can hold it.
fn event_type(json: &RawValue) -> Result<Cow<'_, str>, Mismatch> {
    text(json).or_else(|Mismatch| content(json).map(Cow::Borrowed).ok_or(Mismatch))
}

/// Whether to decrypt is not guessed.
fn is_encrypted(members: &EnvelopeMembers<'_>) -> Result<bool, DecodeError> {
    match members.peek(IS_ENCRYPTED).filter(|sent| !is_null(sent)) {
        Some(sent) => bool::from_json(sent).map_err(|Mismatch| malformed(IS_ENCRYPTED)),
        None => Ok(false),
    }
}

fn malformed(name: usize) -> DecodeError {
    DecodeError::malformed().with_path(NAMES.name(name))
}

/// Reads a payload of the event type that it holds.
struct PayloadSeed<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for PayloadSeed<'_> {
    type Value = Event;

    fn deserialize<D: Deserializer<'de>>(self, payload: D) -> Result<Event, D::Error> {
        Event::from_payload(self.0, payload, Reading::InPassing)
    }
}
