//! The future of one request.

mod exchange;
mod state;

pub(crate) use exchange::{Exchange, refusal};

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

use crate::{
    error::rejection::RejectionKind, event::WebhookEvent, idempotency::IdempotencyStore,
    layer::response::RejectionResponse, receiver::Intake,
};
use state::{Answer, State, StateProj};

pin_project! {
    /// The response of [`WebhookService`](crate::WebhookService).
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<S, E, B, R, I, ReqBody>
    where
        S: Service<Request<B>>,
        I: IdempotencyStore,
    {
        #[pin]
        state: State<S, B, I, ReqBody>,
        // `None` once there is nothing left to do but to give the answer. It is dropped after the state: a claim is not
        // given back while the inner service is still there.
        exchange: Option<Exchange<S, E, B, R, I>>,
    }
}

impl<S, E, B, R, I, ReqBody> ResponseFuture<S, E, B, R, I, ReqBody>
where
    S: Service<Request<B>>,
    I: IdempotencyStore,
{
    /// A request that was refused on its head: its body is never polled.
    pub(crate) fn answered(answer: S::Response) -> Self {
        let answer = Some(Ok(answer));
        Self {
            exchange: None,
            state: State::Answered { answer },
        }
    }

    pub(crate) fn receive(
        exchange: Exchange<S, E, B, R, I>,
        intake: Intake,
        body: ReqBody,
    ) -> Self {
        Self {
            exchange: Some(exchange),
            state: State::Receiving {
                body,
                intake: Box::new(intake),
            },
        }
    }
}

impl<S, E, B, R, I, ReqBody, ResBody> Future for ResponseFuture<S, E, B, R, I, ReqBody>
where
    S: Service<Request<B>, Response = Response<ResBody>>,
    E: WebhookEvent,
    B: From<Bytes>,
    R: RejectionResponse<ResBody>,
    I: IdempotencyStore,
    ReqBody: Body,
{
    type Output = Answer<S, B>;

    /// Polled again after its answer, it is pending for ever.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        while let Some(exchange) = this.exchange {
            let next = match this.state.as_mut().project() {
                StateProj::Receiving { body, intake } => {
                    let received = ready!(poll_receive(body, intake, cx));
                    exchange.received(intake, received)
                }
                StateProj::Claiming { claiming, claimant } => {
                    let claim = ready!(claiming.poll(cx));
                    let Some(claimant) = claimant.take() else {
                        return Poll::Pending;
                    };
                    exchange.claimed(claimant, claim)
                }
                StateProj::Handling { response } => {
                    let answer = ready!(exchange.poll_answer(response, cx));
                    exchange.handled(answer)
                }
                StateProj::Settling { settling, answer } => {
                    exchange.settled(ready!(settling.poll(cx)));
                    let answer = answer.take();
                    State::Answered { answer }
                }
                StateProj::Answered { answer } => {
                    let answer = answer.take();
                    State::Answered { answer }
                }
            };
            match next {
                State::Answered { answer } => {
                    // What is left of the request goes first, then what reports it.
                    this.state.set(State::Answered { answer: None });
                    *this.exchange = None;
                    return answer.map_or(Poll::Pending, Poll::Ready);
                }
                next => this.state.set(next),
            }
        }
        match this.state.project() {
            StateProj::Answered { answer } => answer.take().map_or(Poll::Pending, Poll::Ready),
            _ => Poll::Pending,
        }
    }
}

/// Shows nothing of the request.
impl<S, E, B, R, I, ReqBody> fmt::Debug for ResponseFuture<S, E, B, R, I, ReqBody>
where
    S: Service<Request<B>>,
    I: IdempotencyStore,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

/// Feeds the frames of the body to the intake; trailers are dropped, since no scheme signs them.
fn poll_receive<ReqBody: Body>(
    mut body: Pin<&mut ReqBody>,
    intake: &mut Intake,
    cx: &mut Context<'_>,
) -> Poll<Result<(), RejectionKind>> {
    loop {
        match ready!(body.as_mut().poll_frame(cx)) {
            None => return Poll::Ready(Ok(())),
            Some(Err(_)) => return Poll::Ready(Err(RejectionKind::BodyIncomplete)),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    intake.receive(data)?;
                }
            }
        }
    }
}
