//! The state machine, through the layer.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Request, StatusCode, Uri, header::RETRY_AFTER};
use http_body_util::Full;
use tokio::sync::Notify;
use tower::{Layer as _, Service, ServiceExt, service_fn};
use tower_webhook::{
    Delivery, Idempotency, Receiver, Rejection,
    RejectionKind::*,
    idempotency::{
        BodyDigest, Claim, IdempotencyKey, IdempotencyStore, MemoryStore, OwnerToken, Settlement,
        StoreError, StoreErrorKind,
    },
    receiver::{RequestHead, Secrets},
    testing::idempotency_key,
};

use super::{Runs, TestClock, delivery, empty, layer, outcome, until};
use crate::{
    layer::{Answer, builder, layer_of, unreachable_inner},
    support::{NOW, SECRET, log_of, now},
};

#[tokio::test]
async fn what_was_handled_is_answered_200_and_not_handled_again() {
    let runs = Runs::default();
    let handler = {
        let runs = runs.clone();
        service_fn(move |request: Request<Full<Bytes>>| {
            runs.record(&request);
            async { Ok::<_, Infallible>(empty(StatusCode::NO_CONTENT)) }
        })
    };
    let service = layer(Idempotency::new("test", MemoryStore::new(10).unwrap())).layer(handler);
    let first = outcome(service.clone().oneshot(delivery("msg_1")).await);
    assert_eq!(first, (StatusCode::NO_CONTENT, None));
    let second = outcome(service.clone().oneshot(delivery("msg_1")).await);
    assert_eq!(second, (StatusCode::OK, Some(AlreadyHandled)));
    let other = outcome(service.oneshot(delivery("msg_2")).await);
    assert_eq!(other, (StatusCode::NO_CONTENT, None));
    assert_eq!(runs.all(), ["msg_1", "msg_2"]);
}

#[tokio::test]
async fn while_a_message_is_handled_the_sender_is_told_to_come_back_within_the_lease() {
    let go_on = Arc::new(Notify::new());
    let started = Arc::new(Notify::new());
    let handler = {
        let (go_on, started) = (Arc::clone(&go_on), Arc::clone(&started));
        service_fn(move |_: Request<Full<Bytes>>| {
            let (go_on, started) = (Arc::clone(&go_on), Arc::clone(&started));
            async move {
                started.notify_one();
                go_on.notified().await;
                Ok::<_, Infallible>(empty(StatusCode::OK))
            }
        })
    };
    let idempotency = Idempotency::new("test", MemoryStore::new(10).unwrap())
        .lease(Duration::from_millis(59_001));
    let service = layer(idempotency).layer(handler);
    let first = tokio::spawn(service.clone().oneshot(delivery("msg_1")));
    started.notified().await;

    let second = service.clone().oneshot(delivery("msg_1")).await.unwrap();
    let seconds = second.headers()[RETRY_AFTER].to_str().unwrap();
    let seconds: u64 = seconds.parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    let second = outcome(Ok(second));
    assert_eq!(second, (StatusCode::CONFLICT, Some(ClaimedByAnother)));

    go_on.notify_one();
    assert_eq!(outcome(first.await.unwrap()), (StatusCode::OK, None));
    let third = outcome(service.oneshot(delivery("msg_1")).await);
    assert_eq!(third, (StatusCode::OK, Some(AlreadyHandled)));
}

#[tokio::test]
async fn a_late_owner_neither_completes_nor_releases_what_is_anothers_by_now() {
    for late_status in [StatusCode::OK, StatusCode::INTERNAL_SERVER_ERROR] {
        let clock = TestClock::default();
        let store = clock.memory_store(10);
        let go_on = Arc::new(Notify::new());
        let runs = Runs::default();
        let handler = {
            let (go_on, runs) = (Arc::clone(&go_on), runs.clone());
            service_fn(move |request: Request<Full<Bytes>>| {
                runs.record(&request);
                let (go_on, number) = (Arc::clone(&go_on), runs.count());
                async move {
                    if number == 1 {
                        go_on.notified().await;
                        return Ok::<_, Infallible>(empty(late_status));
                    }
                    std::future::pending().await
                }
            })
        };
        let service = layer(Idempotency::new("test", store.clone())).layer(handler);
        let late = tokio::spawn(service.clone().oneshot(delivery("msg_1")));
        until(|| runs.count() == 1).await;
        clock.advance(Duration::from_secs(61));
        let second = tokio::spawn(service.clone().oneshot(delivery("msg_1")));
        until(|| runs.count() == 2).await;
        go_on.notify_one();
        assert_eq!(outcome(late.await.unwrap()), (late_status, None));
        // It is still the second's.
        let third = outcome(service.oneshot(delivery("msg_1")).await);
        assert_eq!(third, (StatusCode::CONFLICT, Some(ClaimedByAnother)));
        second.abort();
    }
}

#[tokio::test]
async fn an_event_that_cannot_be_opened_is_given_back_for_the_retry() {
    let store = MemoryStore::new(10).unwrap();
    let service = layer_of(builder())
        .decode::<tower_webhook::Json<Vec<u8>>>()
        .idempotency(Idempotency::new("test", store.clone()))
        .unwrap()
        .layer(unreachable_inner());
    for _ in 0..2 {
        let refused = outcome(service.clone().oneshot(delivery("msg_1")).await);
        assert_eq!(
            refused,
            (StatusCode::UNPROCESSABLE_ENTITY, Some(MalformedEvent))
        );
    }
    assert!(store.is_empty());
}

#[tokio::test]
async fn a_stranger_burns_no_id() {
    let store = MemoryStore::new(10).unwrap();
    let service = layer(Idempotency::new("test", store.clone())).layer(unreachable_inner());
    let forged = delivery("msg_1").map(|_| Full::new(Bytes::from_static(b"forged")));
    let refused = outcome(service.oneshot(forged).await);
    assert_eq!(refused, (StatusCode::UNAUTHORIZED, Some(SignatureMismatch)));
    assert!(store.is_empty());
}

#[tokio::test]
async fn a_stranger_does_not_learn_which_ids_are_known() {
    let store = MemoryStore::new(10).unwrap();
    let handler = service_fn(|request: Request<Full<Bytes>>| async move {
        let delivery: &Delivery<Bytes> = request.extensions().get().unwrap();
        if delivery.id().as_str() == "in_progress" {
            std::future::pending::<()>().await;
        }
        Ok::<_, Infallible>(empty(StatusCode::OK))
    });
    let service = layer(Idempotency::new("test", store.clone())).layer(handler);
    let done = outcome(service.clone().oneshot(delivery("done")).await);
    assert_eq!(done, (StatusCode::OK, None));
    let in_progress = tokio::spawn(service.clone().oneshot(delivery("in_progress")));
    until(|| store.len() == 2).await;
    for id in ["done", "in_progress", "new"] {
        let forged = delivery(id).map(|_| Full::new(Bytes::from_static(b"forged")));
        let refused = outcome(service.clone().oneshot(forged).await);
        assert_eq!(refused, (StatusCode::UNAUTHORIZED, Some(SignatureMismatch)));
    }
    in_progress.abort();
}

#[tokio::test]
async fn a_layer_that_only_monitors_passes_on_what_was_handled_before_with_its_verdict() {
    let verdicts = Arc::new(Mutex::new(Vec::new()));
    let handler = {
        let verdicts = Arc::clone(&verdicts);
        service_fn(move |request: Request<Full<Bytes>>| {
            let rejection: Option<&Rejection> = request.extensions().get();
            verdicts
                .lock()
                .unwrap()
                .push(rejection.map(Rejection::kind));
            async { Ok::<_, Infallible>(empty(StatusCode::OK)) }
        })
    };
    let idempotency = Idempotency::new("test", MemoryStore::new(10).unwrap());
    let service = layer(idempotency).danger_monitor_only().layer(handler);
    for _ in 0..2 {
        let handled = outcome(service.clone().oneshot(delivery("msg_1")).await);
        assert_eq!(handled, (StatusCode::OK, None));
    }
    assert_eq!(*verdicts.lock().unwrap(), [None, Some(AlreadyHandled)]);
}

/// What is logged of one delivery.
fn log_of_one<S>(service: S) -> String
where
    S: Service<Request<Full<Bytes>>, Response = Answer, Error = Infallible>,
{
    log_of(|| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let Ok(_) = runtime
            .unwrap()
            .block_on(service.oneshot(delivery("msg_1")));
    })
}

#[test]
fn a_handler_that_outlives_its_lease_and_a_store_that_fails_are_warnings() {
    let clock = TestClock::default();
    let idempotency_store = clock.memory_store(10);
    let idempotency =
        Idempotency::new("test", idempotency_store.clone()).lease(Duration::from_secs(60));
    let store = idempotency_store.clone();
    let late = service_fn(move |request: Request<Full<Bytes>>| {
        clock.advance(Duration::from_secs(61));
        // Another delivery of it.
        let delivery: &Delivery<Bytes> = request.extensions().get().unwrap();
        let key = idempotency_key("test", "", delivery.id().as_str());
        let digest = BodyDigest::of(delivery.body());
        let lease = Duration::from_secs(60);
        let claim = now(store.claim(&key, OwnerToken::random(), digest, lease));
        assert_eq!(claim.unwrap(), Claim::Fresh);
        async { Ok::<_, Infallible>(empty(StatusCode::OK)) }
    });
    let log = log_of_one(layer(idempotency).layer(late));
    assert!(
        log.contains("WARN") && log.contains("outlived its lease"),
        "{log}"
    );
    assert!(log.contains("outcome=\"delivered\""), "{log}");

    let log = log_of_one(layer(Idempotency::new("test", down())).layer(unreachable_inner()));
    assert!(log.contains("the idempotency store failed"), "{log}");
    assert!(
        log.contains("error=\"the idempotency store is unavailable\""),
        "{log}"
    );
    assert!(log.contains("outcome=\"store_unavailable\""), "{log}");
}

#[tokio::test]
async fn scopes_that_share_a_store_are_apart() {
    let store = MemoryStore::new(10).unwrap();
    for scope in ["one", "two"] {
        let handler =
            service_fn(async |_: Request<Full<Bytes>>| Ok::<_, Infallible>(empty(StatusCode::OK)));
        let service = layer(Idempotency::new(scope, store.clone())).layer(handler);
        let handled = outcome(service.oneshot(delivery("msg_1")).await);
        assert_eq!(handled, (StatusCode::OK, None), "{scope}");
    }
}

#[tokio::test]
async fn tenants_that_share_an_endpoint_are_apart() {
    let of_path = |head: &RequestHead<'_>| {
        let secrets = Secrets::builder([SECRET]).tenant(head.uri()?.path());
        Some(Arc::new(secrets.build().unwrap()))
    };
    let receiver = Receiver::builder_with_source(of_path).clock(|| Duration::from_secs(NOW));
    let handler =
        service_fn(async |_: Request<Full<Bytes>>| Ok::<_, Infallible>(empty(StatusCode::OK)));
    let service = layer_of(receiver)
        .idempotency(Idempotency::new("test", MemoryStore::new(10).unwrap()))
        .unwrap()
        .layer(handler);
    let deliver = async |path| {
        let mut request = delivery("1");
        *request.uri_mut() = Uri::from_static(path);
        outcome(service.clone().oneshot(request).await)
    };
    assert_eq!(deliver("/shop-1").await, (StatusCode::OK, None));
    assert_eq!(deliver("/shop-2").await, (StatusCode::OK, None));
    let again = deliver("/shop-1").await;
    assert_eq!(again, (StatusCode::OK, Some(AlreadyHandled)));
}

#[tokio::test]
async fn a_failure_of_grpc_is_given_back_for_the_retry_although_its_status_is_200() {
    for (grpc_status, then) in [("14", None), ("2", None), ("0", Some(AlreadyHandled))] {
        let handler = service_fn(move |_: Request<Full<Bytes>>| async move {
            let mut answer = empty(StatusCode::OK);
            let grpc_status = HeaderValue::from_static(grpc_status);
            answer.headers_mut().insert("grpc-status", grpc_status);
            Ok::<_, Infallible>(answer)
        });
        let service = layer(Idempotency::new("test", MemoryStore::new(10).unwrap())).layer(handler);
        let first = outcome(service.clone().oneshot(delivery("msg_1")).await);
        assert_eq!(first, (StatusCode::OK, None));
        let second = outcome(service.oneshot(delivery("msg_1")).await);
        assert_eq!(second, (StatusCode::OK, then), "{grpc_status}");
    }
}

/// A store that says the same to every claim, and never gives one that would have to be settled.
#[derive(Clone)]
struct AlwaysSays(Result<Claim, StoreError>);

/// A store that is down.
fn down() -> AlwaysSays {
    AlwaysSays(Err(StoreError::new(StoreErrorKind::Unavailable)))
}

impl IdempotencyStore for AlwaysSays {
    type Claiming = std::future::Ready<Result<Claim, StoreError>>;
    type Settling = std::future::Ready<Result<Settlement, StoreError>>;

    fn claim(
        &self,
        _: &IdempotencyKey,
        _: OwnerToken,
        _: BodyDigest,
        _: Duration,
    ) -> Self::Claiming {
        std::future::ready(self.0.clone())
    }

    fn renew(&self, _: &IdempotencyKey, _: OwnerToken, _: Duration) -> Self::Settling {
        panic!("there is no claim to renew")
    }

    fn complete(
        &self,
        _: &IdempotencyKey,
        _: OwnerToken,
        _: BodyDigest,
        _: Duration,
    ) -> Self::Settling {
        panic!("there is no claim to complete")
    }

    fn release(&self, _: &IdempotencyKey, _: OwnerToken) -> Self::Settling {
        panic!("there is no claim to release")
    }

    fn abandon(&self, _: &IdempotencyKey, _: OwnerToken) {
        panic!("there is no claim to abandon")
    }
}

#[tokio::test]
async fn whatever_a_store_says_the_sender_is_told_to_come_back_within_the_lease() {
    for (lease, seconds) in [
        (Duration::from_secs(30), "30"),
        (Duration::MAX, "18446744073709551615"),
    ] {
        let remaining = Duration::MAX;
        let anothers = AlwaysSays(Ok(Claim::InProgress { remaining }));
        let idempotency = Idempotency::new("test", anothers).lease(lease);
        let service = layer(idempotency).layer(unreachable_inner());
        let refused = service.oneshot(delivery("msg_1")).await.unwrap();
        assert_eq!(refused.headers()[RETRY_AFTER], seconds);
    }
}

#[test]
fn a_key_is_shown_as_its_scope_its_tenant_and_its_id() {
    let key = idempotency_key("orders", "shop-1", "msg_1");
    assert_eq!(key.to_string(), "orders:shop-1:msg_1");
}

#[test]
fn the_error_of_a_store_names_its_reason() {
    for (kind, expected) in [
        (
            StoreErrorKind::Unavailable,
            "the idempotency store is unavailable",
        ),
        (
            StoreErrorKind::TimedOut,
            "the idempotency store did not respond in time",
        ),
        (StoreErrorKind::Full, "the idempotency store is full"),
    ] {
        assert_eq!(StoreError::new(kind).to_string(), expected);
    }
}

#[tokio::test]
async fn a_store_that_is_down_refuses_with_503_and_retry_after() {
    let service = layer(Idempotency::new("test", down())).layer(unreachable_inner());
    let response = service.oneshot(delivery("msg_1")).await.unwrap();
    assert_eq!(response.headers()[RETRY_AFTER], "5");
    let refused = outcome(Ok(response));
    assert_eq!(
        refused,
        (StatusCode::SERVICE_UNAVAILABLE, Some(StoreUnavailable))
    );
}

#[tokio::test]
async fn a_store_that_is_down_delivers_unguarded_by_choice() {
    let handler =
        service_fn(async |_: Request<Full<Bytes>>| Ok::<_, Infallible>(empty(StatusCode::OK)));
    let unguarded = Idempotency::new("test", down()).danger_deliver_unguarded_on_store_failure();
    let handled = outcome(
        layer(unguarded)
            .layer(handler)
            .oneshot(delivery("msg_1"))
            .await,
    );
    assert_eq!(handled, (StatusCode::OK, None));
}
