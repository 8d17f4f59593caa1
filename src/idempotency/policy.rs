use std::{fmt, sync::Arc, time::Duration};

use super::{IdempotencyKey, IdempotencyStore, Unguarded};
use crate::{
    error::config_error::{ConfigError, ConfigErrorKind},
    message::message_id::MessageId,
};

/// Longer than the slowest handler should take. Svix gives up on an attempt after 15 seconds.
const DEFAULT_LEASE: Duration = Duration::from_secs(60);
/// Longer than a sender retries. Svix retries for 28 hours.
const DEFAULT_RETENTION: Duration = Duration::from_secs(72 * 60 * 60);

/// Stores keep time in milliseconds.
const SHORTEST: Duration = Duration::from_millis(1);

/// How a layer handles each message once: the store, and the times.
///
/// ```
/// use std::time::Duration;
/// use tower_webhook::{Idempotency, Receiver, WebhookLayer, idempotency::MemoryStore, voyado};
///
/// let receiver = Receiver::builder(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]).build()?;
/// let store = MemoryStore::new(100_000)?;
/// let idempotency = Idempotency::new("engage", store).lease(Duration::from_secs(30));
/// let layer = WebhookLayer::new(receiver).decode::<voyado::Event>().idempotency(idempotency)?;
/// # Ok::<_, tower_webhook::ConfigError>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct Idempotency<I> {
    pub(crate) store: I,
    scope: Arc<str>,
    pub(crate) lease: Duration,
    pub(crate) retention: Duration,
    pub(crate) on_store_failure: OnStoreFailure,
}

/// What happens to a delivery when the store fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnStoreFailure {
    Refuse,
    DeliverUnguarded,
}

impl<I: IdempotencyStore> Idempotency<I> {
    /// Handles each message of this endpoint once, as `store` remembers.
    ///
    /// `scope` is the name of the endpoint among all that share the store, such as `engage`: a sender can deliver one message
    /// with one id to several endpoints, and each has to handle it. Processes that serve one endpoint use one scope.
    /// The layer rejects an empty scope.
    ///
    /// An endpoint that receives for several tenants keeps theirs apart by
    /// [`SecretsBuilder::tenant`](crate::receiver::SecretsBuilder::tenant).
    pub fn new(scope: impl Into<Arc<str>>, store: I) -> Self {
        Self {
            store,
            scope: scope.into(),
            lease: DEFAULT_LEASE,
            retention: DEFAULT_RETENTION,
            on_store_failure: OnStoreFailure::Refuse,
        }
    }

    /// How long a claim lasts, to the millisecond, unless it is renewed: the time after which a message can be handled again
    /// when its process has died. At least 1 millisecond. Default: 60 seconds.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// How long a handled message is remembered, to the millisecond. Longer than the sender retries, at least 1 millisecond.
    /// Default: 72 hours.
    pub fn retention(mut self, retention: Duration) -> Self {
        self.retention = retention;
        self
    }

    /// Delivers, perhaps more than once, when the store fails or is full. Default: such a delivery is rejected with
    /// 503, and the sender tries again.
    pub fn danger_deliver_unguarded_on_store_failure(mut self) -> Self {
        self.on_store_failure = OnStoreFailure::DeliverUnguarded;
        self
    }

    /// Checks the settings, as the layer does.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::EmptyScope`], [`ConfigErrorKind::ZeroLease`] or [`ConfigErrorKind::ZeroRetention`]: with any of
    /// them nothing would be guarded, or that of another endpoint.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let kind = if self.scope.is_empty() {
            ConfigErrorKind::EmptyScope
        } else if self.lease < SHORTEST {
            ConfigErrorKind::ZeroLease
        } else if self.retention < SHORTEST {
            ConfigErrorKind::ZeroRetention
        } else {
            return Ok(());
        };
        Err(ConfigError::new(kind))
    }

    /// The same store and times for one of several handlers, each of which is completed for itself.
    #[cfg(feature = "axum")]
    pub(crate) fn for_handler(&self, name: &str) -> Self {
        Self {
            scope: format!("{}#{name}", self.scope).into(),
            ..self.clone()
        }
    }

    pub(crate) fn key(&self, tenant: &Arc<str>, id: &MessageId) -> IdempotencyKey {
        IdempotencyKey::new(Arc::clone(&self.scope), Arc::clone(tenant), id.clone())
    }
}

impl Default for Idempotency<Unguarded> {
    fn default() -> Self {
        Self::new("", Unguarded)
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
