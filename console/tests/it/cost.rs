use std::time::{Duration, Instant};

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_webhook_console::Console;

use crate::support::receiver;

const REQUESTS: u32 = 200;

/// What a request costs, in the best of many short rounds: a busy machine disturbs some. With a body and headers like those of a webhook.
async fn cost<S>(mut service: S) -> Duration
where
    S: Service<Request<Body>, Response = Response<Body>, Error = std::convert::Infallible>,
{
    let body = Bytes::from(vec![b'x'; 1024]);
    let mut best = Duration::MAX;
    for _ in 0..100 {
        let requests: Vec<_> = (0..REQUESTS)
            .map(|_| {
                let mut request = Request::post("/webhooks")
                    .body(Body::from(body.clone()))
                    .unwrap();
                for name in [
                    "host",
                    "content-type",
                    "user-agent",
                    "svix-id",
                    "svix-timestamp",
                    "svix-signature",
                ] {
                    let value = HeaderValue::from_static("a value of thirty-two characters");
                    request.headers_mut().insert(name, value);
                }
                request
            })
            .collect();
        let started = Instant::now();
        for request in requests {
            service.ready().await.unwrap().call(request).await.unwrap();
        }
        best = best.min(started.elapsed() / REQUESTS);
    }
    best
}

/// Run it with `--release -- --nocapture` for the figure.
#[tokio::test]
async fn a_request_costs_less_than_five_microseconds() {
    let handler = service_fn(async |request: Request<Body>| {
        axum::body::to_bytes(request.into_body(), usize::MAX)
            .await
            .unwrap();
        Ok::<_, std::convert::Infallible>(Response::new(Body::empty()))
    });
    let console = Console::builder(receiver()).build();
    let bare = cost(handler).await;
    let recorded = cost(console.layer().layer(handler)).await;
    let added = recorded.saturating_sub(bare);
    println!(
        "a request costs {added:?} more with the console ({bare:?} without, {recorded:?} with it)"
    );
    // Without optimisation it says nothing.
    if !cfg!(debug_assertions) {
        assert!(added < Duration::from_micros(5), "{added:?}");
    }
}
