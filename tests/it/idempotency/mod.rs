//! Handling each message once.

mod concurrency;
mod detached;
mod failures;
mod faulty;
mod memory;
mod model;
mod promises;
mod proxy;
mod redis;
mod redis_cluster;
mod redis_faults;
mod redis_sentinel;
pub(crate) mod redis_server;
mod states;
mod wrapped;

use std::{
    convert::Infallible,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use tower_webhook::{
    Idempotency, Rejection, RejectionKind, Timestamp,
    idempotency::{IdempotencyStore, MemoryStore},
};

use crate::{
    layer::{Answer, Layer, builder, layer_of},
    support::{NOW, signer},
};

pub(crate) fn layer<I: IdempotencyStore>(idempotency: Idempotency<I>) -> Layer<Bytes, I> {
    layer_of(builder()).idempotency(idempotency).unwrap()
}

pub(crate) fn delivery(id: &str) -> Request<Full<Bytes>> {
    signer().request(id, Timestamp::from_unix_seconds(NOW), "{}")
}

pub(crate) fn empty(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}

/// What became of a delivery: its status, and the reason if the handler was not called.
pub(crate) fn outcome(response: Result<Answer, Infallible>) -> (StatusCode, Option<RejectionKind>) {
    let response = response.unwrap();
    let rejection: Option<&Rejection> = response.extensions().get();
    (response.status(), rejection.map(Rejection::kind))
}

/// Lets other tasks run until something is so.
pub(crate) async fn until(is_so: impl Fn() -> bool) {
    for _ in 0..10_000 {
        if is_so() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("it never came to be so")
}

/// A clock that a test moves.
#[derive(Clone, Default)]
pub(crate) struct TestClock(Arc<AtomicU64>);

impl TestClock {
    pub(crate) fn advance(&self, by: Duration) {
        let millis = u64::try_from(by.as_millis()).unwrap();
        self.0.fetch_add(millis, Ordering::Relaxed);
    }

    pub(crate) fn millis(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn memory_store(&self, capacity: usize) -> MemoryStore {
        let clock = self.clone();
        MemoryStore::with_clock(capacity, move || {
            Duration::from_millis(clock.0.load(Ordering::Relaxed))
        })
        .unwrap()
    }
}

/// Counts the runs of a handler by the id of the message.
#[derive(Clone, Default)]
pub(crate) struct Runs(Arc<Mutex<Vec<String>>>);

impl Runs {
    pub(crate) fn record(&self, request: &Request<Full<Bytes>>) {
        let delivery: &tower_webhook::Delivery<Bytes> = request.extensions().get().unwrap();
        self.0.lock().unwrap().push(delivery.id().to_string());
    }

    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}
