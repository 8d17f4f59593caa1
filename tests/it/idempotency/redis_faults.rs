//! The store over a real Redis, behind a network that fails.

use std::{
    convert::Infallible,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use tower::{Layer as _, ServiceExt, service_fn};
use tower_webhook::{
    Idempotency, RejectionKind,
    idempotency::{
        BodyDigest, Claim, IdempotencyStore, OwnerToken, RedisStore, StoreError, StoreErrorKind,
    },
    testing::idempotency_key,
};

use super::{
    delivery, empty, layer, outcome, promises::Promises, proxy::Proxy, redis::cause,
    redis_server::RedisServer,
};

const HANDLED: (StatusCode, Option<RejectionKind>) = (StatusCode::OK, None);
const UNAVAILABLE: (StatusCode, Option<RejectionKind>) = (
    StatusCode::SERVICE_UNAVAILABLE,
    Some(RejectionKind::StoreUnavailable),
);

/// Far more than it takes on a machine that does nothing else, far less than an operating system's own time-outs.
const SECONDS: Duration = Duration::from_secs(10);

fn store(url: impl Into<String>) -> RedisStore {
    RedisStore::builder(url).build().unwrap()
}

/// Delivers a message to a handler that succeeds.
async fn deliver(store: &RedisStore, id: &str) -> (StatusCode, Option<RejectionKind>) {
    let handler =
        service_fn(async |_: Request<Full<Bytes>>| Ok::<_, Infallible>(empty(StatusCode::OK)));
    let service = layer(Idempotency::new("faults", store.clone())).layer(handler);
    outcome(service.oneshot(delivery(id)).await)
}

/// Why a claim fails.
async fn failure(store: &RedisStore) -> StoreError {
    let key = idempotency_key("faults", "", "failing");
    let claiming = store.claim(
        &key,
        OwnerToken::random(),
        BodyDigest::of(b""),
        Duration::from_secs(60),
    );
    claiming.await.unwrap_err()
}

/// Delivers until it is handled.
async fn assert_recovers(store: &RedisStore, id: &str) {
    let started = Instant::now();
    while deliver(store, id).await != HANDLED {
        assert!(started.elapsed() < SECONDS, "not within {SECONDS:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn the_first_delivery_after_redis_closed_an_idle_connection_is_handled() {
    let Some(server) = RedisServer::start_or_skip("idle connections that Redis closes") else {
        return;
    };
    server.command(["CONFIG SET timeout 1"]);
    let store = store(server.url());
    assert_eq!(deliver(&store, "msg_1").await, HANDLED);
    let started = Instant::now();
    while server_has_other_clients(&server) {
        assert!(started.elapsed() < Duration::from_secs(10), "not closed");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(deliver(&store, "msg_2").await, HANDLED);
}

/// Whether anybody is connected beside the one who asks.
fn server_has_other_clients(server: &RedisServer) -> bool {
    use std::io::{Read, Write};
    let mut connection = std::net::TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    connection.write_all(b"CLIENT LIST\r\nQUIT\r\n").unwrap();
    let mut list = String::new();
    connection.read_to_string(&mut list).unwrap();
    list.matches(" addr=").count() > 1
}

#[tokio::test]
async fn the_first_delivery_after_a_balancer_closed_the_connection_is_handled() {
    let Some(server) = RedisServer::start_or_skip("connections that a balancer closes") else {
        return;
    };
    let proxy = Proxy::to(server.port).await;
    let store = store(format!("redis://{}", proxy.address));
    for round in 0..5 {
        assert_eq!(deliver(&store, &format!("msg_{round}")).await, HANDLED);
        proxy.cut();
        // The client may have noticed it by then, or not.
        tokio::time::sleep(Duration::from_millis(10 * round)).await;
    }
    assert_eq!(deliver(&store, "msg_last").await, HANDLED);
}

#[tokio::test]
async fn a_connection_that_went_silent_is_replaced_within_the_delivery_that_meets_it() {
    let Some(server) = RedisServer::start_or_skip("connections that go silent") else {
        return;
    };
    let proxy = Proxy::to(server.port).await;
    let store = store(format!("redis://{}", proxy.address));
    assert_eq!(deliver(&store, "msg_1").await, HANDLED);
    assert_eq!(proxy.accepted(), 1);
    proxy.silence();
    let started = Instant::now();
    assert_eq!(deliver(&store, "msg_2").await, HANDLED);
    assert!(started.elapsed() < SECONDS, "{started:?}");
    assert_eq!(proxy.accepted(), 2);
    // And it is used from then on.
    assert_eq!(deliver(&store, "msg_3").await, HANDLED);
    assert_eq!(proxy.accepted(), 2);
}

#[tokio::test]
async fn a_redis_that_is_silent_is_a_time_out_and_recovers_within_seconds_under_load() {
    let Some(server) = RedisServer::start_or_skip("a Redis that is silent for a while") else {
        return;
    };
    let proxy = Proxy::to(server.port).await;
    let store = RedisStore::builder(format!("redis://{}", proxy.address))
        .timeout(Duration::from_millis(600))
        .build()
        .unwrap();
    assert_eq!(deliver(&store, "msg_1").await, HANDLED);
    proxy.silence_all(true);
    let error = failure(&store).await;
    assert_eq!(error.kind(), StoreErrorKind::TimedOut);
    assert_eq!(cause(&error), "no response of Redis within 600ms");

    // Deliveries go on meanwhile, so that at every time some wait for a connection with little time left.
    let load = tokio::spawn({
        let store = store.clone();
        async move {
            for number in 0.. {
                let store = store.clone();
                tokio::spawn(async move { deliver(&store, &format!("load_{number}")).await });
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    proxy.silence_all(false);
    assert_recovers(&store, "msg_2").await;
    load.abort();
}

#[tokio::test]
async fn a_connection_that_is_refused_or_closed_says_so_and_recovers_at_once() {
    let Some(mut server) = RedisServer::start_or_skip("a Redis that refuses connections") else {
        return;
    };
    let proxy = Proxy::to(server.port).await;
    let direct = store(server.url());
    let over_proxy = store(format!("redis://{}", proxy.address));
    server.kill();
    let error = failure(&direct).await;
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    assert!(cause(&error).contains("refused"), "{error:?}");
    proxy.cut_all(true);
    let error = failure(&over_proxy).await;
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    assert_eq!(deliver(&direct, "msg_1").await, UNAVAILABLE);

    server.start();
    proxy.cut_all(false);
    assert_recovers(&direct, "msg_1").await;
    assert_recovers(&over_proxy, "msg_2").await;
}

#[tokio::test]
async fn a_server_that_became_a_replica_says_so_and_recovers_at_once() {
    let Some(server) = RedisServer::start_or_skip("a Redis that becomes a replica") else {
        return;
    };
    let store = store(server.url());
    assert_eq!(deliver(&store, "msg_1").await, HANDLED);
    server.command(["REPLICAOF 127.0.0.1 1"]);
    let error = failure(&store).await;
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    assert!(cause(&error).contains("READONLY"), "{}", cause(&error));
    server.command(["REPLICAOF NO ONE"]);
    assert_eq!(deliver(&store, "msg_2").await, HANDLED);
}

#[tokio::test]
async fn wrong_and_missing_passwords_are_told_apart_and_never_shown() {
    let Some(server) = RedisServer::start_or_skip("passwords of Redis") else {
        return;
    };
    server.command(["CONFIG SET requirepass correct-horse"]);
    let with = |password: &str| store(format!("redis://{password}127.0.0.1:{}", server.port));
    let (wrong, missing) = (with(":battery-staple@"), with(""));
    for (store, expected) in [(&wrong, "WRONGPASS"), (&missing, "NOAUTH")] {
        let error = failure(store).await;
        assert_eq!(error.kind(), StoreErrorKind::Unavailable);
        assert!(cause(&error).contains(expected), "{}", cause(&error));
        let shown = format!("{error} {error:?} {} {store:?}", cause(&error));
        assert!(!shown.contains("battery-staple"), "{shown}");
    }
    assert_eq!(deliver(&with(":correct-horse@"), "msg_1").await, HANDLED);
    // Once the passwords are right, nobody has to be restarted.
    server.command([
        "AUTH correct-horse",
        "CONFIG SET requirepass battery-staple",
    ]);
    assert_eq!(deliver(&wrong, "msg_2").await, HANDLED);
    server.command(["AUTH battery-staple", "CONFIG SET requirepass \"\""]);
    assert_eq!(deliver(&missing, "msg_3").await, HANDLED);
}

#[tokio::test]
async fn a_host_that_is_unknown_says_so() {
    let error = failure(&store("redis://redis.invalid")).await;
    let cause = cause(&error);
    // A resolver that nobody answers takes longer.
    let is_lookup = error.kind() == StoreErrorKind::Unavailable && cause.contains("lookup");
    let is_late = error.kind() == StoreErrorKind::TimedOut && cause.contains("Redis within");
    assert!(is_lookup || is_late, "{error:?}");
}

#[tokio::test]
async fn a_claim_whose_response_was_lost_is_its_owners() {
    let Some(server) = RedisServer::start_or_skip("responses that are lost") else {
        return;
    };
    let proxy = Proxy::to(server.port).await;
    let store = store(format!("redis://{}", proxy.address));
    let lease = Duration::from_secs(60);
    for number in 0..10 {
        let key = idempotency_key("faults", "", &format!("lost_{number}"));
        let (owner, body) = (OwnerToken::random(), BodyDigest::of(b""));
        let claiming = tokio::spawn(store.claim(&key, owner, body, lease));
        // At different times of the way there and back.
        tokio::time::sleep(Duration::from_micros(100 * number)).await;
        proxy.cut();
        assert_eq!(claiming.await.unwrap().unwrap(), Claim::Fresh);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn through_all_of_these_faults_the_promises_hold() {
    let durable = ["--appendonly", "yes", "--appendfsync", "always"];
    let Some(mut server) = RedisServer::start_with_or_skip("a storm of faults", &durable) else {
        return;
    };
    let proxies = [Proxy::to(server.port).await, Proxy::to(server.port).await];
    let stores = [&proxies[0], &proxies[1]].map(|proxy| {
        RedisStore::builder(format!("redis://{}", proxy.address))
            .timeout(Duration::from_millis(400))
            .build()
            .unwrap()
    });
    let promises = Promises::start(&stores);
    let pause = || tokio::time::sleep(Duration::from_millis(300));
    for round in 0..3 {
        pause().await;
        let proxy = &proxies[round % 2];
        proxy.cut();
        pause().await;
        proxy.silence();
        pause().await;
        proxy.silence_all(true);
        pause().await;
        proxy.silence_all(false);
        pause().await;
        proxy.cut_all(true);
        pause().await;
        proxy.cut_all(false);
        pause().await;
        server.command(["REPLICAOF 127.0.0.1 1"]);
        pause().await;
        server.command(["REPLICAOF NO ONE"]);
        pause().await;
        server.kill();
        pause().await;
        server.start();
    }
    pause().await;
    promises.assert_held().await;
}
