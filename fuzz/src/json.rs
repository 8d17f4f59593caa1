//! JSON objects as the list of members that they are.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// The members of an object, in their order, with repeated names.
#[derive(Clone)]
pub struct Object(pub Vec<(String, Box<RawValue>)>);

impl Object {
    /// Reads an object; `None` for anything else, and for one with half of a surrogate pair in a name.
    pub fn parse(text: &[u8]) -> Option<Self> {
        serde_json::from_slice(text).ok()
    }

    /// The one member of that name, in any ASCII case.
    pub fn only(&self, name: &str) -> Option<&RawValue> {
        let mut members = self.named(name);
        let (_, value) = members.next()?;
        members.next().is_none().then_some(value)
    }

    /// Whether there is a member of that name, in any ASCII case.
    pub fn has(&self, name: &str) -> bool {
        self.count(name) > 0
    }

    /// How many members have that name, in any ASCII case.
    pub fn count(&self, name: &str) -> usize {
        self.named(name).count()
    }

    /// Removes the members of that name, in any ASCII case.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(own, _)| !own.eq_ignore_ascii_case(name));
    }

    /// The members of that name, in any ASCII case, as they are written.
    pub fn named(&self, name: &str) -> impl Iterator<Item = (&str, &RawValue)> {
        self.0
            .iter()
            .filter(move |(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(own, value)| (own.as_str(), &**value))
    }
}

/// The content of a JSON string; `None` for anything else.
pub fn text(json: &RawValue) -> Option<String> {
    serde_json::from_str(json.get()).ok()
}

/// Whether a value is `null`.
pub fn is_null(json: &RawValue) -> bool {
    json.get() == "null"
}

/// Whether two values are the same text, or the same JSON to the byte.
pub fn is_same(one: &RawValue, other: &RawValue) -> bool {
    one.get() == other.get() || text(one).is_some() && text(one) == text(other)
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (at, (name, value)) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            let name = serde_json::to_string(name).map_err(|_| fmt::Error)?;
            write!(f, "{comma}{name}:{value}")?;
        }
        f.write_str("}")
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Object(members))
    }
}
