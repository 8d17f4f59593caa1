//! The layer that records.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    task::{Context, Poll},
    time::{Duration, Instant, SystemTime},
};

use axum::{body::Body, response::IntoResponse};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{HeaderMap, Request, Response, header::EXPECT};
use http_body::Body as _;
use tower_layer::Layer;
use tower_service::Service;
use tower_webhook::Rejection;

use crate::{
    guard::OfThePage,
    record::{Head, Outcome, Record, Ring},
    replay::{FromConsole, Target},
    tee::{self, Taken},
};

/// Most bytes of a response's body that are kept.
const MAX_RESPONSE_BYTES: u64 = 16 * 1024;
/// How long a response waits for the rest of a body that nobody read: a request that was rejected by its head is explained
/// by its body too.
const MAX_WAIT_FOR_REST: Duration = Duration::from_millis(250);

/// Records what passes: see [`Console::layer`](crate::Console::layer).
#[derive(Clone, Debug)]
pub struct ConsoleLayer {
    ring: Arc<Ring>,
}

impl ConsoleLayer {
    pub(crate) fn new(ring: Arc<Ring>) -> Self {
        Self { ring }
    }
}

impl<S> Layer<S> for ConsoleLayer
where
    S: Service<Request<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Response: IntoResponse,
    S::Future: Send,
{
    type Service = ConsoleService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        let recorder = Arc::new(Recorder {
            inner: Mutex::new(inner.clone()),
            ring: Arc::clone(&self.ring),
        });
        self.ring.put_around(recorder.clone());
        ConsoleService { inner, recorder }
    }
}

/// The middleware that [`ConsoleLayer`] makes.
#[derive(Debug)]
pub struct ConsoleService<S> {
    inner: S,
    recorder: Arc<Recorder<S>>,
}

impl<S: Clone> Clone for ConsoleService<S> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            recorder: Arc::clone(&self.recorder),
        }
    }
}

impl<S> Service<Request<Body>> for ConsoleService<S>
where
    S: Service<Request<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Response: IntoResponse,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let recorder = Arc::clone(&self.recorder);
        let observed = Observed::new(recorder, &request);
        let request = request.map(|body| tee::tee(body, &observed.taken));
        let responding = self.inner.call(request);
        Box::pin(async move {
            let Ok(response) = responding.await.map(IntoResponse::into_response);
            Ok(observed.finish(response).await)
        })
    }
}

/// What the calls of one service share.
pub(crate) struct Recorder<S> {
    /// `Service` takes `&mut self`, and the router's services are not `Sync`: each replay has a clone of its own.
    inner: Mutex<S>,
    ring: Arc<Ring>,
}

impl<S> std::fmt::Debug for Recorder<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}

impl<S> Target for Recorder<S>
where
    S: Service<Request<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Response: IntoResponse,
    S::Future: Send,
{
    fn send(
        self: Arc<Self>,
        request: Request<Body>,
    ) -> Pin<Box<dyn Future<Output = Response<Body>> + Send>> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let mut service = ConsoleService {
            inner: inner.clone(),
            recorder: Arc::clone(&self),
        };
        drop(inner);
        Box::pin(async move {
            let Ok(()) = std::future::poll_fn(|cx| service.poll_ready(cx)).await;
            let Ok(response) = service.call(request).await;
            response
        })
    }
}

/// A request that is being handled. Dropped before there is a response, it is recorded without one: the client hung up, or
/// the handler panicked.
struct Observed<S>
where
    Recorder<S>: Target,
{
    recorder: Arc<Recorder<S>>,
    head: Option<Head>,
    taken: Arc<Mutex<Taken>>,
    at: SystemTime,
    started: Instant,
    waits_for_continue: bool,
}

impl<S> Observed<S>
where
    Recorder<S>: Target,
{
    fn new(recorder: Arc<Recorder<S>>, request: &Request<Body>) -> Self {
        Self {
            recorder,
            head: Some(Head {
                method: request.method().clone(),
                uri: request.uri().to_string(),
                headers: compact(request.headers()),
                extensions: request.extensions().clone(),
            }),
            taken: Arc::default(),
            at: SystemTime::now(),
            started: Instant::now(),
            waits_for_continue: request.headers().contains_key(EXPECT),
        }
    }

    async fn finish(mut self, response: Response<Body>) -> Response<Body> {
        let duration = self.started.elapsed();
        let (parts, mut body) = response.into_parts();
        if parts.extensions.get::<OfThePage>().is_some() {
            self.head = None;
            return Response::from_parts(parts, body);
        }
        // To read would ask a client for a body that nobody wants.
        if !self.waits_for_continue {
            let rest = tee::read_rest(&self.taken);
            if let Some(rest) = rest {
                let _ = tokio::time::timeout(MAX_WAIT_FOR_REST, rest).await;
            }
        }
        let mut kept = Bytes::new();
        // A stream passes on as it comes.
        let most = body.size_hint().upper();
        if most.is_some_and(|bytes| bytes > 0 && bytes <= MAX_RESPONSE_BYTES) {
            (kept, body) = peek(body).await;
        }
        self.record(Some(&parts), duration, kept);
        Response::from_parts(parts, body)
    }
}

impl<S> Observed<S>
where
    Recorder<S>: Target,
{
    fn record(
        &mut self,
        response: Option<&http::response::Parts>,
        duration: Duration,
        body: Bytes,
    ) {
        let Some(head) = self.head.take() else {
            return;
        };
        let (request_body, is_whole) = tee::take(&self.taken);
        let outcome = Outcome {
            status: response.map(|parts| parts.status),
            rejection: response.and_then(|parts| parts.extensions.get::<Rejection>().cloned()),
            duration,
            body,
        };
        self.recorder.ring.push(Record {
            id: 0,
            at: self.at,
            from_console: head.extensions.get::<FromConsole>().copied(),
            head,
            body: request_body,
            is_truncated: !is_whole,
            outcome,
            target: self.recorder.clone(),
            row: OnceLock::new(),
        });
    }
}

impl<S> Drop for Observed<S>
where
    Recorder<S>: Target,
{
    fn drop(&mut self) {
        let duration = self.started.elapsed();
        self.record(None, duration, Bytes::new());
    }
}

/// A copy in memory of its own: what the server read is a slice of a large buffer, which would stay as long.
fn compact(headers: &HeaderMap) -> HeaderMap {
    let bytes = headers.values().map(http::HeaderValue::len).sum();
    let mut values = Vec::with_capacity(bytes);
    for value in headers.values() {
        values.extend_from_slice(value.as_bytes());
    }
    let mut values = Bytes::from(values);
    let mut copy = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        let bytes = values.split_to(value.len());
        if let Ok(mut copied) = http::HeaderValue::from_maybe_shared(bytes) {
            copied.set_sensitive(value.is_sensitive());
            copy.append(name.clone(), copied);
        }
    }
    copy
}

/// Reads a short body, and gives it back as it was.
async fn peek(body: Body) -> (Bytes, Body) {
    let mut frames = Vec::new();
    let mut stream = body.into_data_stream();
    while let Some(frame) = stream.next().await {
        frames.push(frame);
    }
    if let [Ok(only)] = &frames[..] {
        return (only.clone(), Body::from(only.clone()));
    }
    let read = frames
        .iter()
        .flatten()
        .flat_map(|frame| frame.to_vec())
        .collect();
    (read, Body::from_stream(stream::iter(frames)))
}
