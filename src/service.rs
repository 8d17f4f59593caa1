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
    delivery::Delivery,
    enforcement::Enforcement,
    event::WebhookEvent,
    future::{Pending, Refusal, ResponseFuture},
    receiver::Receiver,
    rejection::Rejection,
    response::RejectionResponse,
    telemetry::Observer,
};

/// The middleware that [`WebhookLayer`](crate::WebhookLayer) makes.
#[must_use]
pub struct WebhookService<S, E, B, R> {
    inner: S,
    receiver: Receiver,
    rejection_response: R,
    enforcement: Enforcement,
    observer: Observer,
    types: PhantomData<fn() -> (E, B)>,
}

impl<S, E, B, R> WebhookService<S, E, B, R> {
    pub(crate) fn new(
        inner: S,
        receiver: Receiver,
        rejection_response: R,
        enforcement: Enforcement,
        observer: Observer,
    ) -> Self {
        Self {
            inner,
            receiver,
            rejection_response,
            enforcement,
            observer,
            types: PhantomData,
        }
    }
}

impl<S, E, B, R, ReqBody, ResBody> Service<Request<ReqBody>> for WebhookService<S, E, B, R>
where
    S: Service<Request<B>, Response = Response<ResBody>> + Clone,
    E: WebhookEvent,
    B: From<Bytes>,
    R: RejectionResponse<ResBody> + Clone,
    ReqBody: Body,
{
    type Response = Response<ResBody>;
    type Error = S::Error;
    type Future = ResponseFuture<S, E, B, R, ReqBody, S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        // The service that was polled ready is the one to call; its clone stays behind for the next.
        let not_ready_inner = self.inner.clone();
        let ready_inner = mem::replace(&mut self.inner, not_ready_inner);

        let (mut parts, body) = request.into_parts();
        // Only this layer says what was delivered or refused here.
        parts.extensions.remove::<Delivery<E>>();
        parts.extensions.remove::<Rejection>();

        let observation = self.observer.observe();
        let rejection_response = self.rejection_response.clone();
        let intake = match (self.receiver.check_head(&parts), self.enforcement) {
            (Ok(head), _) => head.into_intake(),
            (Err(rejection), Enforcement::MonitorOnly) => {
                self.receiver.intake_unchecked(rejection)
            }
            (Err(rejection), Enforcement::Enforce) => {
                let refusal = Refusal {
                    rejection,
                    parts,
                    observation,
                };
                return ResponseFuture::refuse(refusal, rejection_response);
            }
        };
        let pending = Pending {
            intake,
            parts,
            ready_inner,
            enforcement: self.enforcement,
            observation,
        };
        ResponseFuture::receive(pending, body, rejection_response)
    }
}

impl<S: Clone, E, B, R: Clone> Clone for WebhookService<S, E, B, R> {
    fn clone(&self) -> Self {
        Self::new(
            self.inner.clone(),
            self.receiver.clone(),
            self.rejection_response.clone(),
            self.enforcement,
            self.observer.clone(),
        )
    }
}

impl<S: fmt::Debug, E, B, R> fmt::Debug for WebhookService<S, E, B, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookService")
            .field("inner", &self.inner)
            .field("receiver", &self.receiver)
            .finish_non_exhaustive()
    }
}
