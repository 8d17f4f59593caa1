//! The identity of a message.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
};

use crate::message::short_text::ShortText;

/// Longest message id that is accepted, in bytes.
pub(crate) const MAX_LEN: usize = 256;
/// The id of a message: the same on every attempt to deliver it, signed by the sender.
///
/// Visible ASCII, 1 to 256 bytes. Up to 62 bytes are kept in place, so that checking a delivery allocates nothing.
#[derive(Clone)]
pub struct MessageId(ShortText);

impl MessageId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// An id that did not come in a header, of a message in a queue or in a file.
    ///
    /// `None` for a text that is empty, longer than 256 bytes or not visible ASCII.
    pub fn parse(text: &str) -> Option<Self> {
        MessageIdText::parse(text.as_bytes(), None).map(Self::from)
    }
}

/// A well-formed message id, borrowed: of a head, before the signature is verified, only what it claims.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MessageIdText<'h>(&'h str);

impl<'h> MessageIdText<'h> {
    /// `separator` is what ends the id in the signed text: with it in the id, two different messages can carry one and the
    /// same signature (`a.1` and `2`, `a` and `1.2`), so it is rejected unless the sender is known to use it.
    #[inline]
    pub(crate) fn parse(text: &'h [u8], separator: Option<u8>) -> Option<Self> {
        // No id has a NUL in any case.
        let separator = separator.unwrap_or(0);
        let allowed = |byte: u8| byte.is_ascii_graphic() && byte != separator;
        // Looks at every byte: over texts as short as these, that is faster than a search that can stop.
        let is_well_formed = (1..=MAX_LEN).contains(&text.len())
            && text.iter().fold(true, |all, byte| all & allowed(*byte));
        is_well_formed.then_some(Self(std::str::from_utf8(text).ok()?))
    }

    pub(crate) fn as_str(self) -> &'h str {
        self.0
    }
}

/// The text is copied, so that it no longer needs the head.
impl From<MessageIdText<'_>> for MessageId {
    #[inline]
    fn from(text: MessageIdText<'_>) -> Self {
        Self(ShortText::from(text.0))
    }
}

impl PartialEq for MessageId {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for MessageId {}

impl PartialOrd for MessageId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for MessageId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for MessageId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
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
