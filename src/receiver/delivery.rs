//! What a handler receives.

use std::{fmt, sync::Arc};

use bytes::Bytes;

use super::facts::{Facts, IdOrigin};
#[cfg(feature = "testing")]
use crate::scheme::Claims;
use crate::{
    event::WebhookEvent,
    message::{MessageId, Timestamp},
};

/// A webhook that passed every check, with its event. Only the receiver makes one.
///
/// It is in the request's extensions and cheap to clone. Its `Debug` shows neither the event nor the
/// body: both are personal data.
///
/// ```compile_fail
/// // It has no constructor and no public field.
/// let forged = tower_webhook::Delivery::new("msg_1", "{}");
/// ```
pub struct Delivery<E> {
    shared: Arc<Shared<E>>,
}

struct Shared<E> {
    facts: Facts,
    /// Empty if it has no name.
    tenant: Arc<str>,
    event: E,
}

impl<E> Delivery<E> {
    /// Of no request at all, for tests.
    #[cfg(feature = "testing")]
    pub(crate) fn unverified(id: MessageId, timestamp: Timestamp, body: Bytes, event: E) -> Self {
        let claims = Claims::new().with_signed_id(id).with_timestamp(timestamp);
        let facts = Facts::new(claims, 0, body, false);
        Self::new(facts, Arc::from(""), event)
    }

    pub(super) fn new(facts: Facts, tenant: Arc<str>, event: E) -> Self {
        Self {
            shared: Arc::new(Shared {
                facts,
                tenant,
                event,
            }),
        }
    }

    /// The id of the message: the same on each attempt to deliver it.
    ///
    /// Where the sender has none it is `sha256-` and a digest of what is signed, as [`id_origin`](Self::id_origin) shows.
    pub fn id(&self) -> &MessageId {
        self.shared.facts.id()
    }

    /// Where the id comes from. One that is not signed is good for a log, and proves nothing: anyone who captured a request can
    /// send it again with another one.
    pub fn id_origin(&self) -> IdOrigin {
        self.shared.facts.id_origin()
    }

    /// What an idempotency store remembers the message by: the id if it is signed, else a digest of what is signed, so that
    /// a replay cannot escape under another id. `None` where two events of the sender can have equal bodies and nothing else
    /// tells them apart.
    pub fn deduplication_id(&self) -> Option<&MessageId> {
        self.shared.facts.deduplication_id()
    }

    /// What a store claims the message by; `None` where nothing tells two deliveries apart.
    #[cfg(any(feature = "axum", feature = "tokio"))]
    pub(crate) fn claimable_id(&self) -> Option<&MessageId> {
        self.shared.facts.claimable_id()
    }

    /// When the sender signed this attempt; `None` where it signs no time.
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.shared.facts.timestamp()
    }

    /// The verified tenant: the one whose secrets signed, as
    /// [`SecretsBuilder::tenant`](crate::receiver::SecretsBuilder::tenant) names it. `None` if it has no name.
    pub fn tenant(&self) -> Option<&str> {
        Some(&*self.shared.tenant).filter(|tenant| !tenant.is_empty())
    }

    /// The position, from 0, of the key that signed, among those that are configured.
    pub fn key_position(&self) -> usize {
        self.shared.facts.key_position()
    }

    /// The event.
    pub fn event(&self) -> &E {
        &self.shared.event
    }

    /// Takes the event out: without a copy, unless a clone of the delivery is still alive, such as the one in the request's
    /// extensions.
    pub fn into_event(self) -> E
    where
        E: Clone,
    {
        match Arc::try_unwrap(self.shared) {
            Ok(shared) => shared.event,
            Err(shared) => shared.event.clone(),
        }
    }

    /// The body exactly as it was sent and signed.
    pub fn body(&self) -> &Bytes {
        self.shared.facts.body()
    }
}

impl<E: WebhookEvent> Delivery<E> {
    /// The name of the event's type: as the event has it from the verified body, else as the sender's scheme reads it
    /// ([`SchemeBuilder::event_type`](crate::scheme::SchemeBuilder::event_type)), which may be from a header that is not signed.
    pub fn event_type(&self) -> Option<&str> {
        let own = self.shared.event.event_type();
        own.or_else(|| self.shared.facts.event_type())
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
