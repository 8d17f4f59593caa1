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
    event::WebhookEvent,
    receiver::{Reception, Verified},
    rejection::{Rejection, RejectionKind},
    response::RejectionResponse,
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
        // The head is in order; the body is collected and hashed as it arrives.
        Receiving {
            #[pin]
            body: ReqBody,
            pending: Option<Pending<S>>,
        },
        // The inner service has the request.
        Handling { #[pin] response: F },
        // The answer was given.
        Done,
    }
}

/// A refusal and the head of the request that it answers.
struct Refusal {
    rejection: Rejection,
    parts: Parts,
}

/// What waits for the end of the body.
struct Pending<S> {
    reception: Reception,
    parts: Parts,
    ready_inner: S,
}

impl<S, E, B, R, ReqBody, F> ResponseFuture<S, E, B, R, ReqBody, F> {
    pub(crate) fn refuse(rejection: Rejection, parts: Parts, rejection_response: R) -> Self {
        Self::new(
            State::Refused {
                refusal: Some(Refusal { rejection, parts }),
            },
            rejection_response,
        )
    }

    pub(crate) fn receive(
        ready_inner: S,
        reception: Reception,
        parts: Parts,
        body: ReqBody,
        rejection_response: R,
    ) -> Self {
        Self::new(
            State::Receiving {
                body,
                pending: Some(Pending {
                    reception,
                    parts,
                    ready_inner,
                }),
            },
            rejection_response,
        )
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
            let Refusal { rejection, parts } = match this.state.as_mut().project() {
                StateProj::Refused { refusal } => match refusal.take() {
                    Some(refusal) => refusal,
                    None => return Poll::Pending,
                },
                StateProj::Receiving { body, pending } => {
                    let Some(waiting) = pending else {
                        return Poll::Pending;
                    };
                    let received = ready!(poll_receive(body, &mut waiting.reception, cx));
                    let Some(received) =
                        pending.take().map(|pending| pending.open::<E, B>(received))
                    else {
                        return Poll::Pending;
                    };
                    match received {
                        Ok((mut ready_inner, request)) => {
                            let response = ready_inner.call(request);
                            this.state.set(State::Handling { response });
                            continue;
                        }
                        Err(refusal) => *refusal,
                    }
                }
                StateProj::Handling { response } => {
                    let answer = ready!(response.poll(cx));
                    this.state.set(State::Done);
                    return Poll::Ready(answer);
                }
                StateProj::Done => return Poll::Pending,
            };
            this.state.set(State::Done);
            let mut answer = this
                .rejection_response
                .rejection_response(&rejection, &parts);
            answer.extensions_mut().insert(rejection);
            return Poll::Ready(Ok(answer));
        }
    }
}

impl<S> Pending<S> {
    /// Checks the signature, opens the event and puts the request together again.
    fn open<E, B>(
        self,
        received: Result<(), RejectionKind>,
    ) -> Result<(S, Request<B>), Box<Refusal>>
    where
        E: WebhookEvent,
        B: From<Bytes>,
    {
        let mut parts = self.parts;
        let delivery = received
            .and_then(|()| self.reception.check_signature(&parts.headers))
            .map_err(Rejection::new)
            .and_then(Verified::open::<E>);
        match delivery {
            Ok(delivery) => {
                let body = B::from(delivery.body().clone());
                parts.extensions.insert(delivery);
                Ok((self.ready_inner, Request::from_parts(parts, body)))
            }
            Err(rejection) => Err(Box::new(Refusal { rejection, parts })),
        }
    }
}

/// Feeds the frames of the body to the reception; trailers are dropped, since no scheme signs them.
fn poll_receive<ReqBody: Body>(
    mut body: Pin<&mut ReqBody>,
    reception: &mut Reception,
    cx: &mut Context<'_>,
) -> Poll<Result<(), RejectionKind>> {
    loop {
        match ready!(body.as_mut().poll_frame(cx)) {
            None => return Poll::Ready(Ok(())),
            Some(Err(_)) => return Poll::Ready(Err(RejectionKind::BodyIncomplete)),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    reception.receive(data)?;
                }
            }
        }
    }
}
