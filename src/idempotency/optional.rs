use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use pin_project_lite::pin_project;

use super::{
    BodyDigest, Claim, IdempotencyKey, IdempotencyStore, OwnerToken, Settlement, StoreError,
};

/// A store that may not be configured: `None` remembers nothing, like [`Unguarded`](super::Unguarded).
impl<I: IdempotencyStore> IdempotencyStore for Option<I> {
    type Claiming = IfConfigured<I::Claiming, Claim>;
    type Settling = IfConfigured<I::Settling, Settlement>;

    fn is_enabled(&self) -> bool {
        self.as_ref().is_some_and(I::is_enabled)
    }

    fn claim(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        lease: Duration,
    ) -> Self::Claiming {
        let future = self
            .as_ref()
            .map(|store| store.claim(key, owner, digest, lease));
        IfConfigured {
            future,
            otherwise: Claim::Unguarded,
        }
    }

    fn renew(&self, key: &IdempotencyKey, owner: OwnerToken, lease: Duration) -> Self::Settling {
        IfConfigured {
            future: self.as_ref().map(|store| store.renew(key, owner, lease)),
            otherwise: Settlement::Settled,
        }
    }

    fn complete(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        retention: Duration,
    ) -> Self::Settling {
        let future = self
            .as_ref()
            .map(|store| store.complete(key, owner, digest, retention));
        IfConfigured {
            future,
            otherwise: Settlement::Settled,
        }
    }

    fn release(&self, key: &IdempotencyKey, owner: OwnerToken) -> Self::Settling {
        IfConfigured {
            future: self.as_ref().map(|store| store.release(key, owner)),
            otherwise: Settlement::Settled,
        }
    }

    fn abandon(&self, key: &IdempotencyKey, owner: OwnerToken) {
        if let Some(store) = self {
            store.abandon(key, owner);
        }
    }
}

pin_project! {
    /// The future of a store that may not be configured.
    #[derive(Debug)]
    pub struct IfConfigured<F, T> {
        #[pin]
        future: Option<F>,
        otherwise: T,
    }
}

impl<F, T> Future for IfConfigured<F, T>
where
    F: Future<Output = Result<T, StoreError>>,
    T: Copy,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        match this.future.as_pin_mut() {
            Some(future) => future.poll(cx),
            None => Poll::Ready(Ok(*this.otherwise)),
        }
    }
}
