use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::sync::oneshot;

use super::{Detached, EasyStore};
use crate::idempotency::{Claim, ClaimGuard, Settlement, StoreError, StoreErrorKind};

/// The claim of a [`Detached`] store.
#[must_use = "a claim that is dropped is released"]
pub struct DetachedClaim<S: EasyStore>(Outcome<Claimed<S>>);

/// The renewal, completion or release of a [`Detached`] store. It is carried out even if this future is dropped.
pub struct DetachedSettlement(Outcome<Result<Settlement, StoreError>>);

/// The outcome of a claim, and what gives the key back until the outcome is read.
type Claimed<S> = (Result<Claim, StoreError>, ClaimGuard<Detached<S>>);

enum Outcome<T> {
    Awaited(oneshot::Receiver<T>),
    /// There was nothing to wait for.
    Failed(StoreError),
}

impl<T> Outcome<T> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<T, StoreError>> {
        match self {
            Self::Awaited(receiver) => {
                let received = ready!(Pin::new(receiver).poll(cx));
                // It ends early only with the runtime, or by a panic of the store.
                Poll::Ready(
                    received.map_err(|early| {
                        StoreError::with_source(StoreErrorKind::Unavailable, early)
                    }),
                )
            }
            Self::Failed(error) => Poll::Ready(Err(error.clone())),
        }
    }
}

impl<S: EasyStore> DetachedClaim<S> {
    pub(super) fn new(receiver: oneshot::Receiver<Claimed<S>>) -> Self {
        Self(Outcome::Awaited(receiver))
    }

    pub(super) fn failed(error: StoreError) -> Self {
        Self(Outcome::Failed(error))
    }
}

impl<S: EasyStore> Future for DetachedClaim<S> {
    type Output = Result<Claim, StoreError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let (outcome, mut guard) = ready!(self.0.poll(cx))?;
        if outcome.is_ok() {
            guard.disarm();
        }
        Poll::Ready(outcome)
    }
}

impl DetachedSettlement {
    pub(super) fn new(receiver: oneshot::Receiver<Result<Settlement, StoreError>>) -> Self {
        Self(Outcome::Awaited(receiver))
    }

    pub(super) fn failed(error: StoreError) -> Self {
        Self(Outcome::Failed(error))
    }
}

impl Future for DetachedSettlement {
    type Output = Result<Settlement, StoreError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll(cx).map(|outcome| outcome?)
    }
}

impl<S: EasyStore> fmt::Debug for DetachedClaim<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DetachedClaim").finish_non_exhaustive()
    }
}

impl fmt::Debug for DetachedSettlement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DetachedSettlement").finish_non_exhaustive()
    }
}
