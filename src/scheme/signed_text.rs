use std::fmt;

use arrayvec::ArrayString;

use crate::{
    message::message_id::{self, MessageIdText},
    message::timestamp::{self, Timestamp},
};

/// Most bytes before the body: the longest id and timestamp that a head can give, and a dot after each.
const MAX_PREFIX_LEN: usize = message_id::MAX_LEN + 1 + timestamp::MAX_DIGITS + 1;

/// What a signature is made over: `id` `.` `timestamp` `.` body, the raw bytes as sent (Standard Webhooks
/// 1.0.0, "Signature scheme").
#[derive(Clone, Copy)]
pub struct SignedMessage<'a> {
    head: Option<(MessageIdText<'a>, Timestamp)>,
    body: &'a [u8],
}

impl<'a> SignedMessage<'a> {
    pub(crate) fn new(id: MessageIdText<'a>, timestamp: Timestamp, body: &'a [u8]) -> Self {
        Self {
            head: Some((id, timestamp)),
            body,
        }
    }

    /// A signed text that comes as a whole, as the known answers of an algorithm do.
    #[cfg(feature = "testing")]
    pub(crate) fn whole(text: &'a [u8]) -> Self {
        Self {
            head: None,
            body: text,
        }
    }

    /// Gives the signed text to `update`, part by part, without putting it together.
    pub fn feed(&self, mut update: impl FnMut(&[u8])) {
        if let Some((id, timestamp)) = self.head {
            feed_prefix(id, timestamp, &mut update);
        }
        update(self.body);
    }
}

/// Shows the length of the body, never its content.
impl fmt::Debug for SignedMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedMessage")
            .field("head", &self.head)
            .field("body_len", &self.body.len())
            .finish()
    }
}

/// The part of the signed text before the body, which is known with the head.
pub(super) fn feed_prefix(
    id: MessageIdText<'_>,
    timestamp: Timestamp,
    mut update: impl FnMut(&[u8]),
) {
    // The number's digits are the header's own text: it has no sign and no leading zero.
    let mut digits = itoa::Buffer::new();
    let digits = digits.format(timestamp.unix_seconds());
    // In one piece: a hash buffers each piece by itself.
    let mut prefix = ArrayString::<MAX_PREFIX_LEN>::new();
    for part in [id.as_str(), ".", digits, "."] {
        prefix.push_str(part);
    }
    update(prefix.as_bytes());
}
