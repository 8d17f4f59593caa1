//! The store over a real Redis.

use std::{convert::Infallible, time::Duration};

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use tower::{Layer as _, ServiceExt, service_fn};
use tower_webhook::{
    Claim, ConfigErrorKind, Idempotency, IdempotencyStore, RedisStore, RejectionKind, Settlement,
    testing::{idempotency_conformance, idempotency_key},
};

use super::{Runs, delivery, empty, layer, outcome, redis_server::RedisServer};

#[tokio::test]
async fn it_conforms() {
    let Some(server) = RedisServer::start_or_skip("conformance of the Redis store") else {
        return;
    };
    idempotency_conformance(&server.store(), "conformance", tokio::time::sleep).await;
}

#[tokio::test]
async fn a_lease_lasts_a_millisecond_at_least_and_ten_years_at_most() {
    let Some(server) = RedisServer::start_or_skip("leases that Redis would refuse") else {
        return;
    };
    let store = server.store();
    let claim = async |id, lease| {
        let key = idempotency_key("leases", "", id);
        store.claim(&key, lease).await.unwrap()
    };
    assert!(matches!(
        claim("shortest", Duration::ZERO).await,
        Claim::Fresh(_)
    ));
    assert!(matches!(
        claim("longest", Duration::MAX).await,
        Claim::Fresh(_)
    ));
    let Claim::InProgress { remaining } = claim("longest", Duration::MAX).await else {
        panic!("the lease is over")
    };
    let ten_years = Duration::from_secs(10 * 365 * 24 * 60 * 60);
    let off = ten_years.abs_diff(remaining);
    assert!(off < Duration::from_secs(60), "{off:?}");
}

#[tokio::test]
async fn no_lease_and_no_retention_at_the_ends_of_the_types_is_an_error() {
    let Some(server) = RedisServer::start_or_skip("leases at the ends of the types") else {
        return;
    };
    let store = server.store();
    let brief = [
        Duration::ZERO,
        Duration::from_nanos(1),
        Duration::from_millis(1),
    ];
    let long = [
        Duration::from_secs(60),
        Duration::from_millis(i64::MAX.unsigned_abs()),
        Duration::from_millis(i64::MAX.unsigned_abs() + 1),
        Duration::from_millis(u64::MAX),
        Duration::from_secs(u64::MAX),
        Duration::MAX,
    ];
    let all = || brief.into_iter().chain(long);
    for lease in all() {
        for retention in all() {
            let key = idempotency_key(
                "ends",
                "",
                &format!("{}-{}", lease.as_nanos(), retention.as_nanos()),
            );
            let Claim::Fresh(owner) = store.claim(&key, lease).await.unwrap() else {
                panic!("claimed before: {key:?}")
            };
            let settled = store.complete(&key, owner, retention).await.unwrap();
            let again = store.claim(&key, lease).await.unwrap();
            // What lasts a millisecond may be over by now, or not.
            if long.contains(&lease) {
                assert_eq!(settled, Settlement::Settled, "{key:?}");
            }
            if long.contains(&lease) && long.contains(&retention) {
                assert_eq!(again, Claim::Done, "{key:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_server_that_is_killed_and_restarted_loses_no_event_and_the_service_recovers() {
    let Some(mut server) = RedisServer::start_or_skip("Redis killed and restarted") else {
        return;
    };
    let runs = Runs::default();
    let handler = {
        let runs = runs.clone();
        service_fn(move |request: Request<Full<Bytes>>| {
            runs.record(&request);
            async { Ok::<_, Infallible>(empty(StatusCode::OK)) }
        })
    };
    let service = layer(Idempotency::new(server.store())).layer(handler);
    let deliver = async |id: &str| outcome(service.clone().oneshot(delivery(id)).await);

    for id in ["msg_1", "msg_2", "msg_1", "msg_2"] {
        assert_eq!(deliver(id).await.0, StatusCode::OK);
    }
    assert_eq!(runs.all(), ["msg_1", "msg_2"]);

    server.kill();
    for _ in 0..3 {
        let refused = deliver("msg_3").await;
        let unavailable = Some(RejectionKind::StoreUnavailable);
        assert_eq!(refused, (StatusCode::SERVICE_UNAVAILABLE, unavailable));
    }
    assert_eq!(runs.count(), 2);

    server.start();
    let mut attempts = 0;
    while deliver("msg_3").await != (StatusCode::OK, None) {
        attempts += 1;
        assert!(attempts < 100, "the service did not recover");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let again = deliver("msg_3").await;
    assert_eq!(again, (StatusCode::OK, Some(RejectionKind::AlreadyHandled)));
    assert_eq!(runs.all(), ["msg_1", "msg_2", "msg_3"]);
}

#[tokio::test]
async fn what_a_handler_did_is_acknowledged_although_its_claim_cannot_be_completed() {
    let Some(server) = RedisServer::start_or_skip("Redis killed under a handler") else {
        return;
    };
    let store = server.store();
    let server = std::sync::Arc::new(std::sync::Mutex::new(server));
    let handler = service_fn(move |_: Request<Full<Bytes>>| {
        server.lock().unwrap().kill();
        async { Ok::<_, Infallible>(empty(StatusCode::OK)) }
    });
    let service = layer(Idempotency::new(store)).layer(handler);
    let handled = outcome(service.oneshot(delivery("msg_1")).await);
    assert_eq!(handled, (StatusCode::OK, None));
}

#[tokio::test]
async fn a_server_that_hangs_is_refused_in_time() {
    // It takes connections and never answers.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let hanging = tokio::spawn(async move {
        let mut connections = Vec::new();
        while let Ok(connection) = listener.accept().await {
            connections.push(connection);
        }
    });
    for scheme in ["redis", "rediss"] {
        let store = RedisStore::builder(format!("{scheme}://{address}"))
            .timeout(Duration::from_millis(100))
            .build()
            .unwrap();
        let service = layer(Idempotency::new(store)).layer(crate::layer::unreachable_inner());
        let answer = service.oneshot(delivery("msg_1"));
        let answer = tokio::time::timeout(Duration::from_secs(5), answer).await;
        let refused = outcome(answer.expect("an answer in time"));
        let unavailable = Some(RejectionKind::StoreUnavailable);
        assert_eq!(
            refused,
            (StatusCode::SERVICE_UNAVAILABLE, unavailable),
            "{scheme}"
        );
    }
    hanging.abort();
}

#[tokio::test]
async fn what_is_no_url_is_a_configuration_error_that_does_not_show_it() {
    let builder = RedisStore::builder("user:password@nowhere");
    assert!(!format!("{builder:?}").contains("password"));
    let error = builder.build().unwrap_err();
    assert_eq!(error.kind(), ConfigErrorKind::InvalidRedisUrl);
    assert!(!error.to_string().contains("password"));
}

#[test]
fn outside_of_a_runtime_it_is_a_configuration_error() {
    let error = RedisStore::builder("redis://127.0.0.1")
        .build()
        .unwrap_err();
    assert_eq!(error.kind(), ConfigErrorKind::NoTokioRuntime);
}
