//! Many deliveries of the same messages at once, by two services that share a store.

use std::{convert::Infallible, time::Duration};

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use tokio::task::JoinSet;
use tower::{Layer as _, ServiceExt, service_fn};
use tower_webhook::{
    Idempotency, RejectionKind,
    idempotency::{IdempotencyStore, MemoryStore},
};

use super::{Runs, delivery, empty, layer, outcome, redis_server::RedisServer};

const IDS: usize = 50;
const DELIVERIES_EACH: usize = 8;

/// A mixed order that is the same in every run.
fn mixed() -> Vec<usize> {
    let total = IDS * DELIVERIES_EACH;
    // 7 and the total have no common divisor.
    (0..total)
        .map(|index| (index * 7 + 3) % total % IDS)
        .collect()
}

async fn each_message_is_handled_once<I: IdempotencyStore>(stores: [I; 2]) {
    let runs = Runs::default();
    let services = stores.map(|store| {
        let runs = runs.clone();
        let handler = service_fn(move |request: Request<Full<Bytes>>| {
            runs.record(&request);
            async {
                tokio::time::sleep(Duration::from_millis(2)).await;
                Ok::<_, Infallible>(empty(StatusCode::OK))
            }
        });
        layer(Idempotency::new("test", store)).layer(handler)
    });
    let mut deliveries = JoinSet::new();
    for (number, id) in mixed().into_iter().enumerate() {
        let service = services[number % 2].clone();
        deliveries.spawn(service.oneshot(delivery(&format!("msg_{id}"))));
    }
    while let Some(answer) = deliveries.join_next().await {
        match outcome(answer.unwrap()) {
            (StatusCode::OK, None | Some(RejectionKind::AlreadyHandled))
            | (StatusCode::CONFLICT, Some(RejectionKind::ClaimedByAnother)) => {}
            other => panic!("{other:?}"),
        }
    }
    let mut handled = runs.all();
    handled.sort();
    let all = handled.len();
    handled.dedup();
    assert_eq!((all, handled.len()), (IDS, IDS));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_the_memory_store() {
    let store = MemoryStore::new(1000).unwrap();
    each_message_is_handled_once([store.clone(), store]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_redis_with_a_connection_each() {
    let Some(server) = RedisServer::start_or_skip("concurrent deliveries over Redis") else {
        return;
    };
    each_message_is_handled_once([server.store(), server.store()]).await;
}
