//! The identity of a message.

use std::fmt;

use arrayvec::ArrayString;

/// Longest message id that is accepted, in bytes.
const MAX_LEN: usize = 256;

/// The id of a message: the same on every attempt to deliver it, signed by the sender.
///
/// Visible ASCII, 1 to 256 bytes. It is kept in place, so that checking a delivery allocates nothing.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(ArrayString<MAX_LEN>);

impl MessageId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// With a dot in the id, two different triples can carry one and the same signature (`a.1` and `2`,
    /// `a` and `1.2`), so a dot is refused unless the sender is known to use it.
    pub(crate) fn parse(text: &[u8], dots: DotsInMessageId) -> Option<Self> {
        let allowed = |byte: &u8| {
            byte.is_ascii_graphic() && (*byte != b'.' || dots == DotsInMessageId::Allowed)
        };
        if text.is_empty() || !text.iter().all(allowed) {
            return None;
        }
        ArrayString::from(std::str::from_utf8(text).ok()?)
            .ok()
            .map(Self)
    }
}

/// Whether a message id may have a dot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DotsInMessageId {
    Refused,
    Allowed,
}

impl AsRef<str> for MessageId {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
