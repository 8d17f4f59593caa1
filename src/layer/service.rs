//! The service.

use std::{
    fmt,
    marker::PhantomData,
    mem,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use crate::{
    error::rejection::Rejection,
    event::WebhookEvent,
    idempotency::{Idempotency, IdempotencyStore},
    layer::enforcement::Enforcement,
    layer::future::{Exchange, ResponseFuture, refusal},
    layer::response::RejectionResponse,
    receiver::Receiver,
    receiver::delivery::Delivery,
    telemetry::Observer,
};

/// The middleware that [`WebhookLayer`](crate::WebhookLayer) makes.
#[must_use]
pub struct WebhookService<S, E, B, R, I> {
    inner: S,
    receiver: Receiver,
    rejection_response: R,
    enforcement: Enforcement,
    idempotency: Idempotency<I>,
    observer: Observer,
    types: PhantomData<fn() -> (E, B)>,
}

impl<S, E, B, R, I> WebhookService<S, E, B, R, I> {
    pub(crate) fn new(
        inner: S,
        receiver: Receiver,
        rejection_response: R,
        enforcement: Enforcement,
        idempotency: Idempotency<I>,
        observer: Observer,
    ) -> Self {
        Self {
            inner,
            receiver,
            rejection_response,
            enforcement,
            idempotency,
            observer,
            types: PhantomData,
        }
    }

    /// The inner service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The inner service, to be changed.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// The inner service, with nothing in front of it any more.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, E, B, R, I, ReqBody, ResBody> Service<Request<ReqBody>> for WebhookService<S, E, B, R, I>
where
    S: Service<Request<B>, Response = Response<ResBody>> + Clone,
    E: WebhookEvent,
    B: From<Bytes>,
    R: RejectionResponse<ResBody> + Clone,
    I: IdempotencyStore,
    ReqBody: Body,
{
    type Response = Response<ResBody>;
    type Error = S::Error;
    type Future = ResponseFuture<S, E, B, R, I, ReqBody>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        // The service that was polled ready is the one to call; its clone stays behind for the next.
        let not_ready_inner = self.inner.clone();
        let ready_inner = mem::replace(&mut self.inner, not_ready_inner);

        let (mut parts, body) = request.into_parts();
        let mut observation = self.observer.observe();
        let intake = match (self.receiver.check_head(&parts), self.enforcement) {
            (Ok(head), _) => head.into_intake(),
            (Err(rejection), Enforcement::MonitorOnly) => self.receiver.intake_unchecked(rejection),
            (Err(rejection), Enforcement::Enforce) => {
                let hook = &self.rejection_response;
                return ResponseFuture::answered(refusal(
                    rejection,
                    &parts,
                    hook,
                    &mut observation,
                ));
            }
        };
        // Only this layer says what was delivered or refused here.
        parts.extensions.remove::<Delivery<E>>();
        parts.extensions.remove::<Rejection>();
        let exchange = Exchange::new(
            parts,
            ready_inner,
            self.rejection_response.clone(),
            self.enforcement,
            self.idempotency.clone(),
            observation,
        );
        ResponseFuture::receive(exchange, intake, body)
    }
}

impl<S: Clone, E, B, R: Clone, I: Clone> Clone for WebhookService<S, E, B, R, I> {
    fn clone(&self) -> Self {
        Self::new(
            self.inner.clone(),
            self.receiver.clone(),
            self.rejection_response.clone(),
            self.enforcement,
            self.idempotency.clone(),
            self.observer.clone(),
        )
    }
}

impl<S: fmt::Debug, E, B, R, I> fmt::Debug for WebhookService<S, E, B, R, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookService")
            .field("inner", &self.inner)
            .field("receiver", &self.receiver)
            .finish_non_exhaustive()
    }
}
