use serde::ser::SerializeMap;
use serde_json::value::RawValue;

/// The fields of an object that have no field of their own here, in the order in which they were sent.
///
/// They are the fields that this crate does not know, a customer's own attributes among them, and the
/// inferred ones whose value is not of the type that was inferred.
#[derive(Clone, Debug, Default)]
pub struct OtherFields {
    fields: Vec<(String, Box<RawValue>)>,
}

impl OtherFields {
    /// The value of the field of that name, without regard to ASCII case; the last one if several match.
    pub fn get(&self, name: &str) -> Option<&RawValue> {
        self.iter()
            .rfind(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The names and values as they were sent.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &RawValue)> + ExactSizeIterator {
        self.fields
            .iter()
            .map(|(name, value)| (name.as_str(), &**value))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    pub(super) fn push(&mut self, name: String, value: Box<RawValue>) {
        self.fields.push((name, value));
    }

    /// Writes them behind the fields of the object they belong to.
    pub(in crate::provider::voyado) fn serialize_into<M: SerializeMap>(
        &self,
        map: &mut M,
    ) -> Result<(), M::Error> {
        self.iter()
            .try_for_each(|(name, value)| map.serialize_entry(name, value))
    }
}
