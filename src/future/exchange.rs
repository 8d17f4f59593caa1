//! What goes from one state of a request to the next.

use std::{
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, request::Parts};
use tower_service::Service;

use super::state::{Answer, State};
use crate::{
    enforcement::Enforcement,
    event::WebhookEvent,
    idempotency::{
        Claim, ClaimGuard, Idempotency, IdempotencyKey, IdempotencyStore, OnStoreFailure,
        Settlement, StoreError,
    },
    receiver::{Intake, Verified},
    rejection::{Rejection, RejectionKind},
    response::RejectionResponse,
    telemetry::Observation,
};

/// When a sender should come back to a store that is down.
const STORE_RETRY_AFTER: Duration = Duration::from_secs(5);

/// A request that the inner service has not got yet, and what it takes to answer it.
pub(crate) struct Exchange<S, E, B, R, I> {
    pub(crate) parts: Parts,
    pub(crate) ready_inner: S,
    pub(crate) rejection_response: R,
    pub(crate) enforcement: Enforcement,
    pub(crate) idempotency: Idempotency<I>,
    pub(crate) observation: Observation,
    pub(crate) types: PhantomData<fn() -> (E, B)>,
}

/// Waits for a claim.
pub(super) struct Claimant<S, E, B, R, I> {
    exchange: Exchange<S, E, B, R, I>,
    verified: Verified,
    key: IdempotencyKey,
}

/// Waits for the inner service.
pub(super) struct Handler<I: IdempotencyStore> {
    claim: ClaimGuard<I>,
    retention: Duration,
    observation: Observation,
}

/// Waits for the claim to be completed or released, with the answer in hand.
pub(super) struct Settler<A> {
    answer: A,
    observation: Observation,
}

impl<S, E, B, R, I, ResBody> Exchange<S, E, B, R, I>
where
    S: Service<Request<B>, Response = Response<ResBody>>,
    E: WebhookEvent,
    B: From<Bytes>,
    R: RejectionResponse<ResBody>,
    I: IdempotencyStore,
{
    /// The body has arrived: the signature is checked, and the message claimed.
    pub(super) fn received<ReqBody>(
        mut self,
        intake: Intake,
        received: Result<(), RejectionKind>,
    ) -> State<S, E, B, R, I, ReqBody> {
        if let Err(kind) = received {
            // What arrived is not the whole body, so there is nothing to pass on, not even to monitor.
            return self.refuse(kind.into(), ClaimGuard::none());
        }
        let (verified, body) = intake.finish(&self.parts.headers);
        self.observation.received(body.len());
        match verified {
            Ok(verified) => {
                self.observation
                    .verified(verified.id(), verified.received_at());
                let key = self.idempotency.key(verified.id());
                let claiming = self.idempotency.store.claim(&key, self.idempotency.lease);
                let claimant = Some(Claimant {
                    exchange: self,
                    verified,
                    key,
                });
                State::Claiming { claiming, claimant }
            }
            Err(rejection) => self.decline(rejection, ClaimGuard::none(), body),
        }
    }

    /// Refuses the request, or passes it on with its verdict if the layer only monitors.
    fn decline<ReqBody>(
        mut self,
        rejection: Rejection,
        claim: ClaimGuard<I>,
        body: Bytes,
    ) -> State<S, E, B, R, I, ReqBody> {
        match self.enforcement {
            Enforcement::Enforce => self.refuse(rejection, claim),
            Enforcement::MonitorOnly => {
                self.observation.refused(rejection.kind());
                self.parts.extensions.insert(rejection);
                self.hand_over(claim, body)
            }
        }
    }

    fn refuse<ReqBody>(
        self,
        rejection: Rejection,
        claim: ClaimGuard<I>,
    ) -> State<S, E, B, R, I, ReqBody> {
        let mut observation = self.observation;
        let answer = refusal(
            rejection,
            &self.parts,
            &self.rejection_response,
            &mut observation,
        );
        settle(claim.release(), Ok(answer), observation)
    }

    /// Calls the inner service.
    fn hand_over<ReqBody>(
        mut self,
        claim: ClaimGuard<I>,
        body: Bytes,
    ) -> State<S, E, B, R, I, ReqBody> {
        let request = Request::from_parts(self.parts, B::from(body));
        let ready_inner = &mut self.ready_inner;
        let response = self.observation.in_span(|| ready_inner.call(request));
        let handler = Some(Handler {
            claim,
            retention: self.idempotency.retention,
            observation: self.observation,
        });
        State::Handling { response, handler }
    }
}

impl<S, E, B, R, I, ResBody> Claimant<S, E, B, R, I>
where
    S: Service<Request<B>, Response = Response<ResBody>>,
    E: WebhookEvent,
    B: From<Bytes>,
    R: RejectionResponse<ResBody>,
    I: IdempotencyStore,
{
    /// The store has answered: a message that is ours is opened and handed over.
    pub(super) fn claimed<ReqBody>(
        self,
        claim: Result<Claim, StoreError>,
    ) -> State<S, E, B, R, I, ReqBody> {
        let Self {
            mut exchange,
            verified,
            key,
        } = self;
        let body = verified.body().clone();
        let claim = match claim {
            Ok(Claim::Fresh(owner)) => {
                ClaimGuard::new(exchange.idempotency.store.clone(), key, owner)
            }
            Ok(Claim::InProgress { remaining }) => {
                let rejection =
                    Rejection::with_retry_after(RejectionKind::ClaimedByAnother, remaining);
                return exchange.decline(rejection, ClaimGuard::none(), body);
            }
            Ok(Claim::Done) => {
                let rejection = RejectionKind::AlreadyHandled.into();
                return exchange.decline(rejection, ClaimGuard::none(), body);
            }
            Err(error) => {
                exchange.observation.store_failed(error);
                match exchange.idempotency.on_store_failure {
                    OnStoreFailure::DeliverUnguarded => ClaimGuard::none(),
                    OnStoreFailure::Refuse => {
                        let kind = RejectionKind::StoreUnavailable;
                        let rejection = Rejection::with_retry_after(kind, STORE_RETRY_AFTER);
                        return exchange.decline(rejection, ClaimGuard::none(), body);
                    }
                }
            }
        };
        match verified.open::<E>() {
            Ok(delivery) => {
                let event = delivery.event();
                let observation = &mut exchange.observation;
                observation.opened(event.event_type(), event.tenant());
                exchange.parts.extensions.insert(delivery);
                exchange.hand_over(claim, body)
            }
            Err(rejection) => exchange.decline(rejection, claim, body),
        }
    }
}

impl<I: IdempotencyStore> Handler<I> {
    pub(super) fn poll<F: Future>(
        &self,
        response: Pin<&mut F>,
        cx: &mut Context<'_>,
    ) -> Poll<F::Output> {
        self.observation.in_span(|| response.poll(cx))
    }

    /// The inner service has answered: a 2xx completes the claim, anything else releases it.
    pub(super) fn answered<S, E, B, R, ReqBody, ResBody>(
        self,
        answer: Answer<S, B>,
    ) -> State<S, E, B, R, I, ReqBody>
    where
        S: Service<Request<B>, Response = Response<ResBody>>,
    {
        let mut observation = self.observation;
        let status = answer.as_ref().ok().map(Response::status);
        observation.handled(status);
        let settling = if status.is_some_and(|status| status.is_success()) {
            self.claim.complete(self.retention)
        } else {
            self.claim.release()
        };
        settle(settling, answer, observation)
    }
}

impl<A> Settler<A> {
    /// The answer is the inner service's in any case: what it did is done.
    pub(super) fn settled(mut self, settled: Result<Settlement, StoreError>) -> A {
        self.observation.settled(settled);
        self.answer
    }
}

/// Builds the answer to a refusal.
pub(crate) fn refusal<ResBody>(
    rejection: Rejection,
    parts: &Parts,
    rejection_response: &impl RejectionResponse<ResBody>,
    observation: &mut Observation,
) -> Response<ResBody> {
    let mut answer = rejection_response.rejection_response(&rejection, parts);
    answer.extensions_mut().insert(rejection);
    observation.refused(rejection.kind());
    observation.answered(answer.status());
    answer
}

/// Settles a claim, if there is one to settle, before the answer is given.
fn settle<S, E, B, R, I, ReqBody>(
    settling: Option<I::Settling>,
    answer: Answer<S, B>,
    observation: Observation,
) -> State<S, E, B, R, I, ReqBody>
where
    S: Service<Request<B>>,
    I: IdempotencyStore,
{
    match settling {
        Some(settling) => State::Settling {
            settling,
            settler: Some(Settler {
                answer,
                observation,
            }),
        },
        None => State::Answered {
            answer: Some(answer),
        },
    }
}
