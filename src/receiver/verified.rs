use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;

use super::{Secrets, settings::Encryption};
use crate::{
    error::{
        RejectionDetail,
        rejection::{Rejection, RejectionKind},
    },
    event::{AuthenticBody, DecodeError, DecodeErrorKind, WebhookEvent},
    message::message_id::MessageId,
    message::timestamp::Timestamp,
    receiver::delivery::Delivery,
};

/// Proof that a signature held over id, timestamp and body. Only checking one makes it.
#[must_use]
pub struct Verified {
    pub(super) id: MessageId,
    pub(super) timestamp: Timestamp,
    pub(super) body: Bytes,
    pub(super) secrets: Arc<Secrets>,
    pub(super) encryption: Encryption,
    pub(super) received_at: Duration,
}

impl Verified {
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

    /// Whose secrets signed.
    pub(crate) fn tenant(&self) -> &Arc<str> {
        &self.secrets.tenant
    }

    /// The position of the key that matched, from 0, where it is known.
    pub(crate) fn key_position(&self) -> Option<usize> {
        None
    }

    /// Our clock's time when the head was checked, since the Unix epoch.
    pub(crate) fn received_at(&self) -> Duration {
        self.received_at
    }

    /// Decrypts the payload if the event says that it is encrypted, and decodes the event.
    ///
    /// # Errors
    ///
    /// [`RejectionKind::MalformedEvent`], [`RejectionKind::DecryptionKeyMissing`],
    /// [`RejectionKind::DecryptionFailed`] or [`RejectionKind::EncryptionRequired`].
    pub fn open<E: WebhookEvent>(self) -> Result<Delivery<E>, Rejection> {
        let body = AuthenticBody::new(&self.body, &self.secrets.decryptors);
        let event = E::decode(&body).map_err(undecodable)?;
        if self.encryption == Encryption::Required && !body.was_encrypted() {
            return Err(RejectionKind::EncryptionRequired.into());
        }
        Ok(Delivery::new(self.id, self.timestamp, self.body, event))
    }
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("id", &self.id)
            .field("timestamp", &self.timestamp)
            .field("body_len", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Of what cannot be decrypted only the kind is told: not the place, not the padding.
#[expect(clippy::needless_pass_by_value, reason = "an error is mapped")]
fn undecodable(error: DecodeError) -> Rejection {
    let kind = match error.kind() {
        DecodeErrorKind::Malformed => RejectionKind::MalformedEvent,
        DecodeErrorKind::DecryptionKeyMissing => RejectionKind::DecryptionKeyMissing,
        DecodeErrorKind::DecryptionFailed => RejectionKind::DecryptionFailed,
    };
    let rejection = Rejection::new(kind);
    if kind != RejectionKind::MalformedEvent {
        return rejection;
    }
    match (error.line(), error.path()) {
        (None, None) => rejection,
        (line, path) => rejection.with_detail(RejectionDetail::Event {
            line: line.unwrap_or_default(),
            column: error.column().unwrap_or_default(),
            path: path.map(Arc::from),
        }),
    }
}
