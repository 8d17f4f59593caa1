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
    delivery::Delivery, event::WebhookEvent, future::ResponseFuture, receiver::Receiver,
    response::RejectionResponse,
};

/// The middleware that [`WebhookLayer`](crate::WebhookLayer) makes.
#[must_use]
pub struct WebhookService<S, E, B, R> {
    inner: S,
    receiver: Receiver,
    rejection_response: R,
    types: PhantomData<fn() -> (E, B)>,
}

impl<S, E, B, R> WebhookService<S, E, B, R> {
    pub(crate) fn new(inner: S, receiver: Receiver, rejection_response: R) -> Self {
        Self {
            inner,
            receiver,
            rejection_response,
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
        parts.extensions.remove::<Delivery<E>>();
        let rejection_response = self.rejection_response.clone();
        match self.receiver.check_head(&parts) {
            Ok(head) => {
                let reception = head.into_reception();
                ResponseFuture::receive(ready_inner, reception, parts, body, rejection_response)
            }
            Err(rejection) => ResponseFuture::refuse(rejection, parts, rejection_response),
        }
    }
}

impl<S: Clone, E, B, R: Clone> Clone for WebhookService<S, E, B, R> {
    fn clone(&self) -> Self {
        Self::new(
            self.inner.clone(),
            self.receiver.clone(),
            self.rejection_response.clone(),
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
