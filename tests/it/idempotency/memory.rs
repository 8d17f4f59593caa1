//! The store in memory.

use std::{convert::Infallible, time::Duration};

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use tokio::task::JoinHandle;
use tower::{Layer as _, ServiceExt, service_fn};
use tower_webhook::{
    Idempotency, RejectionKind,
    error::ConfigErrorKind,
    idempotency::{
        BodyDigest, Claim, IdempotencyStore, MemoryStore, OwnerToken, Settlement, StoreErrorKind,
    },
    testing::{idempotency_conformance, idempotency_key},
};

use super::{TestClock, delivery, empty, layer, outcome, until};
use crate::support::{log_of, now};

#[tokio::test]
async fn it_conforms() {
    let clock = TestClock::default();
    let store = clock.memory_store(1000);
    idempotency_conformance(&store, "conformance", |by| {
        clock.advance(by);
        std::future::ready(())
    })
    .await;
}

/// Delivers to a handler that succeeds, or never ends.
async fn deliver(store: &MemoryStore, id: &str, ends: bool) -> (StatusCode, Option<RejectionKind>) {
    let handler = service_fn(move |_: Request<Full<Bytes>>| async move {
        if !ends {
            std::future::pending::<()>().await;
        }
        Ok::<_, Infallible>(empty(StatusCode::OK))
    });
    let idempotency = Idempotency::new("test", store.clone());
    outcome(
        layer(idempotency)
            .layer(handler)
            .oneshot(delivery(id))
            .await,
    )
}

/// Delivers the first message of a store, and waits until it is claimed.
async fn deliver_to_one_that_hangs(
    store: &MemoryStore,
    id: &'static str,
) -> JoinHandle<(StatusCode, Option<RejectionKind>)> {
    let hanging = tokio::spawn({
        let store = store.clone();
        async move { deliver(&store, id, false).await }
    });
    until(|| !store.is_empty()).await;
    hanging
}

#[tokio::test]
async fn when_it_is_full_it_refuses_and_forgets_nothing_that_lives() {
    let clock = TestClock::default();
    let store = clock.memory_store(2);
    let hanging = deliver_to_one_that_hangs(&store, "in_progress").await;
    assert_eq!(deliver(&store, "done", true).await, (StatusCode::OK, None));
    let full = (
        StatusCode::SERVICE_UNAVAILABLE,
        Some(RejectionKind::StoreUnavailable),
    );
    for number in 0..10 {
        assert_eq!(deliver(&store, &format!("msg_{number}"), true).await, full);
    }
    let done = (StatusCode::OK, Some(RejectionKind::AlreadyHandled));
    assert_eq!(deliver(&store, "done", true).await, done);
    let claimed = (StatusCode::CONFLICT, Some(RejectionKind::ClaimedByAnother));
    assert_eq!(deliver(&store, "in_progress", true).await, claimed);

    // Once the lease has run out there is room for one, wherever it is kept.
    clock.advance(Duration::from_secs(61));
    assert_eq!(deliver(&store, "msg_0", true).await, (StatusCode::OK, None));
    assert_eq!(deliver(&store, "msg_1", true).await, full);
    hanging.abort();
}

#[tokio::test]
async fn by_default_a_message_is_remembered_for_72_hours() {
    let clock = TestClock::default();
    let store = clock.memory_store(1);
    let handled = (StatusCode::OK, None);
    let known = (StatusCode::OK, Some(RejectionKind::AlreadyHandled));
    assert_eq!(deliver(&store, "msg_1", true).await, handled);
    clock.advance(Duration::from_millis(72 * 60 * 60 * 1000 - 1));
    assert_eq!(deliver(&store, "msg_1", true).await, known);
    clock.advance(Duration::from_millis(1));
    assert_eq!(deliver(&store, "msg_1", true).await, handled);
}

#[tokio::test]
async fn by_default_a_handler_has_60_seconds() {
    let clock = TestClock::default();
    let store = clock.memory_store(1);
    let hanging = deliver_to_one_that_hangs(&store, "msg_1").await;
    clock.advance(Duration::from_millis(59_999));
    let claimed = (StatusCode::CONFLICT, Some(RejectionKind::ClaimedByAnother));
    assert_eq!(deliver(&store, "msg_1", true).await, claimed);
    clock.advance(Duration::from_millis(1));
    assert_eq!(deliver(&store, "msg_1", true).await, (StatusCode::OK, None));
    hanging.abort();
}

#[tokio::test]
async fn what_expired_is_removed_on_the_way() {
    let clock = TestClock::default();
    let store = clock.memory_store(10_000);
    for number in 0..1000 {
        deliver(&store, &format!("msg_{number}"), true).await;
    }
    assert_eq!(store.len(), 1000);
    clock.advance(Duration::from_secs(73 * 60 * 60));
    for number in 0..1000 {
        deliver(&store, &format!("other_{number}"), true).await;
    }
    assert_eq!(store.len(), 1000);
}

/// The figure of the documentation of [`MemoryStore`], in bytes.
const DOCUMENTED_BYTES_EACH: u64 = 150;

#[test]
fn a_flood_of_a_million_messages_stays_within_the_documented_memory() {
    const FLOOD: usize = 1_000_000;
    let store = MemoryStore::new(FLOOD).unwrap();
    let lease = Duration::from_secs(60);
    let claim = |id: &str| {
        let (owner, body) = (OwnerToken::from_u128(1), BodyDigest::from_u128(1));
        now(store.claim(&idempotency_key("flood", "", id), owner, body, lease))
    };
    let memory = allocation_counter::measure(|| {
        for number in 0..FLOOD {
            let claim = claim(&format!("msg_{number}"));
            assert!(matches!(claim, Ok(Claim::Fresh)), "{claim:?}");
        }
    });
    assert_eq!(store.len(), FLOOD);
    let full = claim("one_too_many").unwrap_err();
    assert_eq!(full.kind(), StoreErrorKind::Full);
    assert_eq!(store.len(), FLOOD);
    let each = memory.bytes_max / FLOOD as u64;
    assert!(
        each <= DOCUMENTED_BYTES_EACH,
        "{each} bytes each, at the most"
    );
}

#[test]
fn a_store_for_no_message_is_a_configuration_error() {
    let error = MemoryStore::new(0).unwrap_err();
    assert_eq!(error.kind(), ConfigErrorKind::ZeroCapacity);
}

/// Claims one message of a tenant after another until there is no room for it. How many there are then.
fn fill(store: &MemoryStore, tenant: &str) -> usize {
    let lease = Duration::from_secs(60);
    for number in 0.. {
        let key = idempotency_key("fill", tenant, &format!("msg_{number}"));
        match now(store.claim(&key, OwnerToken::random(), BodyDigest::of(b""), lease)) {
            Ok(Claim::Fresh) => {}
            Err(error) if error.kind() == StoreErrorKind::Full => return number,
            other => panic!("{other:?}"),
        }
    }
    unreachable!("the store has no end")
}

#[test]
fn no_tenant_fills_the_store_and_each_has_a_share_however_many_come_before_it() {
    const CAPACITY: usize = 10_000;
    let clock = TestClock::default();
    let store = clock.memory_store(CAPACITY);
    let first = fill(&store, "tenant-0");
    assert_eq!(first, CAPACITY / 2);
    for number in 1..10 {
        let free = CAPACITY - store.len();
        let next = fill(&store, &format!("tenant-{number}"));
        assert_eq!(
            next,
            free.div_ceil(2),
            "tenant {number} of {free} free places"
        );
    }
    // Of all that was given up, another tenant gets its share again.
    clock.advance(Duration::from_secs(60));
    let last = fill(&store, "tenant-last");
    assert_eq!(last, CAPACITY / 2);
}

#[test]
fn without_tenants_all_of_the_capacity_is_used() {
    let store = MemoryStore::new(100).unwrap();
    assert_eq!(fill(&store, ""), 100);
}

#[test]
fn when_many_expire_at_once_no_claim_pays_for_more_than_a_few_of_them() {
    const MANY: usize = 60_000;
    let clock = TestClock::default();
    let store = clock.memory_store(MANY);
    assert_eq!(fill(&store, ""), MANY);
    clock.advance(Duration::from_secs(60));
    let claim = |number: usize| {
        let key = idempotency_key("after", "", &format!("msg_{number}"));
        let lease = Duration::from_secs(60);
        now(store.claim(&key, OwnerToken::random(), BodyDigest::of(b""), lease)).unwrap()
    };
    let mut left = store.len();
    for number in 0..MANY {
        assert_eq!(claim(number), Claim::Fresh, "{number}");
        let removed = (left + 1).saturating_sub(store.len());
        // Eight in each of two shards, and the one that was there under this key.
        assert!(removed <= 17, "{removed} removed by one claim");
        left = store.len();
    }
    // All that had expired are gone by then: each claim removes more than it adds.
    assert_eq!(left, MANY);
}

#[test]
fn what_was_handled_is_remembered_even_if_its_lease_ran_out_and_the_store_is_full() {
    let clock = TestClock::default();
    let store = clock.memory_store(1);
    let (key, body) = (idempotency_key("late", "", "msg_1"), BodyDigest::of(b"{}"));
    let owner = OwnerToken::random();
    let lease = Duration::from_secs(60);
    assert_eq!(
        now(store.claim(&key, owner, body, lease)).unwrap(),
        Claim::Fresh
    );
    clock.advance(lease);
    assert_eq!(fill(&store, ""), 1);
    let retention = Duration::from_secs(3600);
    let completed = now(store.complete(&key, owner, body, retention)).unwrap();
    assert_eq!(completed, Settlement::Settled);
    let again = now(store.claim(&key, OwnerToken::random(), body, lease)).unwrap();
    assert_eq!(again, Claim::Done);
    assert_eq!(fill(&store, "other"), 0);
}

fn warnings(act: &dyn Fn()) -> usize {
    log_of(act).matches("80 % of its capacity").count()
}

#[test]
fn at_80_percent_a_warning_is_logged_once_and_again_only_after_it_has_emptied() {
    let clock = TestClock::default();
    let store = clock.memory_store(1000);
    let claim = |id: &str| {
        let key = idempotency_key("warn", "", id);
        let lease = Duration::from_secs(60);
        let claiming = store.claim(&key, OwnerToken::random(), BodyDigest::of(b""), lease);
        assert_eq!(now(claiming).unwrap(), Claim::Fresh);
    };
    let claim_from_to = |from: usize, to: usize| {
        for number in from..to {
            claim(&format!("msg_{number}"));
        }
    };
    assert_eq!(warnings(&|| claim_from_to(0, 799)), 0);
    assert_eq!(warnings(&|| claim_from_to(799, 800)), 1);
    assert_eq!(warnings(&|| claim_from_to(800, 1000)), 0);
    clock.advance(Duration::from_secs(60));
    assert_eq!(warnings(&|| claim_from_to(1000, 2000)), 1);
}

#[test]
fn it_is_nearly_full_at_80_percent_rounded_up_and_empty_enough_below_60() {
    let store = MemoryStore::new(151).unwrap();
    let key = |number: usize| idempotency_key("warn", "", &format!("msg_{number}"));
    let owner = OwnerToken::from_u128(1);
    let lease = Duration::from_secs(60);
    let claim = |number| {
        let claim = now(store.claim(&key(number), owner, BodyDigest::of(b""), lease));
        assert_eq!(claim.unwrap(), Claim::Fresh);
    };
    let release = |number| {
        let released = now(store.release(&key(number), owner));
        assert_eq!(released.unwrap(), Settlement::Settled);
    };
    let fill = |from: usize| (from..121).for_each(claim);
    assert_eq!(warnings(&|| (0..120).for_each(claim)), 0);
    assert_eq!(warnings(&|| claim(120)), 1);
    // Of 151 places, 60 % are 90.6.
    (91..121).for_each(release);
    assert_eq!((store.len(), warnings(&|| fill(91))), (91, 0));
    (90..121).for_each(release);
    assert_eq!((store.len(), warnings(&|| fill(90))), (90, 1));
}
