use std::{borrow::Cow, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{
    Event,
    field::{JsonField, Mismatch, content, is_null, text},
    object::{Members, Name, OtherFields},
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

const NAMES: [&str; 6] = [
    "eventType",
    "id",
    "eventId",
    "tenant",
    "isEncrypted",
    "payload",
];
const EVENT_TYPE: usize = 0;
const IS_ENCRYPTED: usize = 4;
const PAYLOAD: usize = 5;

type EnvelopeMembers<'de> = Members<'de, { NAMES.len() }>;

impl<'de> SentEnvelope<'de> {
    /// Reads an envelope, and in passing its payload, if that fits its type.
    pub(super) fn from_json(json: &'de str) -> Result<Self, DecodeError> {
        match visit(json, true) {
            Ok((members, event)) => Self::from_members(members, event),
            // Whatever was out of the ordinary, with all of the text at hand it is decided.
            Err(_) => visit(json, false).and_then(|(members, _)| Self::from_members(members, None)),
        }
    }

    /// Takes the members in the order of [`NAMES`].
    fn from_members(
        mut members: EnvelopeMembers<'de>,
        event: Option<Event>,
    ) -> Result<Self, DecodeError> {
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

/// Reads the members of an envelope, and the event if its payload is read in passing.
fn visit(
    json: &str,
    in_passing: bool,
) -> Result<(EnvelopeMembers<'_>, Option<Event>), DecodeError> {
    let mut conflict = None;
    let visitor = EnvelopeVisitor {
        in_passing,
        conflict: &mut conflict,
    };
    let mut json = serde_json::Deserializer::from_str(json);
    let sent = json
        .deserialize_map(visitor)
        .and_then(|sent| json.end().map(|()| sent));
    sent.map_err(|error| match conflict {
        Some(name) => DecodeError::from(error).with_path(name),
        None => error.into(),
    })
}

struct EnvelopeVisitor<'c> {
    in_passing: bool,
    /// The name that has two values, if one has.
    conflict: &'c mut Option<&'static str>,
}

impl<'de> Visitor<'de> for EnvelopeVisitor<'_> {
    type Value = (EnvelopeMembers<'de>, Option<Event>);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an envelope")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Members::new(&NAMES);
        let mut event = None;
        while let Some(name) = map.next_key().map(|name| name.map(Name::new))? {
            let is_payload = name.is(NAMES[PAYLOAD]);
            if is_payload && event.is_some() {
                // To compare the two, the first has to be there as a text.
                return Err(A::Error::duplicate_field(NAMES[PAYLOAD]));
            }
            let is_first = is_payload && members.peek(PAYLOAD).is_none();
            let event_type = plain_event_type(&members).filter(|_| is_first && self.in_passing);
            if let Some(event_type) = event_type {
                event = Some(map.next_value_seed(PayloadSeed(&event_type))?);
                continue;
            }
            let known = NAMES.into_iter().find(|known| name.is(known));
            if members.insert_only(name, map.next_value()?).is_err() {
                *self.conflict = known;
                return Err(A::Error::custom("one name has two values"));
            }
        }
        Ok((members, event))
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
    DecodeError::malformed().with_path(NAMES[name])
}

/// Reads a payload of the event type that it holds.
struct PayloadSeed<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for PayloadSeed<'_> {
    type Value = Event;

    fn deserialize<D: Deserializer<'de>>(self, payload: D) -> Result<Event, D::Error> {
        Event::from_payload(self.0, payload)
    }
}
