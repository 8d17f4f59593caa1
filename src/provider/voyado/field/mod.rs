//! What a field of a payload can hold.

mod date_time;
mod decimal;
mod identifier;
mod integer;
mod text;

pub use date_time::DateTime;
pub(super) use date_time::date_or_date_time;
pub use identifier::Identifier;
pub(super) use text::{content, is_null, is_same, nonempty_text, text};

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Serialize,
    de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::reading::{Reading, in_passing_or_whole};

/// How many items an array can have that is read as a list. An item of three bytes, `{},`, takes hundreds as a struct:
/// what is longer than any list of Voyado's is kept as text.
const MAX_ITEMS: usize = 1_000;

/// A type that a field can have.
///
/// It reads the JSON text instead of implementing `Deserialize`: the text of a number is exact, and a value
/// of another type is still there to be kept.
pub(super) trait JsonField: Sized {
    /// Reads the value of a field that is neither absent nor `null`.
    fn from_json(json: &RawValue) -> Result<Self, Mismatch>;

    /// The same from JSON that is borrowed, for what need not be kept if it is of another type. An object within it is read
    /// as `reading` says.
    fn deserialize_json<'de, D: Deserializer<'de>>(
        json: D,
        _reading: Reading,
    ) -> Result<Self, D::Error> {
        let json = <&RawValue>::deserialize(json)?;
        Self::from_json(json).map_err(|Mismatch| D::Error::custom("another type"))
    }

    /// What to write as the value of the field.
    fn to_json(&self) -> impl Serialize;

    /// What is read, `null` aside.
    #[cfg(feature = "schema")]
    fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema;
}

/// The JSON is valid, but of another type than the field's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mismatch;

impl JsonField for bool {
    fn from_json(json: &RawValue) -> Result<Self, Mismatch> {
        json.get().parse().map_err(|_| Mismatch)
    }

    fn to_json(&self) -> impl Serialize {
        self
    }

    #[cfg(feature = "schema")]
    fn schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "boolean" })
    }
}

impl JsonField for Box<RawValue> {
    fn from_json(json: &RawValue) -> Result<Self, Mismatch> {
        Ok(json.to_owned())
    }

    fn to_json(&self) -> impl Serialize {
        self
    }

    #[cfg(feature = "schema")]
    fn schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({})
    }
}

impl<T: JsonField + Serialize> JsonField for Vec<T> {
    fn from_json(json: &RawValue) -> Result<Self, Mismatch> {
        in_passing_or_whole(|reading| json.deserialize_seq(ItemsVisitor::new(reading)))
            .map_err(|_| Mismatch)
    }

    fn to_json(&self) -> impl Serialize {
        self
    }

    #[cfg(feature = "schema")]
    fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let items = T::schema(generator);
        schemars::json_schema!({ "type": "array", "items": items, "maxItems": MAX_ITEMS })
    }
}

struct ItemsVisitor<T> {
    reading: Reading,
    items: PhantomData<T>,
}

impl<T> ItemsVisitor<T> {
    fn new(reading: Reading) -> Self {
        let items = PhantomData;
        Self { reading, items }
    }
}

impl<'de, T: JsonField> Visitor<'de> for ItemsVisitor<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at most {MAX_ITEMS} items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(ItemSeed::new(self.reading))? {
            if items.len() == MAX_ITEMS {
                return Err(A::Error::invalid_length(MAX_ITEMS + 1, &self));
            }
            items.push(item);
        }
        Ok(items)
    }
}

struct ItemSeed<T> {
    reading: Reading,
    item: PhantomData<T>,
}

impl<T> ItemSeed<T> {
    fn new(reading: Reading) -> Self {
        let item = PhantomData;
        Self { reading, item }
    }
}

impl<'de, T: JsonField> DeserializeSeed<'de> for ItemSeed<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, item: D) -> Result<T, D::Error> {
        T::deserialize_json(item, self.reading)
    }
}
