use std::{fmt, sync::Arc};

use arrayvec::ArrayString;

/// Longest text that is kept in place, in bytes: twice what Svix's ids have.
const IN_PLACE_LEN: usize = 62;

/// A short text of a request, so kept that most deliveries allocate nothing for it.
///
/// It is long if it does not fit in place, and only then.
#[derive(Clone)]
pub(crate) enum ShortText {
    InPlace(ArrayString<IN_PLACE_LEN>),
    Long(Arc<str>),
}

impl ShortText {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::InPlace(text) => text,
            Self::Long(text) => text,
        }
    }
}

impl From<&str> for ShortText {
    #[inline]
    fn from(text: &str) -> Self {
        match ArrayString::from(text) {
            Ok(in_place) => Self::InPlace(in_place),
            Err(_) => Self::Long(text.into()),
        }
    }
}

impl fmt::Debug for ShortText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
