use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll, time::Duration};

use crate::{
    idempotency::{BodyDigest, Claim, IdempotencyKey, IdempotencyStore, OwnerToken, Settlement},
    message::MessageId,
};

/// Long enough for no lease to run out while a check goes on.
const LONG: Duration = Duration::from_secs(60);
const BODY: BodyDigest = BodyDigest::from_u128(1);
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
    let keys = Keys(scope.into());
    let checks = Checks { store };
    checks
        .one_claim_is_fresh_and_the_next_in_progress(&keys)
        .await;
    checks.what_is_completed_is_done(&keys).await;
    checks.what_is_released_can_be_claimed_again(&keys).await;
    checks.only_the_owner_settles(&keys).await;
    checks.nothing_is_settled_twice(&keys).await;
    checks.keys_scopes_and_tenants_are_apart(&keys).await;
    checks
        .a_lease_that_ran_out_has_a_new_owner(&keys, &wait)
        .await;
    checks
        .a_retention_that_ran_out_is_forgotten(&keys, &wait)
        .await;
    checks
        .what_is_abandoned_can_be_claimed_again(&keys, &wait)
        .await;
    checks.a_claim_dropped_midway_is_nobodys(&keys, &wait).await;
    checks
        .a_settlement_dropped_midway_is_carried_out(&keys, &wait)
        .await;
}

/// Makes keys that no other check uses.
struct Keys(Arc<str>);

impl Keys {
    fn of(&self, id: &str) -> IdempotencyKey {
        idempotency_key(&self.0, "", id)
    }
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

struct Checks<'s, I> {
    store: &'s I,
}

impl<I: IdempotencyStore> Checks<'_, I> {
    async fn claim(&self, key: &IdempotencyKey, lease: Duration) -> Claim {
        let claiming = self.store.claim(key, OwnerToken::random(), BODY, lease);
        claiming.await.expect("a response")
    }

    async fn claim_fresh(&self, key: &IdempotencyKey, lease: Duration) -> OwnerToken {
        let owner = OwnerToken::random();
        let claiming = self.store.claim(key, owner, BODY, lease);
        let claim = claiming.await.expect("a response");
        assert_eq!(claim, Claim::Fresh, "{key}");
        owner
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
        let settling = self.store.complete(key, owner, BODY, LONG);
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
        assert_eq!(self.complete(&key, owner).await, Settlement::Settled);
        assert_eq!(self.release(&key, owner).await, Settlement::NotOwner);
        assert_eq!(self.claim(&key, LONG).await, Claim::Done);
    }

    async fn keys_scopes_and_tenants_are_apart(&self, keys: &Keys) {
        let scope = &*keys.0;
        // Put together with colons, several of them are one text.
        for (scope, tenant, id) in [
            (scope, "", "one"),
            (scope, "", "two"),
            (&format!("{scope}-other"), "", "one"),
            (scope, "tenant", "one"),
            (scope, "tenant", "a:one"),
            (scope, "tenant:a", "one"),
            (&format!("{scope}:tenant"), "a", "one"),
            (&format!("{scope}:tenant:a"), "", "one"),
            (scope, "", "tenant:a:one"),
        ] {
            self.claim_fresh(&idempotency_key(scope, tenant, id), LONG)
                .await;
        }
    }

    /// Its request was dropped, before the store has it or before the store's answer arrived.
    async fn a_claim_dropped_midway_is_nobodys<W: Future<Output = ()>>(
        &self,
        keys: &Keys,
        wait: impl Fn(Duration) -> W,
    ) {
        for (id, pause) in [
            ("claim-dropped", Duration::ZERO),
            ("claim-dropped-late", SHORT),
        ] {
            let key = keys.of(id);
            match drop_midway(
                self.store.claim(&key, OwnerToken::random(), BODY, LONG),
                wait(pause),
            )
            .await
            {
                None => self.assert_free_in_time(&key, &wait).await,
                Some(claim) => assert!(matches!(claim, Ok(Claim::Fresh)), "{claim:?}"),
            }
        }
    }

    async fn a_settlement_dropped_midway_is_carried_out<W: Future<Output = ()>>(
        &self,
        keys: &Keys,
        wait: impl Fn(Duration) -> W,
    ) {
        for (id, pause) in [("dropped", Duration::ZERO), ("dropped-late", SHORT)] {
            let key = keys.of(&format!("release-{id}"));
            let owner = self.claim_fresh(&key, LONG).await;
            drop_midway(self.store.release(&key, owner), wait(pause)).await;
            self.assert_free_in_time(&key, &wait).await;

            let key = keys.of(&format!("completion-{id}"));
            let owner = self.claim_fresh(&key, LONG).await;
            drop_midway(self.store.complete(&key, owner, BODY, LONG), wait(pause)).await;
            assert_eq!(self.once_not_in_progress(&key, &wait).await, Claim::Done);
        }
    }

    async fn a_lease_that_ran_out_has_a_new_owner<W: Future<Output = ()>>(
        &self,
        keys: &Keys,
        wait: impl Fn(Duration) -> W,
    ) {
        let key = keys.of("late");
        let late = self.claim_fresh(&key, SHORT).await;
        wait(SHORT * 2).await;
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
        let settling = self.store.complete(&key, owner, BODY, SHORT);
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
        self.assert_free_in_time(&key, wait).await;
    }

    async fn assert_free_in_time<W: Future<Output = ()>>(
        &self,
        key: &IdempotencyKey,
        wait: impl Fn(Duration) -> W,
    ) {
        let claim = self.once_not_in_progress(key, wait).await;
        assert!(matches!(claim, Claim::Fresh), "{key} is {claim:?}");
    }

    /// What a key is found to be when its last owner has nothing to do with it any more, which may take a while.
    async fn once_not_in_progress<W: Future<Output = ()>>(
        &self,
        key: &IdempotencyKey,
        wait: impl Fn(Duration) -> W,
    ) -> Claim {
        for _ in 0..100 {
            match self.claim(key, LONG).await {
                Claim::InProgress { .. } => wait(SHORT).await,
                other => return other,
            }
        }
        panic!("{key} was given up and is still in progress");
    }
}

/// Polls a future once, and drops it after a pause. What it came to, if it did at once.
async fn drop_midway<F: Future>(future: F, pause: impl Future<Output = ()>) -> Option<F::Output> {
    let mut future = pin!(future);
    let polled = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await;
    pause.await;
    match polled {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}
