use std::{fmt, sync::Arc, time::Duration};

use super::{IdempotencyKey, IdempotencyStore, Unguarded};
use crate::message::message_id::MessageId;

/// Longer than the slowest handler should take. Svix gives up on an attempt after 15 seconds.
const DEFAULT_LEASE: Duration = Duration::from_secs(60);
/// Longer than a sender retries. Svix retries for 28 hours.
const DEFAULT_RETENTION: Duration = Duration::from_secs(72 * 60 * 60);

/// How a layer handles each message once: the store, and the times.
///
/// ```
/// use std::time::Duration;
/// use tower_webhook::{Idempotency, MemoryStore, Receiver, WebhookLayer, voyado};
///
/// let receiver = Receiver::builder(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]).build()?;
/// let once = Idempotency::new(MemoryStore::new(100_000)).lease(Duration::from_secs(30));
/// let layer = WebhookLayer::<voyado::Event>::new(receiver).idempotency(once);
/// # Ok::<_, tower_webhook::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Idempotency<I> {
    pub(crate) store: I,
    scope: Arc<str>,
    pub(crate) lease: Duration,
    pub(crate) retention: Duration,
    pub(crate) on_store_failure: OnStoreFailure,
}

/// What happens to a delivery when the store cannot answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnStoreFailure {
    Refuse,
    DeliverUnguarded,
}

impl<I: IdempotencyStore> Idempotency<I> {
    /// Handles each message once, as `store` remembers.
    pub fn new(store: I) -> Self {
        Self {
            store,
            scope: Arc::from("webhook"),
            lease: DEFAULT_LEASE,
            retention: DEFAULT_RETENTION,
            on_store_failure: OnStoreFailure::Refuse,
        }
    }

    /// Keeps the ids of this endpoint apart from those of others that share the store. Default: `webhook`.
    ///
    /// An endpoint that receives for several tenants keeps theirs apart by
    /// [`SecretsBuilder::tenant`](crate::SecretsBuilder::tenant).
    pub fn scope(mut self, scope: impl Into<Arc<str>>) -> Self {
        self.scope = scope.into();
        self
    }

    /// How long a handler may take, to the millisecond, before the message can be claimed again. Longer than the slowest
    /// handler. Default: 60 seconds.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// How long a handled message is remembered, to the millisecond. Longer than the sender retries. Default: 72 hours.
    pub fn retention(mut self, retention: Duration) -> Self {
        self.retention = retention;
        self
    }

    /// Delivers, perhaps more than once, when the store cannot answer or is full. Default: such a delivery is refused with
    /// 503, and the sender tries again.
    pub fn danger_deliver_unguarded_on_store_failure(mut self) -> Self {
        self.on_store_failure = OnStoreFailure::DeliverUnguarded;
        self
    }

    pub(crate) fn key(&self, tenant: &Arc<str>, id: &MessageId) -> IdempotencyKey {
        IdempotencyKey::new(Arc::clone(&self.scope), Arc::clone(tenant), id.clone())
    }
}

impl Default for Idempotency<Unguarded> {
    fn default() -> Self {
        Self::new(Unguarded)
    }
}

impl<I> fmt::Debug for Idempotency<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Idempotency")
            .field("scope", &self.scope)
            .field("lease", &self.lease)
            .field("retention", &self.retention)
            .field("on_store_failure", &self.on_store_failure)
            .finish_non_exhaustive()
    }
}
