use std::{borrow::Cow, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, Visitor};
use serde_json::value::RawValue;

/// The name of a member, borrowed unless it is written with escapes.
pub(in crate::provider::voyado) struct Name<'a>(Cow<'a, str>);

impl<'a> Name<'a> {
    /// Takes the JSON string as it was sent: as a `str` it would be an error if it had half of a surrogate pair.
    #[inline]
    pub(in crate::provider::voyado) fn new(json: &'a RawValue) -> Self {
        let quoted = json.get();
        let written = quoted
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .unwrap_or(quoted);
        if !written.as_bytes().contains(&b'\\') {
            return Self(Cow::Borrowed(written));
        }
        Self(serde_json::from_str(quoted).map_or(Cow::Borrowed(written), Cow::Owned))
    }

    /// Whether it is this one, without regard to ASCII case: Voyado writes `contactId`, `ContactId` and `contactid`.
    #[inline]
    pub(in crate::provider::voyado) fn is(&self, known: &str) -> bool {
        // Most names are as documented, and comparing them exactly is much the faster.
        known.len() == self.0.len() && (known == self.0 || known.eq_ignore_ascii_case(&self.0))
    }

    #[inline]
    pub(super) fn is_exactly(&self, known: &str) -> bool {
        known == self.0
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Reads a name that is written without escapes; one with escapes is an error, and to be read as it was sent.
pub(in crate::provider::voyado) struct PlainName;

impl<'de> DeserializeSeed<'de> for PlainName {
    type Value = Name<'de>;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, name: D) -> Result<Name<'de>, D::Error> {
        name.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for PlainName {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name without escapes")
    }

    #[inline]
    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Borrowed(name)))
    }
}
