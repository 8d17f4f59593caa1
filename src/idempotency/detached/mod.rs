//! Stores that know nothing of dropped requests.

mod easy_store;
mod futures;

pub use easy_store::{Claimant, EasyStore, StoreResult};
pub use futures::{DetachedClaim, DetachedSettlement};

use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::Duration,
};

use tokio::{
    runtime::Handle,
    sync::oneshot,
    time::{error::Elapsed, sleep, timeout},
};

use super::{
    BodyDigest, Claim, ClaimGuard, IdempotencyKey, IdempotencyStore, OwnerToken, Settlement,
    StoreError, StoreErrorKind,
};

/// A sender waits 15 seconds for a response; the store may not take much of them.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(2);

/// How long a call goes on whose caller is gone.
const GOES_ON: Duration = Duration::from_secs(60);

/// Before each attempt to give back a key whose caller is gone.
const ABANDON_PAUSES: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_millis(250),
    Duration::from_secs(1),
    Duration::from_secs(4),
];

/// Makes an [`IdempotencyStore`] of an [`EasyStore`] (feature `tokio`): each call runs in a task of its own, which goes on
/// when the request is dropped.
///
/// A claim whose request is dropped, or that fails, is released. Nothing waits longer for the store than the
/// [time-out](Self::timeout).
///
/// The runtime is that of the first call, so a store can be made outside of one.
#[must_use]
pub struct Detached<S> {
    store: Arc<S>,
    timeout: Option<Duration>,
    /// For what is left to do when a request is dropped outside of it.
    runtime: Arc<OnceLock<Handle>>,
}

impl<S: EasyStore> Detached<S> {
    /// Runs the calls of `store` in tasks of their own.
    pub fn new(store: S) -> Self {
        Self {
            store: Arc::new(store),
            timeout: Some(DEFAULT_TIMEOUT),
            runtime: Arc::new(OnceLock::new()),
        }
    }

    /// How long the layer waits for a call before it fails with [`StoreErrorKind::TimedOut`]. The call itself goes on: its
    /// outcome is not known. Default: 2 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// For a store with time-outs of its own, which know what it was waiting for.
    #[cfg(feature = "redis")]
    pub(super) fn without_timeout(mut self) -> Self {
        self.timeout = None;
        self
    }

    /// The store.
    pub fn get_ref(&self) -> &S {
        &self.store
    }

    fn runtime(&self) -> Option<Handle> {
        if let Ok(current) = Handle::try_current() {
            let _ = self.runtime.set(current.clone());
            return Some(current);
        }
        self.runtime.get().cloned()
    }

    fn settle<F>(&self, call: impl FnOnce(Arc<S>) -> F) -> DetachedSettlement
    where
        F: Future<Output = Result<Settlement, StoreError>> + Send + 'static,
    {
        let Some(runtime) = self.runtime() else {
            return DetachedSettlement::failed(no_runtime());
        };
        let (sender, receiver) = oneshot::channel();
        let call = call(Arc::clone(&self.store));
        let limit = self.timeout;
        runtime.spawn(async move {
            let mut call = Box::pin(call);
            let outcome = match limit {
                None => Ok(call.as_mut().await),
                Some(limit) => timeout(limit, call.as_mut()).await,
            };
            let is_late = outcome.is_err();
            // Nobody waits for it any more if this fails.
            let _ = sender.send(outcome.unwrap_or_else(|late| Err(timed_out(late))));
            if is_late {
                let _ = timeout(GOES_ON, call).await;
            }
        });
        DetachedSettlement::new(receiver)
    }
}

impl<S: EasyStore> IdempotencyStore for Detached<S> {
    type Claiming = DetachedClaim<S>;
    type Settling = DetachedSettlement;

    fn claim(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        lease: Duration,
    ) -> Self::Claiming {
        let Some(runtime) = self.runtime() else {
            return DetachedClaim::failed(no_runtime());
        };
        let (sender, receiver) = oneshot::channel();
        let (store, key, text) = (self.clone(), key.clone(), key.to_text());
        let limit = self.timeout;
        runtime.spawn(async move {
            // From here on it may have been carried out, whatever is known of it, and would be nobody's until the lease ran out.
            // The guard goes with the outcome: whoever drops that unread gives the key back.
            let mut guard = ClaimGuard::new(store.clone(), key, owner);
            let mut call = Box::pin(store.store.claim(&text, Claimant { owner, digest }, lease));
            let outcome = match limit {
                None => Ok(call.as_mut().await),
                Some(limit) => timeout(limit, call.as_mut()).await,
            };
            match outcome {
                Ok(outcome) => {
                    if matches!(&outcome, Ok(claim) if *claim != Claim::Fresh) {
                        guard.disarm();
                    }
                    let _ = sender.send((outcome, guard));
                }
                Err(late) => {
                    let _ = sender.send((Err(timed_out(late)), ClaimGuard::none()));
                    // The release has to come after it.
                    let _ = timeout(GOES_ON, call).await;
                }
            }
        });
        DetachedClaim::new(receiver)
    }

    fn renew(&self, key: &IdempotencyKey, owner: OwnerToken, lease: Duration) -> Self::Settling {
        let key = key.to_text();
        self.settle(move |store| async move { store.renew(&key, owner, lease).await })
    }

    fn complete(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        retention: Duration,
    ) -> Self::Settling {
        let key = key.to_text();
        let by = Claimant { owner, digest };
        self.settle(move |store| async move { store.complete(&key, by, retention).await })
    }

    fn release(&self, key: &IdempotencyKey, owner: OwnerToken) -> Self::Settling {
        let key = key.to_text();
        self.settle(move |store| async move { store.release(&key, owner).await })
    }

    /// Tries again for a while if the store fails. A runtime that is shutting down may not run it; the lease runs out then.
    fn abandon(&self, key: &IdempotencyKey, owner: OwnerToken) {
        let Some(runtime) = self.runtime() else {
            return;
        };
        let (store, key) = (self.clone(), key.clone());
        runtime.spawn(async move {
            for pause in ABANDON_PAUSES {
                sleep(pause).await;
                if store.release(&key, owner).await.is_ok() {
                    break;
                }
            }
        });
    }
}

impl<S> Clone for Detached<S> {
    fn clone(&self) -> Self {
        Self {
            store: Arc::clone(&self.store),
            timeout: self.timeout,
            runtime: Arc::clone(&self.runtime),
        }
    }
}

impl<S: fmt::Debug> fmt::Debug for Detached<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Detached")
            .field("store", &self.store)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

fn no_runtime() -> StoreError {
    StoreError::with_source(StoreErrorKind::Unavailable, "there is no Tokio runtime")
}

fn timed_out(late: Elapsed) -> StoreError {
    StoreError::with_source(StoreErrorKind::TimedOut, late)
}
