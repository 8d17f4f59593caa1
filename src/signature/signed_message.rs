use crate::{message_id::MessageId, timestamp::Timestamp};

/// What a signature is made over: `id` `.` `timestamp` `.` body, the raw bytes as sent (Standard Webhooks
/// 1.0.0, "Signature scheme").
#[derive(Clone, Copy, Debug)]
pub struct SignedMessage<'a> {
    head: Option<(&'a MessageId, Timestamp)>,
    body: &'a [u8],
}

impl<'a> SignedMessage<'a> {
    pub(super) fn new(id: &'a MessageId, timestamp: Timestamp, body: &'a [u8]) -> Self {
        Self {
            head: Some((id, timestamp)),
            body,
        }
    }

    /// A signed text that comes as a whole, as the known answers of an algorithm do.
    #[cfg(feature = "testing")]
    pub(super) fn whole(text: &'a [u8]) -> Self {
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

/// The part of the signed text before the body, which is known with the head.
pub(super) fn feed_prefix(id: &MessageId, timestamp: Timestamp, mut update: impl FnMut(&[u8])) {
    update(id.as_str().as_bytes());
    update(b".");
    // The number's digits are the header's own text: it has no sign and no leading zero.
    let mut digits = itoa::Buffer::new();
    update(digits.format(timestamp.unix_seconds()).as_bytes());
    update(b".");
}
