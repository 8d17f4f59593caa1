use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::{JsonField, Mismatch};

/// An identifier that Voyado sends as a JSON number or as a string.
///
/// Both spellings of the same identifier are equal. It is written as a string.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier(String);

impl Identifier {
    /// The identifier as text: a number with the digits that were sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The identifier as an integer, if it is one and fits.
    pub fn as_i64(&self) -> Option<i64> {
        self.0.parse().ok()
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Serialize for Identifier {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl JsonField for Identifier {
    fn from_json(json: &RawValue) -> Result<Self, Mismatch> {
        String::from_json(json).map(Self)
    }

    fn to_json(&self) -> impl Serialize {
        self
    }

    #[cfg(feature = "schema")]
    fn schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["string", "number"] })
    }
}
