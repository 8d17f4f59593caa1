use std::fmt;

use serde::ser::SerializeMap;
use serde_json::value::RawValue;

/// What is reserved for the first field and those behind it.
const FIRST_TEXT: usize = 256;
const FIRST_ENDS: usize = 8;

/// The fields of an object that have no field of their own here, in the order in which they were sent.
///
/// They are the fields that this crate does not know, a customer's own attributes among them, and behind them what was
/// sent for a known field but is not its value: a value of another type, or a second one under the same name.
///
/// A name with half of a surrogate pair, which no `str` can hold, is given as it was written, with its escapes.
#[derive(Clone, Default)]
pub struct OtherFields {
    /// Name, value, name, value: two allocations for all of them, and not two for each.
    text: String,
    ends: Vec<Ends>,
}

/// Where the name and the value of a field end in the text. The name begins where the field before it ends.
#[derive(Clone, Copy)]
struct Ends {
    name: usize,
    value: usize,
}

impl OtherFields {
    /// The value of the field of that name, without regard to ASCII case; the last one if several match.
    pub fn get(&self, name: &str) -> Option<&RawValue> {
        self.texts()
            .rfind(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| raw(value))
    }

    /// The names, and the values exactly as they were sent.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &RawValue)> + ExactSizeIterator {
        self.texts().map(|(name, value)| (name, raw(value)))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Adds a field whose value is good JSON.
    pub(super) fn push(&mut self, name: &str, value: &str) {
        if self.ends.is_empty() {
            // A customer has more than one attribute, or none.
            self.text.reserve(FIRST_TEXT);
            self.ends.reserve(FIRST_ENDS);
        }
        self.text.push_str(name);
        let name = self.text.len();
        self.text.push_str(value);
        let value = self.text.len();
        self.ends.push(Ends { name, value });
    }

    /// Adds all fields of `others` behind these.
    pub(super) fn append(&mut self, others: Self) {
        if self.is_empty() {
            *self = others;
        } else {
            others
                .texts()
                .for_each(|(name, value)| self.push(name, value));
        }
    }

    /// Gives back the memory that growing took in advance: events are kept in queues.
    pub(super) fn shrink_to_fit(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// The names and values as texts.
    pub(super) fn texts(
        &self,
    ) -> impl DoubleEndedIterator<Item = (&str, &str)> + ExactSizeIterator {
        (0..self.ends.len()).map(|index| {
            let begin = match index.checked_sub(1) {
                Some(before) => self.ends[before].value,
                None => 0,
            };
            let Ends { name, value } = self.ends[index];
            (&self.text[begin..name], &self.text[name..value])
        })
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

impl fmt::Debug for OtherFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.texts()).finish()
    }
}

/// The text was a `RawValue` when it was taken, so it is one again; there is no way around the check without `unsafe`.
fn raw(value: &str) -> &RawValue {
    serde_json::from_str(value).unwrap_or(RawValue::NULL)
}
