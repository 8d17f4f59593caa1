//! The store over a real Redis that a real Sentinel watches.

use std::{
    convert::Infallible,
    fs,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use tower::{Layer as _, ServiceExt, service_fn};
use tower_webhook::{Idempotency, RejectionKind, error::ConfigErrorKind, idempotency::RedisStore};

use super::{
    Runs, delivery, empty, layer, outcome,
    redis_server::{RedisServer, free_port},
};

const PASSWORD: &str = "correct-horse";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_a_failover_nothing_is_handled_again_that_was_replicated() {
    let what = "a failover of Sentinel";
    let args = ["--requirepass", PASSWORD, "--masterauth", PASSWORD];
    let (Some(mut master), Some(replica)) = (
        RedisServer::start_with_or_skip(what, &args),
        RedisServer::start_with_or_skip(what, &args),
    ) else {
        return;
    };
    let auth = format!("AUTH {PASSWORD}");
    let replicate = format!("REPLICAOF 127.0.0.1 {}", master.port);
    replica.command([&auth, &replicate]);

    // Sentinel writes what it learns into its configuration.
    let config = std::env::temp_dir().join(format!("tower-webhook-sentinel-{}.conf", free_port()));
    let text = format!(
        "sentinel monitor mymaster 127.0.0.1 {} 1\n\
         sentinel auth-pass mymaster {PASSWORD}\n\
         sentinel down-after-milliseconds mymaster 1000\n\
         sentinel failover-timeout mymaster 3000\n",
        master.port
    );
    fs::write(&config, text).unwrap();
    let sentinel =
        RedisServer::start_with_or_skip(what, &[config.to_str().unwrap(), "--sentinel"]).unwrap();

    // One of the Sentinels is gone.
    let gone = format!("redis://127.0.0.1:{}", free_port());
    let store = RedisStore::sentinel(
        format!("redis://:{PASSWORD}@mymaster/0"),
        [gone, sentinel.url()],
    )
    .build()
    .unwrap();
    let runs = Runs::default();
    let handler = {
        let runs = runs.clone();
        service_fn(move |request: Request<Full<Bytes>>| {
            runs.record(&request);
            async { Ok::<_, Infallible>(empty(StatusCode::OK)) }
        })
    };
    let service = layer(Idempotency::new("sentinel", store)).layer(handler);
    let deliver = async |id: &str| outcome(service.clone().oneshot(delivery(id)).await);
    let handled = (StatusCode::OK, None);
    let known = (StatusCode::OK, Some(RejectionKind::AlreadyHandled));

    for number in 0..20 {
        assert_eq!(deliver(&format!("before_{number}")).await, handled);
    }
    // Sentinel has to know the replica, and the replica what was handled.
    let started = Instant::now();
    while !master.command([&auth, "WAIT 1 5000"]).starts_with(":1")
        || !sentinel
            .command(["SENTINEL CKQUORUM mymaster"])
            .starts_with("+OK")
        || sentinel.command(["SENTINEL REPLICAS mymaster"]).trim() == "*0"
    {
        assert!(started.elapsed() < Duration::from_secs(20), "no replica");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }

    master.kill();
    let killed = Instant::now();
    let unavailable = Some(RejectionKind::StoreUnavailable);
    assert_eq!(
        deliver("during").await,
        (StatusCode::SERVICE_UNAVAILABLE, unavailable)
    );
    while deliver("during").await != handled {
        assert!(killed.elapsed() < Duration::from_secs(25), "no failover");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for number in 0..20 {
        assert_eq!(deliver(&format!("before_{number}")).await, known);
    }
    assert_eq!(deliver("during").await, known);
    assert_eq!(runs.count(), 21);
    let _ = fs::remove_file(config);
}

#[test]
fn what_names_no_service_or_no_sentinel_is_a_configuration_error() {
    let none: [&str; 0] = [];
    for (service, sentinels) in [
        ("mymaster", &none[..]),
        ("", &["redis://127.0.0.1"]),
        ("mymaster", &["127.0.0.1"]),
        ("https://mymaster", &["redis://127.0.0.1"]),
    ] {
        let builder = RedisStore::sentinel(service, sentinels.iter().copied());
        let error = builder.build().expect_err(service);
        assert_eq!(error.kind(), ConfigErrorKind::InvalidRedisUrl, "{service}");
    }
    let urls: [&str; 0] = [];
    let error = RedisStore::cluster(urls).build().unwrap_err();
    assert_eq!(error.kind(), ConfigErrorKind::InvalidRedisUrl);
}
