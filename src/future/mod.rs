//! The future of one request.

mod exchange;
mod state;

pub(crate) use exchange::{Exchange, refusal};

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::{
    event::WebhookEvent, idempotency::IdempotencyStore, receiver::Intake, rejection::RejectionKind,
    response::RejectionResponse,
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
        state: State<S, E, B, R, I, ReqBody>,
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
            state: State::Answered { answer },
        }
    }

    pub(crate) fn receive(
        exchange: Exchange<S, E, B, R, I>,
        intake: Intake,
        body: ReqBody,
    ) -> Self {
        let receiver = Some((exchange, intake));
        Self {
            state: State::Receiving { body, receiver },
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
        let mut state = self.project().state;
        loop {
            let next = match state.as_mut().project() {
                StateProj::Receiving { body, receiver } => {
                    let Some((_, intake)) = receiver else {
                        return Poll::Pending;
                    };
                    let received = ready!(poll_receive(body, intake, cx));
                    receiver
                        .take()
                        .map(|(exchange, intake)| exchange.received(intake, received))
                }
                StateProj::Claiming { claiming, claimant } => {
                    let claim = ready!(claiming.poll(cx));
                    claimant.take().map(|claimant| claimant.claimed(claim))
                }
                StateProj::Handling { response, handler } => {
                    let Some(waiting) = handler else {
                        return Poll::Pending;
                    };
                    let answer = ready!(waiting.poll(response, cx));
                    handler.take().map(|handler| handler.answered(answer))
                }
                StateProj::Settling { settling, settler } => {
                    let settled = ready!(settling.poll(cx));
                    settler.take().map(|settler| State::Answered {
                        answer: Some(settler.settled(settled)),
                    })
                }
                StateProj::Answered { answer } => {
                    return answer.take().map_or(Poll::Pending, Poll::Ready);
                }
            };
            match next {
                Some(next) => state.set(next),
                None => return Poll::Pending,
            }
        }
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
