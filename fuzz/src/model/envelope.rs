//! Whole envelopes in plain text.

use serde_json::value::RawValue;

use crate::json::{Object, is_null, is_same};

const NAMES: [&str; 6] = [
    "eventType",
    "id",
    "eventId",
    "tenant",
    "isEncrypted",
    "payload",
];

/// Whether a body has to be read or to be rejected, without regard to keys; `None` if there is no model of it.
pub fn is_read(body: &[u8]) -> Option<bool> {
    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    let Some(object) = Object::parse(body) else {
        // A name in it may have half of a surrogate pair.
        let json: Result<&RawValue, _> = serde_json::from_slice(body);
        return match json {
            Ok(json) if json.get().starts_with('{') => None,
            _ => Some(false),
        };
    };
    for name in NAMES {
        let mut values = object.named(name).map(|(_, value)| value);
        if let Some(first) = values.next()
            && values.any(|value| !is_same(first, value))
        {
            return Some(false);
        }
    }
    let sent = |name| {
        let value = object.named(name).next()?.1;
        (!is_null(value)).then_some(value)
    };
    match sent("isEncrypted").map(RawValue::get) {
        None | Some("false") => {}
        // What is encrypted is for the keys to say.
        Some("true") => return None,
        Some(_) => return Some(false),
    }
    // Without a type it may be a ping.
    sent("eventType").map(|event_type| event_type.get().starts_with('"'))
}
