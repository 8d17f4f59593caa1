//! The store in memory.

use std::{convert::Infallible, time::Duration};

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use tokio::task::JoinHandle;
use tower::{Layer as _, ServiceExt, service_fn};
use tower_webhook::{
    Claim, Idempotency, IdempotencyStore, MemoryStore, RejectionKind, StoreErrorKind,
    testing::{idempotency_conformance, idempotency_key},
};

use super::{TestClock, delivery, empty, layer, outcome, until};

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
    let idempotency = Idempotency::new(store.clone());
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
    let store = MemoryStore::new(FLOOD);
    let lease = Duration::from_secs(60);
    let claim = |id: &str| {
        let claiming = store.claim(&idempotency_key("flood", "", id), lease);
        claiming.into_inner()
    };
    let memory = allocation_counter::measure(|| {
        for number in 0..FLOOD {
            assert!(matches!(
                claim(&format!("msg_{number}")),
                Ok(Claim::Fresh(_))
            ));
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
