use std::borrow::Cow;

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
        self.is_exactly(known) || known.eq_ignore_ascii_case(&self.0)
    }

    #[inline]
    pub(super) fn is_exactly(&self, known: &str) -> bool {
        known == self.0
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}
