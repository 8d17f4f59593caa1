//! With a store, each handler is completed for itself.

use std::{
    future::pending,
    panic::AssertUnwindSafe,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Waker},
    time::Duration,
};

use axum::extract::State;
use http::{StatusCode, Uri};
use tower::{Layer, ServiceExt};
use tower_webhook::{
    Idempotency, Receiver, Timestamp, WebhookLayer,
    dispatch::{EventRouter, EventService},
    event::RawEvent,
    idempotency::{IdempotencyStore, MemoryStore},
    receiver::{RequestHead, Secrets},
};

use super::{delivered, respond, status};
use crate::support::{ID, NOW, SECRET, signer};

pub(super) const BODY: &str = r#"{"type":"invoice.paid"}"#;

/// How often each handler ran, and how often the second one fails.
#[derive(Clone, Default)]
pub(super) struct Runs {
    first: Arc<AtomicUsize>,
    second: Arc<AtomicUsize>,
    third: Arc<AtomicUsize>,
    failures: Arc<AtomicUsize>,
}

impl Runs {
    fn failing(times: usize) -> Self {
        let runs = Self::default();
        runs.failures.store(times, Ordering::SeqCst);
        runs
    }

    pub(super) fn counts(&self) -> [usize; 3] {
        [&self.first, &self.second, &self.third].map(|runs| runs.load(Ordering::SeqCst))
    }
}

pub(super) async fn first(State(runs): State<Runs>) {
    runs.first.fetch_add(1, Ordering::SeqCst);
}

async fn second(State(runs): State<Runs>) -> StatusCode {
    runs.second.fetch_add(1, Ordering::SeqCst);
    let failing = |left: usize| left.checked_sub(1);
    match runs
        .failures
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, failing)
    {
        Ok(_) => StatusCode::BAD_GATEWAY,
        Err(_) => StatusCode::NO_CONTENT,
    }
}

async fn third(State(runs): State<Runs>) -> StatusCode {
    runs.third.fetch_add(1, Ordering::SeqCst);
    StatusCode::ACCEPTED
}

pub(super) fn memory() -> MemoryStore {
    MemoryStore::new(100).unwrap()
}

pub(super) fn three<I: IdempotencyStore>(runs: &Runs, store: I) -> EventService<RawEvent> {
    EventRouter::<RawEvent, Runs>::new()
        .always(first)
        .on("invoice.paid", second)
        .always(third)
        .idempotency(Idempotency::new("engage", store))
        .with_state(runs.clone())
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_retry_runs_only_what_has_not_succeeded() {
    let runs = Runs::failing(2);
    let events = three(&runs, memory());
    for (expected, counts) in [
        (StatusCode::BAD_GATEWAY, [1, 1, 0]),
        (StatusCode::BAD_GATEWAY, [1, 2, 0]),
        (StatusCode::ACCEPTED, [1, 3, 1]),
        // A redelivery of what is done.
        (StatusCode::OK, [1, 3, 1]),
    ] {
        assert_eq!(status(&events, BODY).await, expected);
        assert_eq!(runs.counts(), counts);
    }
}

#[tokio::test]
async fn without_a_store_a_retry_runs_everything() {
    let runs = Runs::failing(1);
    let events = EventRouter::<RawEvent, Runs>::new()
        .always(first)
        .always(second)
        .with_state(runs.clone())
        .build()
        .unwrap();
    assert_eq!(status(&events, BODY).await, StatusCode::BAD_GATEWAY);
    assert_eq!(status(&events, BODY).await, StatusCode::NO_CONTENT);
    assert_eq!(runs.counts(), [2, 2, 0]);
}

#[tokio::test]
async fn routers_that_share_a_store_are_kept_apart_by_their_scope() {
    let store = memory();
    let runs = Runs::default();
    let other = EventRouter::<RawEvent, Runs>::new()
        .always(first)
        .idempotency(Idempotency::new("other", store.clone()))
        .with_state(runs.clone())
        .build()
        .unwrap();
    assert_eq!(
        status(&three(&runs, store), BODY).await,
        StatusCode::ACCEPTED
    );
    assert_eq!(status(&other, BODY).await, StatusCode::OK);
    assert_eq!(runs.counts(), [2, 1, 1]);
}

#[tokio::test]
async fn tenants_that_share_a_router_are_kept_apart() {
    let of_path = |head: &RequestHead<'_>| {
        let secrets = Secrets::builder([SECRET]).tenant(head.uri()?.path());
        Some(Arc::new(secrets.build().unwrap()))
    };
    let receiver = Receiver::builder_with_source(of_path)
        .clock(|| Duration::from_secs(NOW))
        .build()
        .unwrap();
    let runs = Runs::default();
    let service = WebhookLayer::new(receiver)
        .decode::<RawEvent>()
        .layer(three(&runs, memory()));
    for (path, runs_so_far) in [("/shop-1", 1), ("/shop-2", 2), ("/shop-1", 2)] {
        let mut request = signer().request(ID, Timestamp::from_unix_seconds(NOW), BODY);
        *request.uri_mut() = Uri::from_static(path);
        let response = service.clone().oneshot(request).await.unwrap();
        assert!(response.status().is_success(), "{path}");
        assert_eq!(runs.counts(), [runs_so_far; 3], "{path}");
    }
}

#[tokio::test]
async fn one_id_with_another_body_is_422() {
    let runs = Runs::default();
    let events = three(&runs, memory());
    assert_eq!(status(&events, BODY).await, StatusCode::ACCEPTED);
    let other = r#"{"type":"invoice.paid","number":17}"#;
    assert_eq!(
        status(&events, other).await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(runs.counts(), [1, 1, 1]);
}

fn hanging(store: &MemoryStore) -> EventService<RawEvent> {
    hanging_for(store, Duration::from_secs(90))
}

fn hanging_for(store: &MemoryStore, lease: Duration) -> EventService<RawEvent> {
    EventRouter::<RawEvent>::new()
        .always(async || pending::<()>().await)
        .named("hanging")
        .idempotency(Idempotency::new("engage", store.clone()).lease(lease))
        .build()
        .unwrap()
}

/// A handler that another delivery is running, and one of which nobody knows how far it came.
#[tokio::test]
async fn a_handler_in_progress_is_503_until_its_lease_ends() {
    let store = memory();
    let events = hanging(&store);
    let mut running = Box::pin(events.clone().oneshot(delivered::<RawEvent>(BODY)));
    let mut context = Context::from_waker(Waker::noop());
    assert!(running.as_mut().poll(&mut context).is_pending());
    let mut running = Some(running);
    for dropped in [false, true] {
        let response = respond(&events, BODY).await;
        assert_eq!(
            response.status(),
            StatusCode::SERVICE_UNAVAILABLE,
            "{dropped}"
        );
        let retry_after: u64 = response.headers()["retry-after"]
            .to_str()
            .unwrap()
            .parse()
            .unwrap();
        assert!((80..=90).contains(&retry_after), "{retry_after}");
        running = running.filter(|_| dropped);
    }
}

#[tokio::test]
async fn nobody_comes_back_before_the_lease_ends() {
    for (milliseconds, seconds) in [(89_000, "89"), (89_001, "90"), (90_000, "90")] {
        let store = MemoryStore::with_clock(10, || Duration::ZERO).unwrap();
        let events = hanging_for(&store, Duration::from_millis(milliseconds));
        let mut running = Box::pin(events.clone().oneshot(delivered::<RawEvent>(BODY)));
        let mut context = Context::from_waker(Waker::noop());
        assert!(running.as_mut().poll(&mut context).is_pending());
        let response = respond(&events, BODY).await;
        assert_eq!(response.headers()["retry-after"], seconds);
    }
}

#[tokio::test]
async fn a_panic_gives_the_claim_back() {
    let store = memory();
    let events = EventRouter::<RawEvent, Runs>::new()
        .always(async |State(runs): State<Runs>| {
            assert!(
                runs.first.fetch_add(1, Ordering::SeqCst) > 0,
                "the first run fails"
            );
        })
        .idempotency(Idempotency::new("engage", store))
        .with_state(Runs::default())
        .build()
        .unwrap();
    let mut panicking = pin!(events.clone().oneshot(delivered::<RawEvent>(BODY)));
    let mut context = Context::from_waker(Waker::noop());
    let poll = AssertUnwindSafe(|| panicking.as_mut().poll(&mut context).is_ready());
    std::panic::catch_unwind(poll).unwrap_err();
    assert_eq!(status(&events, BODY).await, StatusCode::OK);
}

#[tokio::test]
async fn a_lease_is_renewed_while_its_handler_runs() {
    let lease = Duration::from_secs(1);
    let runs = Runs::default();
    let events = EventRouter::<RawEvent, Runs>::new()
        .always(async move |State(runs): State<Runs>| {
            runs.first.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(lease * 4).await;
        })
        .idempotency(Idempotency::new("engage", memory()).lease(lease))
        .with_state(runs.clone())
        .build()
        .unwrap();
    let running = tokio::spawn(events.clone().oneshot(delivered::<RawEvent>(BODY)));
    for _ in 0..3 {
        tokio::time::sleep(lease).await;
        assert_eq!(status(&events, BODY).await, StatusCode::SERVICE_UNAVAILABLE);
    }
    assert_eq!(running.await.unwrap().unwrap().status(), StatusCode::OK);
    assert_eq!(status(&events, BODY).await, StatusCode::OK);
    assert_eq!(runs.counts(), [1, 0, 0]);
}
