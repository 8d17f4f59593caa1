use serde::Serialize;
use serde_json::value::RawValue;

use super::{JsonField, Mismatch, text::text};

impl JsonField for i64 {
    /// Reads a number without a fraction or an exponent, or a string with one.
    fn from_json(json: &RawValue) -> Result<Self, Mismatch> {
        let parsed = match text(json) {
            Ok(text) => text.parse(),
            Err(Mismatch) => json.get().parse(),
        };
        parsed.map_err(|_| Mismatch)
    }

    fn to_json(&self) -> impl Serialize {
        self
    }

    #[cfg(feature = "schema")]
    fn schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["integer", "string"] })
    }
}
