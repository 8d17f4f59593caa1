use std::borrow::Cow;

use serde::Serialize;
use serde_json::value::RawValue;

use super::{JsonField, Mismatch};

impl JsonField for String {
    fn from_json(json: &RawValue) -> Result<Self, Mismatch> {
        text(json).map(Cow::into_owned)
    }

    fn to_json(&self) -> impl Serialize {
        self
    }
}

/// The content of a JSON string, borrowed if it has no escapes.
pub(in crate::provider::voyado) fn text(json: &RawValue) -> Result<Cow<'_, str>, Mismatch> {
    let content = json
        .get()
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .ok_or(Mismatch)?;
    if !has_escapes(content) {
        return Ok(Cow::Borrowed(content));
    }
    // Half of a surrogate pair passes as raw JSON and fails here.
    serde_json::from_str(json.get())
        .map(Cow::Owned)
        .map_err(|_| Mismatch)
}

/// Looks at every byte: over texts as short as these, that is faster than a search that can stop.
fn has_escapes(content: &str) -> bool {
    content
        .bytes()
        .fold(0, |found, byte| found | u8::from(byte == b'\\'))
        != 0
}
