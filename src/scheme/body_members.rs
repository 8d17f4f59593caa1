//! Ids, types and times that stand in the body: read from a verified body, in one pass that builds nothing else.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Claims, TimeFormat};
use crate::{
    error::rejection::RejectionKind,
    message::{MessageId, Timestamp, message_id::MessageIdText, short_text::ShortText},
};

/// The members that are read, by their paths.
#[derive(Debug, Default)]
pub(super) struct BodyMembers {
    wanted: Vec<Wanted>,
}

#[derive(Debug)]
struct Wanted {
    path: Vec<Box<str>>,
    member: Member,
}

#[derive(Clone, Copy, Debug)]
enum Member {
    Id,
    EventType,
    Timestamp(TimeFormat),
}

/// What was found so far.
#[derive(Default)]
struct Found {
    id: Option<MessageId>,
    event_type: Option<ShortText>,
    timestamp: Option<Timestamp>,
}

impl BodyMembers {
    /// Paths of names joined with dots.
    pub(super) fn new(
        id: Option<&str>,
        event_type: Option<&str>,
        timestamp: Option<(&str, TimeFormat)>,
    ) -> Self {
        let id = id.map(|path| (path, Member::Id));
        let event_type = event_type.map(|path| (path, Member::EventType));
        let timestamp = timestamp.map(|(path, format)| (path, Member::Timestamp(format)));
        let wanted = [id, event_type, timestamp]
            .into_iter()
            .flatten()
            .map(|(path, member)| Wanted {
                path: path.split('.').map(Box::from).collect(),
                member,
            })
            .collect();
        Self { wanted }
    }

    /// Adds the claims of a verified body to those of its head.
    ///
    /// An id or a type that is not there is none, since no genuine request is rejected for it; a time that is not there is
    /// a rejection, since nothing else says how old the request is.
    #[inline]
    pub(super) fn add_to(&self, claims: &mut Claims, body: &[u8]) -> Result<(), RejectionKind> {
        if self.wanted.is_empty() {
            return Ok(());
        }
        self.read_into(claims, body)
    }

    fn read_into(&self, claims: &mut Claims, body: &[u8]) -> Result<(), RejectionKind> {
        // A byte order mark may stand before JSON (RFC 8259, section 8.1).
        let json = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let mut found = Found::default();
        let mut deserializer = serde_json::Deserializer::from_slice(json);
        let all = Position {
            wanted: &self.wanted,
            depth: 0,
            on_path: ALL,
            found: &mut found,
        };
        let is_json = all.deserialize(&mut deserializer).is_ok() && deserializer.end().is_ok();
        if !is_json {
            found = Found::default();
        }
        if found.id.is_some() {
            (claims.id, claims.id_is_signed) = (found.id, true);
        }
        if found.event_type.is_some() {
            claims.event_type = found.event_type;
        }
        match found.timestamp {
            Some(timestamp) => claims.timestamp = Some(timestamp),
            None if self.has_timestamp() => return Err(RejectionKind::MalformedTimestamp),
            None => {}
        }
        Ok(())
    }

    /// Whether the time of a request stands in its body.
    pub(super) fn has_timestamp(&self) -> bool {
        self.wanted
            .iter()
            .any(|wanted| matches!(wanted.member, Member::Timestamp(_)))
    }
}

/// A set of the wanted members, a bit for each.
type Set = u8;
const ALL: Set = Set::MAX;

/// A value in the document: `depth` names deep, on the paths of `on_path`.
struct Position<'p> {
    wanted: &'p [Wanted],
    depth: usize,
    on_path: Set,
    found: &'p mut Found,
}

impl Position<'_> {
    /// The paths that go on with this name.
    fn paths_through(&self, name: &str) -> Set {
        let mut through = 0;
        for (number, wanted) in self.wanted.iter().enumerate() {
            let next = wanted.path.get(self.depth);
            if next.is_some_and(|next| **next == *name) {
                through |= 1 << number;
            }
        }
        through & self.on_path
    }

    /// Takes a text for the paths that end here. Of a repeated member the last counts, as with most readers of JSON.
    fn take(self, text: &str) {
        for (number, wanted) in self.wanted.iter().enumerate() {
            if self.on_path & (1 << number) == 0 || wanted.path.len() != self.depth {
                continue;
            }
            match wanted.member {
                Member::Id => {
                    let id = MessageIdText::parse(text.as_bytes(), None);
                    self.found.id = id.map(MessageId::from);
                }
                Member::EventType => self.found.event_type = Some(text.into()),
                Member::Timestamp(format) => {
                    self.found.timestamp = format.parse(text.as_bytes());
                }
            }
        }
    }
}

impl<'de> DeserializeSeed<'de> for Position<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.on_path == 0 {
            deserializer.deserialize_ignored_any(IgnoredAny).map(drop)
        } else {
            deserializer.deserialize_any(self)
        }
    }
}

impl<'de> Visitor<'de> for Position<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(on_path) = map.next_key_seed(Name(&self))? {
            map.next_value_seed(Position {
                wanted: self.wanted,
                depth: self.depth + 1,
                on_path,
                found: self.found,
            })?;
        }
        Ok(())
    }

    /// There is one signature and many events in an array: none of them names the request.
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.take(text);
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.take(itoa::Buffer::new().format(number));
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.take(itoa::Buffer::new().format(number));
        Ok(())
    }

    fn visit_f64<E>(self, _number: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _value: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// The name of a member: which paths go on with it.
struct Name<'p, 'f>(&'p Position<'f>);

impl<'de> DeserializeSeed<'de> for Name<'_, '_> {
    type Value = Set;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Set, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_, '_> {
    type Value = Set;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E>(self, name: &str) -> Result<Set, E> {
        Ok(self.0.paths_through(name))
    }
}
