//! The checks that every store has to pass.

mod dropped;
mod subject;
mod together;
mod transitions;

use std::time::Duration;

use crate::{
    idempotency::{IdempotencyKey, IdempotencyStore},
    message::MessageId,
};
use subject::Subject;

/// Checks that a store does what [`IdempotencyStore`] documents, the same for every store: each line of its table, leases and
/// retentions that end, calls at the same time, and calls whose futures are dropped after every number of polls.
///
/// `wait` lets time pass for the store: it sleeps, or moves the clock that the store was given. The store may have other keys;
/// those used here start with `scope`, which has to be new. Over a real clock it takes about three seconds.
///
/// ```
/// use std::time::Duration;
/// use tower_webhook::{idempotency::MemoryStore, testing::idempotency_conformance};
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// let store = MemoryStore::new(1000)?;
/// idempotency_conformance(&store, "conformance", tokio::time::sleep).await;
/// # Ok::<_, tower_webhook::ConfigError>(())
/// # })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// # Panics
///
/// If the store does anything else: it is a test.
pub async fn idempotency_conformance<I, W>(store: &I, scope: &str, wait: impl Fn(Duration) -> W)
where
    I: IdempotencyStore,
    W: Future<Output = ()>,
{
    let subject = Subject::new(store, scope, wait);
    transitions::check(&subject).await;
    together::check(&subject).await;
    dropped::check(&subject).await;
}

/// A key, for tests of a store.
///
/// # Panics
///
/// If `id` is no message id: it is for tests.
pub fn idempotency_key(scope: &str, tenant: &str, id: &str) -> IdempotencyKey {
    let id = MessageId::parse(id).expect("a message id");
    IdempotencyKey::new(scope.into(), tenant.into(), id)
}
