use std::fmt;

use bytes::Bytes;

use crate::{
    delivery::Delivery,
    event::{AuthenticBody, DecodeError, DecodeErrorKind, WebhookEvent},
    headers::SignatureHeaders,
    message_id::MessageId,
    rejection::{Rejection, RejectionKind},
    timestamp::Timestamp,
};

/// Proof that a signature held over id, timestamp and body. Only checking one makes it.
pub struct Verified {
    id: MessageId,
    timestamp: Timestamp,
    body: Bytes,
}

impl Verified {
    pub(super) fn new(signed: SignatureHeaders, body: Bytes) -> Self {
        Self {
            id: signed.id,
            timestamp: signed.timestamp,
            body,
        }
    }

    /// The id of the message.
    pub fn id(&self) -> &MessageId {
        &self.id
    }

    /// When the sender signed this attempt.
    pub fn timestamp(&self) -> Timestamp {
        self.timestamp
    }

    /// The body as it was signed.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Decodes the event.
    ///
    /// # Errors
    ///
    /// [`RejectionKind::MalformedEvent`] or [`RejectionKind::DecryptionKeyMissing`].
    pub fn open<E: WebhookEvent>(self) -> Result<Delivery<E>, Rejection> {
        let event = E::decode(&AuthenticBody::new(&self.body)).map_err(refusal)?;
        Ok(Delivery::new(self.id, self.timestamp, self.body, event))
    }
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("id", &self.id)
            .field("timestamp", &self.timestamp)
            .field("body_len", &self.body.len())
            .finish()
    }
}

fn refusal(error: DecodeError) -> RejectionKind {
    match error.kind() {
        DecodeErrorKind::Malformed => RejectionKind::MalformedEvent,
        DecodeErrorKind::DecryptionKeyMissing => RejectionKind::DecryptionKeyMissing,
    }
}
