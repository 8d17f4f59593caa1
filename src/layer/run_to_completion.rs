//! Deliveries that run to their end although their caller is gone.

use std::{
    fmt,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::Body;
use tokio::task::JoinHandle;
use tower_layer::Layer;
use tower_service::Service;

use crate::{
    event::WebhookEvent,
    idempotency::IdempotencyStore,
    layer::{response::ResponseBody, service::WebhookService},
    telemetry,
};

/// The layer, and the service, that [`WebhookLayer::run_to_completion`](super::WebhookLayer::run_to_completion) returns.
#[derive(Clone, Debug)]
#[must_use]
pub struct RunToCompletion<T> {
    inner: T,
}

impl<T> RunToCompletion<T> {
    pub(super) fn new(inner: T) -> Self {
        Self { inner }
    }
}

impl<S, L: Layer<S>> Layer<S> for RunToCompletion<L> {
    type Service = RunToCompletion<L::Service>;

    fn layer(&self, inner: S) -> Self::Service {
        RunToCompletion::new(self.inner.layer(inner))
    }
}

impl<S, E, B, I, ReqBody, ResBody> Service<Request<ReqBody>>
    for RunToCompletion<WebhookService<S, E, B, I>>
where
    S: Service<Request<B>, Response = Response<ResBody>> + Clone + Send + 'static,
    S::Error: Send + 'static,
    S::Future: Send + 'static,
    E: WebhookEvent,
    B: From<Bytes> + 'static,
    I: IdempotencyStore,
    ReqBody: Body + Send + 'static,
    ResBody: Send + 'static,
{
    type Response = Response<ResponseBody<ResBody>>;
    type Error = S::Error;
    type Future = RunToCompletionFuture<ResBody, S::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Service::<Request<ReqBody>>::poll_ready(&mut self.inner, cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let mut future = self.inner.call(request);
        if let Some(response) = future.take_response_to_head() {
            return RunToCompletionFuture(Running::Responded(Some(response)));
        }
        let gate = Arc::new(Gate::default());
        future.run_behind(Arc::clone(&gate));
        let task = tokio::spawn(telemetry::in_current_span(future));
        RunToCompletionFuture(Running::Task { task, gate })
    }
}

/// The response of [`RunToCompletion`].
#[must_use = "futures do nothing unless polled"]
pub struct RunToCompletionFuture<ResBody, Error>(Running<ResBody, Error>);

enum Running<ResBody, Error> {
    Responded(Option<Response<ResponseBody<ResBody>>>),
    Task {
        task: JoinHandle<Result<Response<ResponseBody<ResBody>>, Error>>,
        gate: Arc<Gate>,
    },
}

impl<ResBody, Error> Future for RunToCompletionFuture<ResBody, Error> {
    type Output = Result<Response<ResponseBody<ResBody>>, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let response = match &mut self.0 {
            Running::Responded(response) => response.take().ok_or(()),
            Running::Task { task, .. } => match ready!(Pin::new(task).poll(cx)) {
                Ok(output) => return Poll::Ready(output),
                // The handler panicked, or the runtime shuts down.
                Err(_) => Err(()),
            },
        };
        Poll::Ready(Ok(response.unwrap_or_else(|()| {
            let mut failed = Response::new(ResponseBody::default());
            *failed.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            failed
        })))
    }
}

impl<ResBody, Error> Unpin for RunToCompletionFuture<ResBody, Error> {}

/// Nobody waits any more: what has not reached the inner service never will.
impl<ResBody, Error> Drop for RunToCompletionFuture<ResBody, Error> {
    fn drop(&mut self) {
        if let Running::Task { task, gate } = &self.0 {
            if gate.close() {
                task.abort();
            }
        }
    }
}

impl<ResBody, Error> fmt::Debug for RunToCompletionFuture<ResBody, Error> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunToCompletionFuture")
            .finish_non_exhaustive()
    }
}

/// What a request passes before its inner service is called. It is passed or closed, never both.
#[derive(Debug, Default)]
pub(super) struct Gate(AtomicU8);

impl Gate {
    const OPEN: u8 = 0;
    const PASSED: u8 = 1;
    const CLOSED: u8 = 2;

    /// Whether the inner service may be called.
    pub(super) fn pass(&self) -> bool {
        self.leave_open_for(Self::PASSED)
    }

    /// Whether the inner service will never be called.
    fn close(&self) -> bool {
        self.leave_open_for(Self::CLOSED)
    }

    fn leave_open_for(&self, next: u8) -> bool {
        let (success, failure) = (Ordering::AcqRel, Ordering::Acquire);
        self.0
            .compare_exchange(Self::OPEN, next, success, failure)
            .is_ok()
    }
}
