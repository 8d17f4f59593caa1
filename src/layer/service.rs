//! The service.

use std::{
    fmt,
    marker::PhantomData,
    mem,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use crate::{
    error::rejection::Rejection,
    event::WebhookEvent,
    idempotency::{IdempotencyStore, Unguarded},
    layer::{
        exchange::Exchange,
        future::ResponseFuture,
        request_body::RequestBody,
        response::ResponseBody,
        shared::{Beginning, Shared},
    },
    receiver::{Delivery, RequestHead, SecretLookup},
};

/// The middleware that [`WebhookLayer`](super::WebhookLayer) makes, with the same type parameters behind `S`, the inner
/// service.
#[must_use]
pub struct WebhookService<S, E = Bytes, B = RequestBody, I = Unguarded> {
    inner: S,
    shared: Arc<Shared<I>>,
    types: PhantomData<fn() -> (E, B)>,
}

impl<S, E, B, I> WebhookService<S, E, B, I> {
    pub(super) fn new(inner: S, shared: Arc<Shared<I>>) -> Self {
        Self {
            inner,
            shared,
            types: PhantomData,
        }
    }

    /// The inner service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The inner service, mutably.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// Consumes this service and returns the inner one.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, E, B, I, ReqBody, ResBody> Service<Request<ReqBody>> for WebhookService<S, E, B, I>
where
    S: Service<Request<B>, Response = Response<ResBody>> + Clone,
    E: WebhookEvent,
    B: From<Bytes>,
    I: IdempotencyStore,
    ReqBody: Body,
{
    type Response = Response<ResponseBody<ResBody>>;
    type Error = S::Error;
    type Future = ResponseFuture<S, E, B, I, ReqBody>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let shared = &self.shared;
        let mut observation = shared.observer.observe();
        let (mut parts, body) = request.into_parts();

        if let Some(response) = shared.unsigned_handshake(&parts, &mut observation) {
            return ResponseFuture::responded(response);
        }
        let waits_for = match shared.receiver.check_head(&parts) {
            Ok(head) => WaitsFor::Body(Beginning::of(head)),
            Err(rejection) => {
                let head = RequestHead::from(&parts);
                match shared.receiver.look_up(&head, &rejection) {
                    Some(lookup) => WaitsFor::Secrets(lookup),
                    None => match shared.begin_rejected(rejection, &parts) {
                        Ok(beginning) => WaitsFor::Body(beginning),
                        Err(rejection) => {
                            let response = shared.reject(rejection, &parts, &mut observation);
                            return ResponseFuture::responded(response);
                        }
                    },
                }
            }
        };
        // Only this layer decides what was delivered or rejected here.
        parts.extensions.remove::<Delivery<E>>();
        parts.extensions.remove::<Rejection>();

        // The service that was polled ready is the one to call; its clone stays behind for the next request.
        let not_ready_inner = self.inner.clone();
        let ready_inner = mem::replace(&mut self.inner, not_ready_inner);
        let exchange = Exchange::new(parts, ready_inner, Arc::clone(shared), observation);
        match waits_for {
            WaitsFor::Body(beginning) => ResponseFuture::receive(exchange, beginning, body),
            WaitsFor::Secrets(lookup) => ResponseFuture::look_up(exchange, lookup, body),
        }
    }
}

/// What a request waits for first.
enum WaitsFor {
    Body(Beginning),
    Secrets(SecretLookup),
}

impl<S: Clone, E, B, I> Clone for WebhookService<S, E, B, I> {
    fn clone(&self) -> Self {
        Self::new(self.inner.clone(), Arc::clone(&self.shared))
    }
}

impl<S: fmt::Debug, E, B, I> fmt::Debug for WebhookService<S, E, B, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookService")
            .field("inner", &self.inner)
            .field("receiver", &self.shared.receiver)
            .finish_non_exhaustive()
    }
}
