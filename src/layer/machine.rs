//! The state machine of one request.
//!
//! ```text
//! LookingUp ─► Receiving ─► Claiming ─► Handling ─► Settling ─► Responding
//!     │            │            │           └───────────────────────►│
//!     └────────────┴────────────┴── rejected ──► Settling ──────────►│
//! ```
//!
//! Only a request whose secrets are not at hand starts with `LookingUp`.
//! A handshake of the sender goes from `Receiving` to `Responding`. A layer that only monitors goes from a rejection to
//! `Handling` as well.

use std::{
    mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;

use super::{
    claim::{Claimant, Claimed, HeldClaim},
    exchange::Exchange,
    renewal::Renewal,
    reply::{Reply, ReplyOf, is_success},
    response::EndOfBody,
    shared::{Beginning, Enforcement, SettlingTime, store_unavailable},
};
use crate::{
    error::rejection::{Rejection, RejectionKind},
    event::WebhookEvent,
    idempotency::{Claim, IdempotencyStore, OnStoreFailure, StoreError},
    receiver::{Intake, LookedUp, SecretLookup, Verified},
};

pin_project! {
    /// Where a request is. What is not pinned is taken out when its state ends.
    #[project = StateProj]
    pub(super) enum State<S, B, I, ReqBody>
    where
        S: Service<Request<B>>,
        I: IdempotencyStore,
    {
        // The secrets are being looked up; the body is not polled yet.
        LookingUp {
            lookup: SecretLookup,
            body: Option<ReqBody>,
        },
        // The body is collected and hashed as it arrives.
        Receiving {
            #[pin]
            body: ReqBody,
            // Large, and gone when the body is complete: kept apart, so that no other state is as large.
            intake: Box<Intake>,
        },
        // The signature is verified; the message is being claimed.
        Claiming {
            #[pin]
            claiming: I::Claiming,
            // Only a layer with a store has one: kept apart too.
            claimant: Option<Box<Claimant<I>>>,
        },
        // The inner service has the request.
        Handling {
            #[pin]
            response: S::Future,
            renewal: Renewal<I>,
        },
        // There is a reply; the claim is being completed (then it is kept here, to be completed again) or released.
        Settling {
            #[pin]
            settling: I::Settling,
            completed: Option<Claimed<I>>,
            reply: Option<ReplyOf<S, B>>,
        },
        // There is a reply and nothing else to do.
        Responding { reply: Option<ReplyOf<S, B>> },
        // Nobody waits for the task of this request any more: it is cancelled.
        Cancelled,
        // The reply was given.
        Finished,
    }
}

impl<S, B, I, ReqBody, ResBody> State<S, B, I, ReqBody>
where
    S: Service<Request<B>, Response = Response<ResBody>>,
    B: From<Bytes>,
    I: IdempotencyStore,
    ReqBody: Body,
{
    /// Waits for what ends this state, and returns the next one.
    pub(super) fn poll_next<E: WebhookEvent>(
        self: Pin<&mut Self>,
        exchange: &mut Exchange<S, E, B, I>,
        cx: &mut Context<'_>,
    ) -> Poll<Self> {
        Poll::Ready(match self.project() {
            StateProj::LookingUp { lookup, body } => {
                let found = ready!(lookup.as_mut().poll(cx));
                match body.take() {
                    Some(body) => exchange.looked_up(found, body),
                    None => Self::Responding { reply: None },
                }
            }
            StateProj::Receiving { body, intake } => {
                let received = ready!(exchange.poll_receive(body, intake, cx));
                exchange.received(intake, received)
            }
            StateProj::Claiming { claiming, claimant } => {
                let claimed = ready!(claiming.poll(cx));
                match claimant.take() {
                    Some(claimant) => exchange.claimed(*claimant, claimed),
                    None => Self::Responding { reply: None },
                }
            }
            StateProj::Handling { response, renewal } => {
                let response = ready!(exchange.poll_handler(response, renewal, cx));
                exchange.handled(response)
            }
            StateProj::Settling {
                settling,
                completed,
                reply,
            } => {
                let settled = ready!(settling.poll(cx));
                exchange.settled(settled, completed.take());
                let reply = reply.take();
                Self::Responding { reply }
            }
            StateProj::Responding { reply } => {
                let reply = reply.take();
                Self::Responding { reply }
            }
            StateProj::Cancelled => return Poll::Pending,
            StateProj::Finished => Self::Responding { reply: None },
        })
    }
}

impl<S, E, B, I, ResBody> Exchange<S, E, B, I>
where
    S: Service<Request<B>, Response = Response<ResBody>>,
    E: WebhookEvent,
    B: From<Bytes>,
    I: IdempotencyStore,
{
    /// The secrets were looked up: the rest of the head is checked.
    fn looked_up<ReqBody>(&mut self, found: LookedUp, body: ReqBody) -> State<S, B, I, ReqBody> {
        let (shared, parts) = (&self.shared, &self.parts);
        let checked = shared.receiver.check_looked_up(&parts.into(), found);
        let beginning = match checked {
            Ok(head) => Ok(Beginning::of(head)),
            Err(rejection) => shared.begin_rejected(rejection, parts),
        };
        match beginning {
            Ok(beginning) => State::Receiving {
                intake: self.begin(beginning),
                body,
            },
            Err(rejection) => self.reject(rejection),
        }
    }

    /// The body has arrived: the signature is checked, and the message claimed.
    fn received<ReqBody>(
        &mut self,
        intake: &mut Intake,
        received: Result<(), Rejection>,
    ) -> State<S, B, I, ReqBody> {
        if let Err(rejection) = received {
            // What arrived is not the whole body, so there is nothing to pass on, not even to monitor.
            return self.reject(rejection);
        }
        let (verified, body) = intake.finish(&self.shared.receiver);
        self.observation.received(body.len());
        let verified = match verified {
            Ok(verified) => verified,
            Err(rejection) => {
                return match self.unsigned_handshake(&body) {
                    Some(reply) => State::Responding { reply: Some(reply) },
                    None => self.decline(rejection, body),
                };
            }
        };
        let (tenant, at) = (verified.tenant_name(), verified.received_at());
        self.observation
            .verified(verified.id(), tenant, verified.key_position(), at);
        if let Some(reply) = self.signed_handshake(&body) {
            return State::Responding { reply: Some(reply) };
        }
        let idempotency = &self.shared.idempotency;
        if !idempotency.store.is_enabled() {
            return self.deliver(verified);
        }
        let Some(id) = verified.claimable_id() else {
            return self.deliver(verified);
        };
        let key = idempotency.key(tenant, id);
        let (store, unstored) = (&idempotency.store, &self.shared.unstored);
        if let Some(claim) = unstored.claim_of(store, &key, at) {
            return self.complete_again(claim, body);
        }
        let claim = Claimed::new(store.clone(), key, &body);
        State::Claiming {
            claiming: store.claim(&claim.key, claim.owner, claim.digest, idempotency.lease),
            claimant: Some(Box::new(Claimant { verified, claim })),
        }
    }

    /// The store has replied: a message that is this request's is opened and handed over.
    fn claimed<ReqBody>(
        &mut self,
        Claimant { verified, claim }: Claimant<I>,
        claimed: Result<Claim, StoreError>,
    ) -> State<S, B, I, ReqBody> {
        let idempotency = &self.shared.idempotency;
        let rejection = match claimed {
            Ok(Claim::Fresh) => {
                self.claim = HeldClaim::new(claim);
                None
            }
            Ok(claimed_before) => self.shared.refusal_of(claimed_before),
            Err(error) => {
                self.observation.store_failed(&error);
                match idempotency.on_store_failure {
                    OnStoreFailure::DeliverUnguarded => None,
                    OnStoreFailure::Refuse => Some(store_unavailable(error)),
                }
            }
        };
        match rejection {
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

    /// Calls the inner service.
    fn hand_over<ReqBody>(&mut self, body: Bytes) -> State<S, B, I, ReqBody> {
        #[cfg(feature = "tokio")]
        if self.gate.as_ref().is_some_and(|gate| !gate.pass()) {
            return State::Cancelled;
        }
        let (nothing_left, ()) = Request::new(()).into_parts();
        let parts = mem::replace(&mut self.parts, nothing_left);
        let request = Request::from_parts(parts, B::from(body));
        self.claim.hand_over();
        let (ready_inner, observation) = (&mut self.ready_inner, &mut self.observation);
        let call = || observation.in_span(|| ready_inner.call(request));
        State::Handling {
            response: self.claim.release_if_it_panics(call),
            renewal: Renewal::new(),
        }
    }

    /// The inner service has responded: a success completes the claim, anything else releases it.
    fn handled<ReqBody>(
        &mut self,
        response: Result<S::Response, S::Error>,
    ) -> State<S, B, I, ReqBody> {
        let status = response.as_ref().ok().map(Response::status);
        let succeeded = response.as_ref().is_ok_and(is_success);
        self.observation.handled(status, succeeded);
        let reply = Some(Reply::Inner(response));
        if !succeeded {
            return self.release(reply);
        }
        let Some(claim) = self.claim.take() else {
            return State::Responding { reply };
        };
        match self.shared.settling {
            SettlingTime::Head => State::Settling {
                settling: claim.complete(self.shared.idempotency.retention),
                completed: Some(claim),
                reply,
            },
            SettlingTime::EndOfBody => {
                self.end_of_body = Some(EndOfBody::new(claim, Arc::clone(&self.shared)));
                State::Responding { reply }
            }
        }
    }

    /// A message that this process has handled while the store could not be told: now it may be.
    fn complete_again<ReqBody>(
        &mut self,
        claim: Claimed<I>,
        body: Bytes,
    ) -> State<S, B, I, ReqBody> {
        match self.decline(RejectionKind::AlreadyHandled.into(), body) {
            State::Responding { reply } => State::Settling {
                settling: claim.complete(self.shared.idempotency.retention),
                completed: Some(claim),
                reply,
            },
            // Handed over by a layer that only monitors.
            other => other,
        }
    }

    /// Rejects the request, or passes it on with its verdict if the layer only monitors.
    fn decline<ReqBody>(&mut self, rejection: Rejection, body: Bytes) -> State<S, B, I, ReqBody> {
        match self.shared.enforcement {
            Enforcement::Enforce => self.reject(rejection),
            Enforcement::MonitorOnly => {
                self.observation.rejected(&rejection);
                self.parts.extensions.insert(rejection);
                self.hand_over(body)
            }
        }
    }

    fn reject<ReqBody>(&mut self, rejection: Rejection) -> State<S, B, I, ReqBody> {
        let (shared, observation) = (&self.shared, &mut self.observation);
        let response = shared.reject(rejection, &self.parts, observation);
        self.release(Some(Reply::Layer(response)))
    }

    /// Releases the claim, if there is one, before the reply is given.
    fn release<ReqBody>(&mut self, reply: Option<ReplyOf<S, B>>) -> State<S, B, I, ReqBody> {
        match self.claim.release() {
            Some(settling) => State::Settling {
                settling,
                completed: None,
                reply,
            },
            None => State::Responding { reply },
        }
    }
}
