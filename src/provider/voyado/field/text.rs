use std::borrow::Cow;

use serde::Serialize;
use serde_json::value::RawValue;

use super::{JsonField, Mismatch};

/// How much longer a text can be when every byte of it is written as an escape.
const LONGEST_ESCAPE: usize = r"\u0000".len();

impl JsonField for String {
    /// Reads a string, or a number as its digits: Voyado's pages do not tell the two apart reliably.
    fn from_json(json: &RawValue) -> Result<Self, Mismatch> {
        if is_number(json) {
            return Ok(json.get().to_owned());
        }
        text(json).map(Cow::into_owned)
    }

    fn to_json(&self) -> impl Serialize {
        self
    }

    #[cfg(feature = "schema")]
    fn schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["string", "number"] })
    }
}

/// Reads what names somebody, which an empty text does not.
pub(in crate::provider::voyado) fn nonempty_text(json: &RawValue) -> Result<String, Mismatch> {
    let text = String::from_json(json)?;
    if text.is_empty() {
        Err(Mismatch)
    } else {
        Ok(text)
    }
}

/// The content of a JSON string, borrowed if it has no escapes.
pub(in crate::provider::voyado) fn text(json: &RawValue) -> Result<Cow<'_, str>, Mismatch> {
    let content = content(json).ok_or(Mismatch)?;
    if !has_escapes(content) {
        return Ok(Cow::Borrowed(content));
    }
    // Half of a surrogate pair passes as raw JSON and fails here, since no `str` can hold it.
    serde_json::from_str(json.get())
        .map(Cow::Owned)
        .map_err(|_| Mismatch)
}

/// What stands between the quotes of a JSON string, as it was written.
pub(in crate::provider::voyado) fn content(json: &RawValue) -> Option<&str> {
    json.get().strip_prefix('"')?.strip_suffix('"')
}

pub(super) fn is_number(json: &RawValue) -> bool {
    json.get()
        .starts_with(|first: char| first == '-' || first.is_ascii_digit())
}

pub(in crate::provider::voyado) fn is_null(json: &RawValue) -> bool {
    json.get() == "null"
}

/// Whether two values are the same text, however it is written, or else the same JSON to the byte.
pub(in crate::provider::voyado) fn is_same(one: &RawValue, other: &RawValue) -> bool {
    let (shorter, longer) = match (one.get().len(), other.get().len()) {
        (one, other) if one < other => (one, other),
        (one, other) => (other, one),
    };
    // A long text with escapes, beside many short ones, is not to be read again for each of them.
    let may_be_same = longer <= shorter.saturating_mul(LONGEST_ESCAPE);
    one.get() == other.get()
        || may_be_same && matches!((text(one), text(other)), (Ok(one), Ok(other)) if one == other)
}

/// Looks at every byte: over texts as short as these, that is faster than a search that can stop.
fn has_escapes(content: &str) -> bool {
    content
        .bytes()
        .fold(0, |found, byte| found | u8::from(byte == b'\\'))
        != 0
}
