//! The store over a real Redis.

use std::{convert::Infallible, time::Duration};

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use tower::{Layer as _, ServiceExt, service_fn};
use tower_webhook::{
    Idempotency, RejectionKind,
    error::ConfigErrorKind,
    idempotency::{
        BodyDigest, Claim, IdempotencyStore, OwnerToken, RedisStore, Settlement, StoreError,
        StoreErrorKind,
    },
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
    assert_eq!(
        claim(&store, "shortest", Duration::ZERO).await,
        Claim::Fresh
    );
    assert_eq!(claim(&store, "longest", Duration::MAX).await, Claim::Fresh);
    let Claim::InProgress { remaining } = claim(&store, "longest", Duration::MAX).await else {
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
            let (owner, body) = (OwnerToken::random(), BodyDigest::of(b"{}"));
            let claimed = store.claim(&key, owner, body, lease).await.unwrap();
            assert_eq!(claimed, Claim::Fresh, "{key:?}");
            let settled = store.complete(&key, owner, body, retention).await.unwrap();
            let claiming = store.claim(&key, OwnerToken::random(), body, lease);
            let again = claiming.await.unwrap();
            assert_eq!(settled, Settlement::Settled, "{key:?}");
            // What lasts a millisecond may be over by now, or not.
            if long.contains(&retention) {
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
    let service = layer(Idempotency::new("test", server.store())).layer(handler);
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
    let service = layer(Idempotency::new("test", store)).layer(handler);
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
        let service =
            layer(Idempotency::new("test", store)).layer(crate::layer::unreachable_inner());
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
fn a_time_out_of_nothing_is_a_configuration_error() {
    let builder = RedisStore::builder("redis://127.0.0.1").timeout(Duration::ZERO);
    assert_eq!(
        builder.build().unwrap_err().kind(),
        ConfigErrorKind::ZeroTimeout
    );
    let shortest = RedisStore::builder("redis://127.0.0.1").timeout(Duration::from_millis(1));
    shortest.build().unwrap();
}

#[tokio::test]
async fn its_keys_start_with_the_prefix_that_is_set() {
    let Some(server) = RedisServer::start_or_skip("the prefix of keys in Redis") else {
        return;
    };
    let ours = RedisStore::builder(server.url()).key_prefix("ours:");
    for (store, keys) in [
        (RedisStore::builder(server.url()), "KEYS tower-webhook:*"),
        (ours, "KEYS ours:*"),
    ] {
        let store = store.build().unwrap();
        assert_eq!(server.command([keys]).trim(), "*0", "{keys}");
        assert_eq!(claim(&store, "msg_1", SECONDS).await, Claim::Fresh);
        assert_eq!(server.command([keys]).trim(), "*1", "{keys}");
    }
}

#[test]
fn it_is_made_outside_of_a_runtime_and_used_in_one_after_another() {
    let Some(server) = RedisServer::start_or_skip("a Redis store made outside of a runtime") else {
        return;
    };
    let store = server.store();
    for number in 0..2 {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let claim = runtime.block_on(claim(&store, &format!("msg_{number}"), SECONDS));
        assert_eq!(claim, Claim::Fresh);
    }
}

#[tokio::test]
async fn outside_of_a_runtime_before_its_first_use_it_fails_and_says_so() {
    let store = RedisStore::builder("redis://127.0.0.1:1").build().unwrap();
    let outside = std::thread::spawn(move || {
        let key = idempotency_key("test", "", "msg_1");
        let claiming = store.claim(&key, OwnerToken::random(), BodyDigest::of(b""), SECONDS);
        crate::support::now(claiming).unwrap_err()
    });
    let error = outside.join().unwrap();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    assert_eq!(cause(&error), "there is no Tokio runtime");
}

const SECONDS: Duration = Duration::from_secs(60);

/// The outcome of a claim by a new owner.
async fn claim(store: &RedisStore, id: &str, lease: Duration) -> Claim {
    let key = idempotency_key("test", "", id);
    let claiming = store.claim(&key, OwnerToken::random(), BodyDigest::of(b""), lease);
    claiming.await.unwrap()
}

/// The cause of an error, as text.
pub(super) fn cause(error: &StoreError) -> String {
    std::error::Error::source(error)
        .expect("a cause")
        .to_string()
}
