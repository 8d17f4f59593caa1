//! The layer that records.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Instant, SystemTime},
};

use axum::{body::Body, response::IntoResponse};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use http::{Request, Response};
use http_body::Body as _;
use tower_layer::Layer;
use tower_service::Service;
use tower_webhook::Rejection;

use crate::{
    record::{Record, Ring},
    replay::{FromConsole, Handler},
};

/// Most bytes of a request's body that are kept, as many as a receiver reads by default.
const MAX_BODY_BYTES: usize = 1024 * 1024;
/// Most bytes of a response's body that are kept.
const MAX_RESPONSE_BYTES: u64 = 16 * 1024;

/// Records what passes: see [`Console::layer`](crate::Console::layer).
#[derive(Clone, Debug)]
pub struct ConsoleLayer {
    ring: Arc<Ring>,
    handler: Handler,
}

impl ConsoleLayer {
    pub(crate) fn new(ring: Arc<Ring>, handler: Handler) -> Self {
        Self { ring, handler }
    }
}

impl<S> Layer<S> for ConsoleLayer
where
    S: Service<Request<Body>, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Response: IntoResponse,
    S::Future: Send,
{
    type Service = ConsoleService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        let service = ConsoleService {
            inner,
            ring: Arc::clone(&self.ring),
        };
        self.handler.set(service.clone());
        service
    }
}

/// The middleware that [`ConsoleLayer`] makes.
#[derive(Clone, Debug)]
pub struct ConsoleService<S> {
    inner: S,
    ring: Arc<Ring>,
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
        let not_ready_inner = self.inner.clone();
        let mut ready_inner = std::mem::replace(&mut self.inner, not_ready_inner);
        let ring = Arc::clone(&self.ring);
        Box::pin(async move {
            let at = SystemTime::now();
            let started = Instant::now();
            let (parts, body) = request.into_parts();
            let head = parts.clone();
            let from_console = parts.extensions.get::<FromConsole>().is_some();
            let (body, rest) = read_beginning(body, MAX_BODY_BYTES).await;
            let is_truncated = rest.is_some();
            let passed_on = put_together(body.clone(), rest);
            let request_body = body;
            let response = ready_inner.call(Request::from_parts(parts, passed_on)).await?;
            let (parts, mut body) = response.into_response().into_parts();
            let mut response_body = Bytes::new();
            // A stream passes on as it comes.
            if body.size_hint().upper().is_some_and(|bytes| bytes <= MAX_RESPONSE_BYTES) {
                let (read, rest) = read_beginning(body, usize::MAX).await;
                response_body = read.clone();
                body = put_together(read, rest);
            }
            ring.push(Record {
                id: 0,
                at,
                method: head.method,
                uri: head.uri,
                headers: head.headers,
                extensions: head.extensions,
                body: request_body,
                is_truncated,
                status: Some(parts.status),
                rejection: parts.extensions.get::<Rejection>().cloned(),
                duration: started.elapsed(),
                response_body,
                from_console,
            });
            Ok(Response::from_parts(parts, body))
        })
    }
}

/// Reads a body up to `limit` bytes, and gives what is behind them as it is.
async fn read_beginning(body: Body, limit: usize) -> (Bytes, Option<Body>) {
    let mut stream = body.into_data_stream();
    let mut read = BytesMut::new();
    while let Some(frame) = stream.next().await {
        match frame {
            Ok(frame) if read.len() + frame.len() <= limit => read.extend_from_slice(&frame),
            other => {
                let rest = Body::from_stream(stream::iter([other]).chain(stream));
                return (read.freeze(), Some(rest));
            }
        }
    }
    (read.freeze(), None)
}

fn put_together(beginning: Bytes, rest: Option<Body>) -> Body {
    match rest {
        None => Body::from(beginning),
        Some(rest) => {
            let beginning = stream::iter([Ok(beginning)]);
            Body::from_stream(beginning.chain(rest.into_data_stream()))
        }
    }
}
