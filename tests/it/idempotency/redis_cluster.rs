//! The store over a real Redis Cluster.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use tower_webhook::{
    idempotency::{BodyDigest, Claim, IdempotencyStore, OwnerToken, RedisStore, StoreError},
    testing::{idempotency_conformance, idempotency_key},
};

use super::{promises::Promises, redis_server::RedisServer};

/// A cluster of three masters.
fn start_or_skip(what: &str) -> Option<[RedisServer; 3]> {
    let args = [
        "--cluster-enabled",
        "yes",
        "--cluster-node-timeout",
        "1000",
        // The slots of those that live can be used.
        "--cluster-require-full-coverage",
        "no",
        "--appendonly",
        "yes",
        "--appendfsync",
        "always",
    ];
    let servers = [(); 3].map(|()| RedisServer::start_with_or_skip(what, &args));
    let [Some(one), Some(two), Some(three)] = servers else {
        return None;
    };
    let servers = [one, two, three];
    let created = Command::new("redis-cli")
        .args(["--cluster", "create"])
        .args(
            servers
                .iter()
                .map(|server| format!("127.0.0.1:{}", server.port)),
        )
        .args(["--cluster-replicas", "0", "--cluster-yes"])
        .output()
        .unwrap();
    assert!(created.status.success(), "{created:?}");
    await_whole_cluster(&servers);
    Some(servers)
}

fn await_whole_cluster(servers: &[RedisServer]) {
    let started = Instant::now();
    while !servers.iter().all(knows_a_whole_cluster) {
        assert!(started.elapsed() < Duration::from_secs(20), "no cluster");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn knows_a_whole_cluster(server: &RedisServer) -> bool {
    let info = Command::new("redis-cli")
        .args(["-p", &server.port.to_string(), "cluster", "info"])
        .output()
        .unwrap();
    let info = String::from_utf8(info.stdout).unwrap();
    info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:3")
}

fn store(servers: &[RedisServer; 3]) -> RedisStore {
    // The first is not needed: the others know of it.
    let urls = servers[1..].iter().map(RedisServer::url);
    RedisStore::cluster(urls)
        .timeout(Duration::from_secs(1))
        .build()
        .unwrap()
}

async fn claim(store: &RedisStore, number: usize) -> Result<Claim, StoreError> {
    // A hash tag would put all of them on one node.
    let key = idempotency_key("cluster{x}", "{tenant}", &format!("{{msg}}_{number}"));
    let lease = Duration::from_secs(60);
    store
        .claim(&key, OwnerToken::random(), BodyDigest::of(b""), lease)
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_three_nodes_it_conforms_and_bears_the_loss_of_one() {
    let Some(mut servers) = start_or_skip("a Redis Cluster") else {
        return;
    };
    let store = store(&servers);
    idempotency_conformance(&store, "conformance", tokio::time::sleep).await;
    let claim_all = async || {
        let mut outcomes = Vec::new();
        for number in 0..30 {
            outcomes.push(claim(&store, number).await);
        }
        outcomes
    };
    for claimed in claim_all().await {
        assert_eq!(claimed.unwrap(), Claim::Fresh);
    }
    // The keys are spread over the nodes.
    for server in &servers {
        let size = server.command(["DBSIZE"]);
        assert_ne!(size.trim(), ":0");
    }

    // The runtime of the first use may end.
    let of_two_runtimes = self::store(&servers);
    let elsewhere = std::thread::spawn({
        let store = of_two_runtimes.clone();
        move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(claim(&store, 100))
        }
    });
    assert_eq!(elsewhere.join().unwrap().unwrap(), Claim::Fresh);
    let here = claim(&of_two_runtimes, 101).await;
    assert_eq!(here.unwrap(), Claim::Fresh);

    let promises = Promises::start(&[store.clone(), self::store(&servers)]);
    tokio::time::sleep(Duration::from_millis(500)).await;
    servers[2].kill();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let without_one = claim_all().await;
    let known = without_one.iter().flatten().count();
    assert!((10..30).contains(&known), "{known} of 30 are known");
    servers[2].start();
    await_whole_cluster(&servers);
    promises.assert_held().await;
    for claimed in claim_all().await {
        let claimed = claimed.unwrap();
        assert!(matches!(claimed, Claim::InProgress { .. }), "{claimed:?}");
    }
}
