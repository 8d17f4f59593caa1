//! What a handler receives.

use std::{fmt, sync::Arc};

use bytes::Bytes;

use crate::{message::message_id::MessageId, message::timestamp::Timestamp};

/// A webhook that passed every check, with its event. Only the receiver makes one.
///
/// It is in the request's extensions and cheap to clone. Its `Debug` shows neither the event nor the
/// body: both are personal data.
pub struct Delivery<E> {
    shared: Arc<Shared<E>>,
}

struct Shared<E> {
    id: MessageId,
    timestamp: Timestamp,
    tenant: Arc<str>,
    body: Bytes,
    event: E,
}

impl<E> Delivery<E> {
    pub(crate) fn new(
        id: MessageId,
        timestamp: Timestamp,
        tenant: Arc<str>,
        body: Bytes,
        event: E,
    ) -> Self {
        Self {
            shared: Arc::new(Shared {
                id,
                timestamp,
                tenant,
                body,
                event,
            }),
        }
    }

    /// The id of the message: the same on each attempt to deliver it.
    pub fn id(&self) -> &MessageId {
        &self.shared.id
    }

    /// When the sender signed this attempt.
    pub fn timestamp(&self) -> Timestamp {
        self.shared.timestamp
    }

    /// Whose secrets signed, where the secrets name a tenant.
    pub fn tenant(&self) -> Option<&str> {
        Some(&*self.shared.tenant).filter(|tenant| !tenant.is_empty())
    }

    /// The event.
    pub fn event(&self) -> &E {
        &self.shared.event
    }

    /// The body exactly as it was sent and signed.
    pub fn body(&self) -> &Bytes {
        &self.shared.body
    }
}

impl<E> Clone for Delivery<E> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<E> fmt::Debug for Delivery<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("id", self.id())
            .field("timestamp", &self.timestamp())
            .field("body_len", &self.body().len())
            .finish_non_exhaustive()
    }
}
