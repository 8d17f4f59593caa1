//! The future of one request.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;

#[cfg(feature = "tokio")]
use super::run_to_completion::Gate;
use super::{
    exchange::Exchange,
    machine::{State, StateProj},
    reply::{Reply, respond},
    response::ResponseBody,
    shared::Beginning,
};
use crate::{event::WebhookEvent, idempotency::IdempotencyStore, receiver::SecretLookup};

pin_project! {
    /// The response of [`WebhookService`](super::WebhookService).
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<S, E, B, I, ReqBody>
    where
        S: Service<Request<B>>,
        I: IdempotencyStore,
    {
        #[pin]
        state: State<S, B, I, ReqBody>,
        // `None` for a head that was responded to. It is dropped after the state: a claim is not given back while the inner
        // service is still there.
        exchange: Option<Exchange<S, E, B, I>>,
    }
}

impl<S, E, B, I, ReqBody, ResBody> ResponseFuture<S, E, B, I, ReqBody>
where
    S: Service<Request<B>, Response = Response<ResBody>>,
    I: IdempotencyStore,
{
    /// A request that the layer has responded to on its head: its body is never polled.
    pub(super) fn responded(response: Response<Bytes>) -> Self {
        let reply = Some(Reply::Layer(response));
        Self {
            state: State::Responding { reply },
            exchange: None,
        }
    }

    pub(super) fn receive(
        mut exchange: Exchange<S, E, B, I>,
        beginning: Beginning,
        body: ReqBody,
    ) -> Self {
        let intake = exchange.begin(beginning);
        Self {
            state: State::Receiving { body, intake },
            exchange: Some(exchange),
        }
    }

    /// A request whose secrets are looked up before its body is polled.
    pub(super) fn look_up(
        exchange: Exchange<S, E, B, I>,
        lookup: SecretLookup,
        body: ReqBody,
    ) -> Self {
        let body = Some(body);
        Self {
            state: State::LookingUp { lookup, body },
            exchange: Some(exchange),
        }
    }

    /// The response, if there is one to the head alone.
    #[cfg(feature = "tokio")]
    pub(super) fn take_response_to_head(&mut self) -> Option<Response<ResponseBody<ResBody>>> {
        match &mut self.state {
            State::Responding { reply } => match reply.take() {
                Some(Reply::Layer(response)) => Some(response.map(ResponseBody::of_layer)),
                _ => None,
            },
            _ => None,
        }
    }

    /// Calls the inner service only if it can pass `gate`.
    #[cfg(feature = "tokio")]
    pub(super) fn run_behind(&mut self, gate: std::sync::Arc<Gate>) {
        if let Some(exchange) = &mut self.exchange {
            exchange.gate = Some(gate);
        }
    }
}

impl<S, E, B, I, ReqBody, ResBody> Future for ResponseFuture<S, E, B, I, ReqBody>
where
    S: Service<Request<B>, Response = Response<ResBody>>,
    E: WebhookEvent,
    B: From<Bytes>,
    I: IdempotencyStore,
    ReqBody: Body,
{
    type Output = Result<Response<ResponseBody<ResBody>>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        while let Some(exchange) = this.exchange.as_mut() {
            match ready!(this.state.as_mut().poll_next(exchange, cx)) {
                State::Responding { reply } => {
                    let end_of_body = exchange.end_of_body.take();
                    // What is left of the request goes first, then what reports it.
                    this.state.set(State::Finished);
                    *this.exchange = None;
                    return Poll::Ready(respond(reply, end_of_body));
                }
                next => this.state.set(next),
            }
        }
        // The head was responded to.
        match this.state.project() {
            StateProj::Responding { reply } => Poll::Ready(respond(reply.take(), None)),
            _ => Poll::Ready(respond(None, None)),
        }
    }
}

/// Shows nothing of the request.
impl<S, E, B, I, ReqBody> fmt::Debug for ResponseFuture<S, E, B, I, ReqBody>
where
    S: Service<Request<B>>,
    I: IdempotencyStore,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
