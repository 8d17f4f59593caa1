//! The future of one request.

use std::{
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{Request, Response, request::Parts};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::{
    enforcement::Enforcement,
    event::WebhookEvent,
    receiver::{Intake, Verified},
    rejection::{Rejection, RejectionKind},
    response::RejectionResponse,
    telemetry::Observation,
};

pin_project! {
    /// The response of [`WebhookService`](crate::WebhookService).
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<S, E, B, R, ReqBody, F> {
        #[pin]
        state: State<S, ReqBody, F>,
        rejection_response: R,
        types: PhantomData<fn() -> (E, B)>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<S, ReqBody, F> {
        // The head was refused; the body is never polled.
        Refused { refusal: Option<Refusal> },
        // The body is collected and hashed as it arrives.
        Receiving {
            #[pin]
            body: ReqBody,
            pending: Option<Pending<S>>,
        },
        // The inner service has the request.
        Handling {
            #[pin]
            response: F,
            observation: Observation,
        },
        // The answer was given.
        Done,
    }
}

/// A refusal and the head of the request that it answers.
pub(crate) struct Refusal {
    pub(crate) rejection: Rejection,
    pub(crate) parts: Parts,
    pub(crate) observation: Observation,
}

/// What waits for the end of the body.
pub(crate) struct Pending<S> {
    pub(crate) intake: Intake,
    pub(crate) parts: Parts,
    pub(crate) ready_inner: S,
    pub(crate) enforcement: Enforcement,
    pub(crate) observation: Observation,
}

impl<S, E, B, R, ReqBody, F> ResponseFuture<S, E, B, R, ReqBody, F> {
    pub(crate) fn refuse(refusal: Refusal, rejection_response: R) -> Self {
        let refusal = Some(refusal);
        Self::new(State::Refused { refusal }, rejection_response)
    }

    pub(crate) fn receive(pending: Pending<S>, body: ReqBody, rejection_response: R) -> Self {
        let pending = Some(pending);
        Self::new(State::Receiving { body, pending }, rejection_response)
    }

    fn new(state: State<S, ReqBody, F>, rejection_response: R) -> Self {
        Self {
            state,
            rejection_response,
            types: PhantomData,
        }
    }
}

impl<S, E, B, R, ReqBody, ResBody> Future for ResponseFuture<S, E, B, R, ReqBody, S::Future>
where
    S: Service<Request<B>, Response = Response<ResBody>>,
    E: WebhookEvent,
    B: From<Bytes>,
    R: RejectionResponse<ResBody>,
    ReqBody: Body,
{
    type Output = Result<Response<ResBody>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let refusal = match this.state.as_mut().project() {
                StateProj::Refused { refusal } => match refusal.take() {
                    Some(refusal) => refusal,
                    None => return Poll::Pending,
                },
                StateProj::Receiving { body, pending } => {
                    let Some(waiting) = pending else {
                        return Poll::Pending;
                    };
                    let received = ready!(poll_receive(body, &mut waiting.intake, cx));
                    let Some(pending) = pending.take() else {
                        return Poll::Pending;
                    };
                    match pending.open::<E, B>(received) {
                        Ok((mut ready_inner, request, observation)) => {
                            let response = observation.in_span(|| ready_inner.call(request));
                            this.state.set(State::Handling {
                                response,
                                observation,
                            });
                            continue;
                        }
                        Err(refusal) => *refusal,
                    }
                }
                StateProj::Handling {
                    response,
                    observation,
                } => {
                    let answer = ready!(observation.in_span(|| response.poll(cx)));
                    observation.handled(answer.as_ref().ok().map(Response::status));
                    this.state.set(State::Done);
                    return Poll::Ready(answer);
                }
                StateProj::Done => return Poll::Pending,
            };
            this.state.set(State::Done);
            return Poll::Ready(Ok(refusal.answer(this.rejection_response)));
        }
    }
}

impl Refusal {
    fn answer<ResBody>(mut self, hook: &impl RejectionResponse<ResBody>) -> Response<ResBody> {
        let mut answer = hook.rejection_response(&self.rejection, &self.parts);
        answer.extensions_mut().insert(self.rejection);
        self.observation.refused(self.rejection.kind());
        self.observation.answered(answer.status());
        answer
    }
}

impl<S> Pending<S> {
    /// Checks the signature, opens the event and puts the request together again.
    fn open<E, B>(
        self,
        received: Result<(), RejectionKind>,
    ) -> Result<(S, Request<B>, Observation), Box<Refusal>>
    where
        E: WebhookEvent,
        B: From<Bytes>,
    {
        let Self {
            intake,
            mut parts,
            ready_inner,
            enforcement,
            mut observation,
        } = self;
        let refuse = |rejection, parts, observation| {
            Err(Box::new(Refusal {
                rejection,
                parts,
                observation,
            }))
        };
        if let Err(kind) = received {
            // What arrived is not the whole body, so there is nothing to pass on, not even to monitor.
            return refuse(kind.into(), parts, observation);
        }
        let (verified, body) = intake.finish(&parts.headers);
        observation.received(body.len());
        let opened = verified.and_then(|verified| {
            observation.verified(verified.id(), verified.received_at());
            Verified::open::<E>(verified)
        });
        match opened {
            Ok(delivery) => {
                let event = delivery.event();
                observation.opened(event.event_type(), event.tenant());
                parts.extensions.insert(delivery);
            }
            Err(rejection) if enforcement == Enforcement::MonitorOnly => {
                observation.refused(rejection.kind());
                parts.extensions.insert(rejection);
            }
            Err(rejection) => return refuse(rejection, parts, observation),
        }
        let request = Request::from_parts(parts, B::from(body));
        Ok((ready_inner, request, observation))
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
