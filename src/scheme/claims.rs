use crate::message::{MessageId, Timestamp, short_text::ShortText};

/// What a request claims of itself: its id, its time and its event's type, where the sender has them.
///
/// Of a head, nothing of it is to be believed before the signature is verified, and an unsigned id not even then.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Claims {
    pub(super) id: Option<MessageId>,
    pub(super) id_is_signed: bool,
    pub(super) timestamp: Option<Timestamp>,
    pub(super) event_type: Option<ShortText>,
}

impl Claims {
    /// Nothing is claimed.
    pub fn new() -> Self {
        Self::default()
    }

    /// An id that the signature covers.
    pub fn with_signed_id(mut self, id: MessageId) -> Self {
        (self.id, self.id_is_signed) = (Some(id), true);
        self
    }

    /// An id that the signature does not cover: a replay can come with another one.
    pub fn with_unsigned_id(mut self, id: MessageId) -> Self {
        (self.id, self.id_is_signed) = (Some(id), false);
        self
    }

    /// A timestamp that the signature covers.
    pub fn with_timestamp(mut self, timestamp: Timestamp) -> Self {
        self.timestamp = Some(timestamp);
        self
    }

    /// The name of the event's type.
    pub fn with_event_type(mut self, event_type: &str) -> Self {
        self.event_type = Some(event_type.into());
        self
    }

    /// The id.
    pub fn id(&self) -> Option<&MessageId> {
        self.id.as_ref()
    }

    /// Whether the signature covers the id.
    pub fn id_is_signed(&self) -> bool {
        self.id_is_signed
    }

    /// The signed timestamp.
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.timestamp
    }

    /// The name of the event's type.
    pub fn event_type(&self) -> Option<&str> {
        self.event_type.as_ref().map(ShortText::as_str)
    }
}
