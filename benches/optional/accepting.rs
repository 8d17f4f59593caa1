//! How long a service takes to accept signed deliveries, so many at a time.

use std::{
    convert::Infallible,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use tokio::{runtime::Runtime, task::JoinSet};
use tower::{Service, ServiceExt};
use tower_webhook::{Timestamp, testing::Signer};

use benches::{Case, SECRET, body};

const BYTES: usize = 1024;
/// How often each sender has its turn in a measurement, at least: when there are few turns, the first and the last count too much.
const TURNS: usize = 16;

/// A service that accepts deliveries, each with an id of its own.
pub(crate) fn case<S, B>(
    group: &'static str,
    contender: &'static str,
    runtime: &Arc<Runtime>,
    service: S,
    at_a_time: usize,
) -> Case
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
{
    let runtime = Arc::clone(runtime);
    let signer = Signer::new(SECRET).expect("a secret");
    let measure = move |runs| {
        let deliveries = (0..runs).map(|_| delivery(&signer)).collect();
        runtime.block_on(accept(&service, deliveries, at_a_time))
    };
    let least = at_a_time * TURNS;
    Case::timed(group, contender, BYTES, measure).at_least(least as u64)
}

fn delivery(signer: &Signer) -> Request<Full<Bytes>> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    signer.request(&format!("msg_{number}"), Timestamp::now(), body(BYTES))
}

/// Sends the next delivery when one is answered, with `at_a_time` of them on their way.
async fn accept<S, B>(
    service: &S,
    deliveries: Vec<Request<Full<Bytes>>>,
    at_a_time: usize,
) -> Duration
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
{
    let waiting = Arc::new(Mutex::new(deliveries.into_iter()));
    let started = Instant::now();
    let mut senders = JoinSet::new();
    for _ in 0..at_a_time {
        let (waiting, service) = (Arc::clone(&waiting), service.clone());
        senders.spawn(async move {
            let next = || waiting.lock().expect("no sender has failed").next();
            while let Some(delivery) = next() {
                let answer = service.clone().oneshot(delivery).await.expect("an answer");
                assert_eq!(answer.status(), StatusCode::ACCEPTED);
            }
        });
    }
    senders.join_all().await;
    started.elapsed()
}
