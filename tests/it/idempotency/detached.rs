//! What a call comes to that nobody waits for any more.

use std::time::Duration;

use tower_webhook::{
    idempotency::{BodyDigest, Claim, Detached, IdempotencyStore, OwnerToken, StoreErrorKind},
    testing::idempotency_key,
};

use super::wrapped::{Slow, claim};

async fn until(mut is_so: impl FnMut() -> bool) {
    for _ in 0..100 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it never came to be so")
}

#[tokio::test(start_paused = true)]
async fn a_call_is_waited_for_as_long_as_is_set() {
    for (timeout, milliseconds) in [(None, 2_000), (Some(50), 50), (Some(60_000), 60_000)] {
        let slow = Slow::new();
        slow.stop();
        let mut store = Detached::new(slow);
        if let Some(timeout) = timeout {
            store = store.timeout(Duration::from_millis(timeout));
        }
        let started = tokio::time::Instant::now();
        let error = claim(&store, "msg").await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::TimedOut);
        assert_eq!(started.elapsed().as_millis(), milliseconds);
    }
}

#[tokio::test(start_paused = true)]
async fn a_settlement_that_takes_too_long_is_carried_out_all_the_same() {
    let slow = Slow::new();
    let store = Detached::new(slow.clone()).timeout(Duration::from_millis(50));
    let key = idempotency_key("wrapped", "", "late");
    let owner = OwnerToken::random();
    let lease = Duration::from_secs(60);
    let claim = store.claim(&key, owner, BodyDigest::of(b""), lease);
    assert_eq!(claim.await.unwrap(), Claim::Fresh);
    slow.stop();
    let error = store.release(&key, owner).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::TimedOut);
    assert_eq!(slow.store.len(), 1);
    slow.go_on();
    until(|| slow.store.is_empty()).await;
}

#[tokio::test(start_paused = true)]
async fn a_claim_that_nobody_waits_for_any_more_is_given_back() {
    let slow = Slow::new();
    slow.stop();
    let claiming = claim(&Detached::new(slow.clone()), "msg_1");
    // Until the store has it, and its reply is on its way back.
    until(|| {
        let has_it = slow.store.len() == 1;
        if !has_it {
            slow.one_step();
        }
        has_it
    })
    .await;
    drop(claiming);
    slow.go_on();
    until(|| slow.store.is_empty()).await;
}

#[tokio::test(start_paused = true)]
async fn a_claim_whose_reply_is_lost_is_given_back() {
    let slow = Slow {
        loses_claims: true,
        ..Slow::new()
    };
    let store = Detached::new(slow.clone());
    let error = claim(&store, "msg_1").await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    until(|| slow.store.is_empty()).await;
}
