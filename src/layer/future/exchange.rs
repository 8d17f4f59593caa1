//! What goes from one state of a request to the next.

use std::{
    marker::PhantomData,
    mem,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderName, Request, Response, request::Parts};
use tower_service::Service;

use super::state::{Answer, Claimant, State};
use crate::{
    error::rejection::{Rejection, RejectionKind},
    event::WebhookEvent,
    idempotency::{
        BodyDigest, Claim, ClaimGuard, Idempotency, IdempotencyStore, OnStoreFailure, OwnerToken,
        Settlement, StoreError,
    },
    layer::enforcement::Enforcement,
    layer::response::RejectionResponse,
    receiver::{Intake, Verified},
    telemetry::Observation,
};

/// When a sender should come back to a store that is down.
const STORE_RETRY_AFTER: Duration = Duration::from_secs(5);

const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");

/// A request, and what it takes to answer it. It stays where it is while the states change: it is large, and moving it
/// from one to the next cost more than all the checks of the head.
pub(crate) struct Exchange<S, E, B, R, I: IdempotencyStore> {
    parts: Parts,
    ready_inner: S,
    rejection_response: R,
    enforcement: Enforcement,
    idempotency: Idempotency<I>,
    claim: ClaimGuard<I>,
    observation: Observation,
    types: PhantomData<fn() -> (E, B)>,
}

impl<S, E, B, R, I: IdempotencyStore> Exchange<S, E, B, R, I> {
    pub(crate) fn new(
        parts: Parts,
        ready_inner: S,
        rejection_response: R,
        enforcement: Enforcement,
        idempotency: Idempotency<I>,
        observation: Observation,
    ) -> Self {
        Self {
            parts,
            ready_inner,
            rejection_response,
            enforcement,
            idempotency,
            claim: ClaimGuard::none(),
            observation,
            types: PhantomData,
        }
    }

    /// Polls the inner service's answer, in the span of the delivery.
    pub(super) fn poll_answer<F: Future>(
        &self,
        response: Pin<&mut F>,
        cx: &mut Context<'_>,
    ) -> Poll<F::Output> {
        self.observation.in_span(|| response.poll(cx))
    }

    /// The answer is the inner service's in any case: what it did is done.
    pub(super) fn settled(&mut self, settled: Result<Settlement, StoreError>) {
        self.observation.settled(settled);
    }
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
        &mut self,
        intake: &mut Intake,
        received: Result<(), RejectionKind>,
    ) -> State<S, B, I, ReqBody> {
        if let Err(kind) = received {
            // What arrived is not the whole body, so there is nothing to pass on, not even to monitor.
            return self.refuse(kind.into());
        }
        let (verified, body) = intake.finish(&self.parts.headers);
        self.observation.received(body.len());
        match verified {
            Ok(verified) => {
                self.observation
                    .verified(verified.id(), verified.received_at());
                if !self.idempotency.store.is_enabled() {
                    return self.deliver(verified);
                }
                let Idempotency { store, lease, .. } = &self.idempotency;
                let key = self.idempotency.key(verified.tenant(), verified.id());
                let owner = OwnerToken::random();
                let digest = BodyDigest::of(&body);
                State::Claiming {
                    claiming: store.claim(&key, owner, digest, *lease),
                    claimant: Some(Claimant {
                        verified,
                        key,
                        owner,
                        digest,
                    }),
                }
            }
            Err(rejection) => self.decline(rejection, body),
        }
    }

    /// The store has answered: a message that is ours is opened and handed over.
    pub(super) fn claimed<ReqBody>(
        &mut self,
        claimant: Claimant,
        claim: Result<Claim, StoreError>,
    ) -> State<S, B, I, ReqBody> {
        let Claimant {
            verified,
            key,
            owner,
            digest,
        } = claimant;
        let refusal = match claim {
            Ok(Claim::Fresh) => {
                let store = self.idempotency.store.clone();
                self.claim = ClaimGuard::new(store, key, owner, digest);
                None
            }
            Ok(Claim::InProgress { remaining }) => Some(Rejection::with_retry_after(
                RejectionKind::ClaimedByAnother,
                remaining.min(self.idempotency.lease),
            )),
            Ok(Claim::Done) => Some(RejectionKind::AlreadyHandled.into()),
            Ok(Claim::OtherBody) => Some(RejectionKind::MessageIdReused.into()),
            Ok(Claim::Unguarded) => None,
            Err(error) => {
                self.observation.store_failed(&error);
                match self.idempotency.on_store_failure {
                    OnStoreFailure::DeliverUnguarded => None,
                    OnStoreFailure::Refuse => Some(Rejection::with_retry_after(
                        RejectionKind::StoreUnavailable,
                        STORE_RETRY_AFTER,
                    )),
                }
            }
        };
        match refusal {
            None => self.deliver(verified),
            Some(rejection) => self.decline(rejection, verified.body().clone()),
        }
    }

    /// Opens a message and hands it over.
    fn deliver<ReqBody>(&mut self, verified: Verified) -> State<S, B, I, ReqBody> {
        let body = verified.body().clone();
        match verified.open::<E>() {
            Ok(delivery) => {
                let event = delivery.event();
                self.observation.opened(event.event_type(), event.tenant());
                self.parts.extensions.insert(delivery);
                self.hand_over(body)
            }
            Err(rejection) => self.decline(rejection, body),
        }
    }

    /// The inner service has answered: a success completes the claim, anything else releases it.
    pub(super) fn handled<ReqBody>(&mut self, answer: Answer<S, B>) -> State<S, B, I, ReqBody> {
        let status = answer.as_ref().ok().map(Response::status);
        let succeeded = answer.as_ref().is_ok_and(is_success);
        self.observation.handled(status, succeeded);
        let settling = if succeeded {
            self.claim.complete(self.idempotency.retention)
        } else {
            self.claim.release()
        };
        settle(settling, answer)
    }

    /// Refuses the request, or passes it on with its verdict if the layer only monitors.
    fn decline<ReqBody>(&mut self, rejection: Rejection, body: Bytes) -> State<S, B, I, ReqBody> {
        match self.enforcement {
            Enforcement::Enforce => self.refuse(rejection),
            Enforcement::MonitorOnly => {
                self.observation.refused(rejection.kind());
                self.parts.extensions.insert(rejection);
                self.hand_over(body)
            }
        }
    }

    fn refuse<ReqBody>(&mut self, rejection: Rejection) -> State<S, B, I, ReqBody> {
        let answer = refusal(
            rejection,
            &self.parts,
            &self.rejection_response,
            &mut self.observation,
        );
        settle(self.claim.release(), Ok(answer))
    }

    /// Calls the inner service.
    fn hand_over<ReqBody>(&mut self, body: Bytes) -> State<S, B, I, ReqBody> {
        let (nothing_left, ()) = Request::new(()).into_parts();
        let parts = mem::replace(&mut self.parts, nothing_left);
        let request = Request::from_parts(parts, B::from(body));
        let ready_inner = &mut self.ready_inner;
        let response = self.observation.in_span(|| ready_inner.call(request));
        State::Handling { response }
    }
}

/// A 2xx is a success, unless it is of gRPC and says otherwise: what fails there has a 200 and its `grpc-status` in the
/// head (gRPC over HTTP/2, "Trailers-Only").
fn is_success<ResBody>(response: &Response<ResBody>) -> bool {
    let grpc_status = response.headers().get(GRPC_STATUS);
    response.status().is_success() && grpc_status.is_none_or(|status| status == "0")
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
fn settle<S, B, I, ReqBody>(
    settling: Option<I::Settling>,
    answer: Answer<S, B>,
) -> State<S, B, I, ReqBody>
where
    S: Service<Request<B>>,
    I: IdempotencyStore,
{
    let answer = Some(answer);
    match settling {
        Some(settling) => State::Settling { settling, answer },
        None => State::Answered { answer },
    }
}
