use std::{sync::Arc, time::Duration};

use crate::{
    idempotency::{Claim, IdempotencyKey, IdempotencyStore, OwnerToken, Settlement},
    message_id::{DotsInMessageId, MessageIdText},
};

/// Long enough for no lease to run out while a check goes on.
const LONG: Duration = Duration::from_secs(60);
/// Short enough to be waited for.
const SHORT: Duration = Duration::from_millis(50);

/// Checks that a store does what [`IdempotencyStore`] says, the same for every store.
///
/// `wait` lets time pass for the store: it sleeps, or moves the clock that the store was given. The store may have other keys;
/// those used here start with `scope`, which has to be new.
///
/// ```
/// use std::time::Duration;
/// use tower_webhook::{MemoryStore, testing::idempotency_conformance};
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// let store = MemoryStore::new(1000);
/// idempotency_conformance(&store, "conformance", tokio::time::sleep).await;
/// # });
/// # Ok::<_, std::io::Error>(())
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
    let keys = Keys(scope.into());
    let checks = Checks { store };
    checks
        .one_claim_is_fresh_and_the_next_in_progress(&keys)
        .await;
    checks.what_is_completed_is_done(&keys).await;
    checks.what_is_released_can_be_claimed_again(&keys).await;
    checks.only_the_owner_settles(&keys).await;
    checks.nothing_is_settled_twice(&keys).await;
    checks.keys_and_scopes_are_apart(&keys).await;
    checks
        .a_lease_that_ran_out_has_a_new_owner(&keys, &wait)
        .await;
    checks
        .a_retention_that_ran_out_is_forgotten(&keys, &wait)
        .await;
    checks
        .what_is_abandoned_can_be_claimed_again(&keys, &wait)
        .await;
}

/// Makes keys that no other check uses.
struct Keys(Arc<str>);

impl Keys {
    fn of(&self, id: &str) -> IdempotencyKey {
        idempotency_key(&self.0, id)
    }
}

/// A key, for tests of a store.
///
/// # Panics
///
/// If `id` is no message id: it is for tests.
pub fn idempotency_key(scope: &str, id: &str) -> IdempotencyKey {
    let id = MessageIdText::parse(id.as_bytes(), DotsInMessageId::Refused).expect("a message id");
    IdempotencyKey::new(scope.into(), id.into())
}

struct Checks<'s, I> {
    store: &'s I,
}

impl<I: IdempotencyStore> Checks<'_, I> {
    async fn claim(&self, key: &IdempotencyKey, lease: Duration) -> Claim {
        self.store.claim(key, lease).await.expect("an answer")
    }

    async fn claim_fresh(&self, key: &IdempotencyKey, lease: Duration) -> OwnerToken {
        match self.claim(key, lease).await {
            Claim::Fresh(owner) => owner,
            other => panic!("{key} is {other:?} and should be fresh"),
        }
    }

    async fn assert_in_progress(&self, key: &IdempotencyKey) {
        match self.claim(key, LONG).await {
            Claim::InProgress { remaining } => {
                assert!(
                    remaining <= LONG,
                    "{key} has {remaining:?} left of {LONG:?}"
                );
            }
            other => panic!("{key} is {other:?} and should be in progress"),
        }
    }

    async fn complete(&self, key: &IdempotencyKey, owner: OwnerToken) -> Settlement {
        let settling = self.store.complete(key, owner, LONG);
        settling.await.expect("an answer")
    }

    async fn release(&self, key: &IdempotencyKey, owner: OwnerToken) -> Settlement {
        let settling = self.store.release(key, owner);
        settling.await.expect("an answer")
    }

    async fn one_claim_is_fresh_and_the_next_in_progress(&self, keys: &Keys) {
        let key = keys.of("claimed");
        self.claim_fresh(&key, LONG).await;
        self.assert_in_progress(&key).await;
        self.assert_in_progress(&key).await;
    }

    async fn what_is_completed_is_done(&self, keys: &Keys) {
        let key = keys.of("completed");
        let owner = self.claim_fresh(&key, LONG).await;
        assert_eq!(self.complete(&key, owner).await, Settlement::Settled);
        assert_eq!(self.claim(&key, LONG).await, Claim::Done);
        assert_eq!(self.claim(&key, LONG).await, Claim::Done);
    }

    async fn what_is_released_can_be_claimed_again(&self, keys: &Keys) {
        let key = keys.of("released");
        let first = self.claim_fresh(&key, LONG).await;
        assert_eq!(self.release(&key, first).await, Settlement::Settled);
        let second = self.claim_fresh(&key, LONG).await;
        assert_ne!(first, second, "two claims have one owner");
        self.assert_in_progress(&key).await;
    }

    async fn only_the_owner_settles(&self, keys: &Keys) {
        let key = keys.of("owned");
        let first = self.claim_fresh(&key, LONG).await;
        self.release(&key, first).await;
        let second = self.claim_fresh(&key, LONG).await;
        assert_eq!(self.complete(&key, first).await, Settlement::NotOwner);
        assert_eq!(self.release(&key, first).await, Settlement::NotOwner);
        self.assert_in_progress(&key).await;
        assert_eq!(self.complete(&key, second).await, Settlement::Settled);
    }

    async fn nothing_is_settled_twice(&self, keys: &Keys) {
        let key = keys.of("settled");
        let owner = self.claim_fresh(&key, LONG).await;
        self.complete(&key, owner).await;
        assert_eq!(self.complete(&key, owner).await, Settlement::NotOwner);
        assert_eq!(self.release(&key, owner).await, Settlement::NotOwner);
        assert_eq!(self.claim(&key, LONG).await, Claim::Done);
    }

    async fn keys_and_scopes_are_apart(&self, keys: &Keys) {
        self.claim_fresh(&keys.of("one"), LONG).await;
        self.claim_fresh(&keys.of("two"), LONG).await;
        let other_scope = format!("{}-other", keys.0);
        self.claim_fresh(&idempotency_key(&other_scope, "one"), LONG)
            .await;
    }

    async fn a_lease_that_ran_out_has_a_new_owner<W: Future<Output = ()>>(
        &self,
        keys: &Keys,
        wait: impl Fn(Duration) -> W,
    ) {
        let key = keys.of("late");
        let late = self.claim_fresh(&key, SHORT).await;
        wait(SHORT * 2).await;
        assert_eq!(self.complete(&key, late).await, Settlement::NotOwner);
        let owner = self.claim_fresh(&key, LONG).await;
        assert_eq!(self.complete(&key, late).await, Settlement::NotOwner);
        assert_eq!(self.release(&key, late).await, Settlement::NotOwner);
        assert_eq!(self.complete(&key, owner).await, Settlement::Settled);
        assert_eq!(self.claim(&key, LONG).await, Claim::Done);
    }

    async fn a_retention_that_ran_out_is_forgotten<W: Future<Output = ()>>(
        &self,
        keys: &Keys,
        wait: impl Fn(Duration) -> W,
    ) {
        let key = keys.of("forgotten");
        let owner = self.claim_fresh(&key, LONG).await;
        let settling = self.store.complete(&key, owner, SHORT);
        assert_eq!(settling.await.expect("an answer"), Settlement::Settled);
        wait(SHORT * 2).await;
        self.claim_fresh(&key, LONG).await;
    }

    /// In the background, perhaps.
    async fn what_is_abandoned_can_be_claimed_again<W: Future<Output = ()>>(
        &self,
        keys: &Keys,
        wait: impl Fn(Duration) -> W,
    ) {
        let key = keys.of("abandoned");
        let owner = self.claim_fresh(&key, LONG).await;
        self.store.abandon(&key, owner);
        for _ in 0..100 {
            match self.claim(&key, LONG).await {
                Claim::Fresh(_) => return,
                Claim::InProgress { .. } => wait(SHORT).await,
                other => panic!("{key} was abandoned and is {other:?}"),
            }
        }
        panic!("{key} was abandoned and is still in progress");
    }
}
