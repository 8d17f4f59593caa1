//! A request with the console's layer around its handler, and without.

use std::{
    convert::Infallible,
    time::{Duration, Instant},
};

use axum::body::{Body, to_bytes};
use http::{Request, Response};
use tokio::runtime::{Builder, Runtime};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_webhook_console::Console;

use benches::{Case, body, receiver, request};

const BYTES: usize = 1024;
const LIMIT: usize = 2 * 1024 * 1024;

pub(crate) fn cases() -> Vec<Case> {
    let console = Console::builder(receiver()).build();
    let handler = service_fn(async |request: Request<Body>| {
        let body = to_bytes(request.into_body(), LIMIT).await.expect("a body");
        assert_eq!(body.len(), BYTES);
        Ok::<_, Infallible>(Response::new(Body::empty()))
    });
    vec![
        case("without", handler),
        case("recording", console.layer().layer(handler)),
    ]
}

fn case<S>(contender: &'static str, service: S) -> Case
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + 'static,
{
    let runtime = Builder::new_current_thread().enable_time().build();
    let runtime = runtime.expect("a runtime");
    let measure = move |runs| serve(&runtime, &service, runs);
    Case::timed("console", contender, BYTES, measure)
}

fn serve<S>(runtime: &Runtime, service: &S, runs: u64) -> Duration
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone,
{
    let request = request(body(BYTES));
    let requests: Vec<_> = (0..runs).map(|_| request.clone().map(Body::new)).collect();
    runtime.block_on(async {
        let mut service = service.clone();
        let started = Instant::now();
        for request in requests {
            let ready = service.ready().await.expect("a service");
            ready.call(request).await.expect("a response");
        }
        started.elapsed()
    })
}
