use std::time::Duration;

use super::idempotency_key;
use crate::idempotency::{
    BodyDigest, Claim, IdempotencyKey, IdempotencyStore, OwnerToken, Settlement,
};

/// Long enough for no lease to run out while a check goes on.
pub(super) const LONG: Duration = Duration::from_secs(60);
/// Short enough to be waited for, and long enough for a few calls over a network.
pub(super) const SHORT: Duration = Duration::from_millis(100);

pub(super) const BODY: BodyDigest = BodyDigest::from_u128(1);
pub(super) const OTHER_BODY: BodyDigest = BodyDigest::from_u128(2);

/// The store that is checked.
pub(super) struct Subject<'s, I, T> {
    pub(super) store: &'s I,
    pub(super) scope: &'s str,
    wait: T,
}

impl<'s, I, T, W> Subject<'s, I, T>
where
    I: IdempotencyStore,
    T: Fn(Duration) -> W,
    W: Future<Output = ()>,
{
    pub(super) fn new(store: &'s I, scope: &'s str, wait: T) -> Self {
        Self { store, scope, wait }
    }

    /// A key that no other check uses.
    pub(super) fn key(&self, id: &str) -> IdempotencyKey {
        idempotency_key(self.scope, "", id)
    }

    pub(super) async fn wait(&self, time: Duration) {
        (self.wait)(time).await;
    }

    /// Waits until everything that was `SHORT` is over.
    pub(super) async fn outwait(&self) {
        self.wait(SHORT * 2).await;
    }

    pub(super) async fn claim_by(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        body: BodyDigest,
        lease: Duration,
    ) -> Claim {
        let claiming = self.store.claim(key, owner, body, lease);
        claiming.await.expect("a response to a claim")
    }

    /// A claim by a new owner.
    pub(super) async fn claim(&self, key: &IdempotencyKey) -> Claim {
        self.claim_by(key, OwnerToken::random(), BODY, LONG).await
    }

    pub(super) async fn claim_fresh(&self, key: &IdempotencyKey, lease: Duration) -> OwnerToken {
        let owner = OwnerToken::random();
        let claim = self.claim_by(key, owner, BODY, lease).await;
        assert_eq!(claim, Claim::Fresh, "{key} is free");
        owner
    }

    pub(super) async fn assert_in_progress(&self, key: &IdempotencyKey) {
        match self.claim(key).await {
            Claim::InProgress { remaining } => assert!(
                remaining > LONG / 2 && remaining <= LONG,
                "{key} has {remaining:?} left of a lease of {LONG:?}"
            ),
            other => panic!("{key} is {other:?} and should be in progress"),
        }
    }

    pub(super) async fn assert_done(&self, key: &IdempotencyKey) {
        assert_eq!(self.claim(key).await, Claim::Done, "{key} is done");
    }

    pub(super) async fn renew(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        lease: Duration,
    ) -> Settlement {
        let settling = self.store.renew(key, owner, lease);
        settling.await.expect("a response to a renewal")
    }

    pub(super) async fn complete(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        retention: Duration,
    ) -> Settlement {
        let settling = self.store.complete(key, owner, BODY, retention);
        settling.await.expect("a response to a completion")
    }

    pub(super) async fn release(&self, key: &IdempotencyKey, owner: OwnerToken) -> Settlement {
        let settling = self.store.release(key, owner);
        settling.await.expect("a response to a release")
    }

    pub(super) async fn assert_free_in_time(&self, key: &IdempotencyKey) {
        let claim = self.once_not_in_progress(key).await;
        assert_eq!(claim, Claim::Fresh, "{key} is free in time");
    }

    /// What a key is found to be when its last owner has nothing to do with it any more, which may take a while.
    pub(super) async fn once_not_in_progress(&self, key: &IdempotencyKey) -> Claim {
        // Over a real clock five seconds, which is much less than a lease.
        for _ in 0..100 {
            match self.claim(key).await {
                Claim::InProgress { .. } => self.wait(SHORT / 2).await,
                other => return other,
            }
        }
        panic!("{key} was given up and is still in progress");
    }
}
