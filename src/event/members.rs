//! Reads single members of a JSON object and leaves the others as they are.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::authentic_body::skip_byte_order_mark;

/// The JSON of the member `name` of an object; `None` if it is absent, or if the JSON is no object.
///
/// # Errors
///
/// The body is not JSON, or the member is there twice with different values: nothing decides which one counts.
pub(super) fn member<'b>(
    body: &'b [u8],
    name: &'static str,
) -> Result<Option<&'b RawValue>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(skip_byte_order_mark(body));
    let found = deserializer.deserialize_any(MemberVisitor { name })?;
    deserializer.end()?;
    Ok(found)
}

/// The text of a JSON string; a number is read as its text, anything else is none.
pub(super) fn text(json: &RawValue) -> Option<String> {
    match json.get().as_bytes().first() {
        Some(b'"') => serde_json::from_str(json.get()).ok(),
        Some(b'0'..=b'9' | b'-') => Some(json.get().to_owned()),
        _ => None,
    }
}

struct MemberVisitor {
    name: &'static str,
}

impl<'b> Visitor<'b> for MemberVisitor {
    type Value = Option<&'b RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'b>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found: Option<&RawValue> = None;
        while let Some(is_wanted) = map.next_key_seed(NameSeed(self.name))? {
            if !is_wanted {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let value: &RawValue = map.next_value()?;
            if found.is_some_and(|first| first.get() != value.get()) {
                return Err(A::Error::duplicate_field(self.name));
            }
            found = Some(value);
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'b>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }
}

/// Whether a name is the one that is looked for. Read as bytes: a name of half a surrogate pair is no `str`.
struct NameSeed(&'static str);

impl<'b> DeserializeSeed<'b> for NameSeed {
    type Value = bool;

    fn deserialize<D: Deserializer<'b>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for NameSeed {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_bytes<E>(self, name: &[u8]) -> Result<bool, E> {
        Ok(name == self.0.as_bytes())
    }
}
