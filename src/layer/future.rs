//! The state machine of one request.
//!
//! ```text
//! Receiving ─► Claiming ─► Handling ─► Settling ─► Responding
//!     │            │           └───────────────────────►│
//!     └────────────┴── rejected ──► Settling ──────────►│
//! ```
//!
//! A layer that only monitors goes from a rejection to `Handling` as well.

use std::{
    fmt,
    marker::PhantomData,
    mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Buf, Bytes};
use http::{HeaderName, Request, Response, StatusCode, request::Parts};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;

#[cfg(feature = "tokio")]
use super::run_to_completion::Gate;
use super::{
    claim::{Claimed, HeldClaim},
    renewal::Renewal,
    response::{EndOfBody, ResponseBody},
    shared::{Enforcement, ReusedIds, SettlingTime, Shared},
};
use crate::{
    error::{
        RejectionDetail,
        rejection::{Rejection, RejectionKind},
    },
    event::WebhookEvent,
    idempotency::{
        BodyDigest, Claim, IdempotencyStore, OnStoreFailure, OwnerToken, Settlement, StoreError,
    },
    receiver::{Intake, Share, Verified},
    telemetry::Observation,
};

/// When a sender should come back to a store that is down or to a receiver that holds too much.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// Frames that are taken in one poll, so that a body whose frames are always ready leaves the thread to others.
const FRAMES_PER_POLL: usize = 64;

const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");

/// The response of the inner service, or of the layer in its place.
enum Reply<T, E> {
    Inner(Result<T, E>),
    Layer(Response<Bytes>),
}

type ReplyOf<S, B> = Reply<<S as Service<Request<B>>>::Response, <S as Service<Request<B>>>::Error>;

/// A message whose claim is awaited.
struct Claimant<I> {
    verified: Verified,
    claim: Claimed<I>,
}

pin_project! {
    /// Where a request is. What is not pinned is taken out when its state ends.
    #[project = StateProj]
    enum State<S, B, I, ReqBody>
    where
        S: Service<Request<B>>,
        I: IdempotencyStore,
    {
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
            claimant: Option<Claimant<I>>,
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
        // `None` for a head that was rejected. It is dropped after the state: a claim is not given back while the inner
        // service is still there.
        exchange: Option<Exchange<S, E, B, I>>,
    }
}

impl<S, E, B, I, ReqBody, ResBody> ResponseFuture<S, E, B, I, ReqBody>
where
    S: Service<Request<B>, Response = Response<ResBody>>,
    I: IdempotencyStore,
{
    /// A request that was rejected on its head: its body is never polled.
    pub(super) fn rejected(response: Response<Bytes>) -> Self {
        let reply = Some(Reply::Layer(response));
        Self {
            state: State::Responding { reply },
            exchange: None,
        }
    }

    pub(super) fn receive(exchange: Exchange<S, E, B, I>, intake: Intake, body: ReqBody) -> Self {
        let intake = Box::new(intake);
        Self {
            state: State::Receiving { body, intake },
            exchange: Some(exchange),
        }
    }

    /// The response, if the head was rejected.
    #[cfg(feature = "tokio")]
    pub(super) fn take_head_rejection(&mut self) -> Option<Response<ResponseBody<ResBody>>> {
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
    pub(super) fn run_behind(&mut self, gate: Arc<Gate>) {
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
        loop {
            let next = match (this.state.as_mut().project(), this.exchange.as_mut()) {
                (StateProj::Receiving { body, intake }, Some(exchange)) => {
                    let received = ready!(exchange.poll_receive(body, intake, cx));
                    exchange.received(intake, received)
                }
                (StateProj::Claiming { claiming, claimant }, Some(exchange)) => {
                    let claimed = ready!(claiming.poll(cx));
                    match claimant.take() {
                        Some(claimant) => exchange.claimed(claimant, claimed),
                        None => State::Finished,
                    }
                }
                (StateProj::Handling { response, renewal }, Some(exchange)) => {
                    let response = ready!(exchange.poll_handler(response, renewal, cx));
                    exchange.handled(response)
                }
                (
                    StateProj::Settling {
                        settling,
                        completed,
                        reply,
                    },
                    Some(exchange),
                ) => {
                    let settled = ready!(settling.poll(cx));
                    exchange.settled(settled, completed.take());
                    let reply = reply.take();
                    State::Responding { reply }
                }
                (StateProj::Responding { reply }, exchange) => {
                    let end_of_body = exchange.and_then(|exchange| exchange.end_of_body.take());
                    let reply = reply.take();
                    // What is left of the request goes first, then what reports it.
                    this.state.set(State::Finished);
                    *this.exchange = None;
                    return Poll::Ready(respond(reply, end_of_body));
                }
                (StateProj::Cancelled, _) => return Poll::Pending,
                (StateProj::Finished, _) | (_, None) => {
                    debug_assert!(false, "a finished request was polled");
                    return Poll::Ready(respond(None, None));
                }
            };
            this.state.set(next);
        }
    }
}

/// The response as the caller gets it. Without a reply, which cannot be, it is a 500: nothing waits for ever.
fn respond<ResBody, Error>(
    reply: Option<Reply<Response<ResBody>, Error>>,
    end_of_body: Option<EndOfBody>,
) -> Result<Response<ResponseBody<ResBody>>, Error> {
    match reply {
        Some(Reply::Inner(response)) => {
            response.map(|response| response.map(|body| ResponseBody::of_inner(body, end_of_body)))
        }
        Some(Reply::Layer(response)) => Ok(response.map(ResponseBody::of_layer)),
        None => {
            let mut failed = Response::new(ResponseBody::default());
            *failed.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            Ok(failed)
        }
    }
}

/// A request, and what it takes to respond to it. It stays where it is while the states change: it is large, and moving
/// it from one to the next cost more than all the checks of the head.
pub(super) struct Exchange<S, E, B, I: IdempotencyStore> {
    parts: Parts,
    ready_inner: S,
    shared: Arc<Shared<I>>,
    in_flight: Share,
    claim: HeldClaim<I>,
    end_of_body: Option<EndOfBody>,
    observation: Observation,
    #[cfg(feature = "tokio")]
    gate: Option<Arc<Gate>>,
    types: PhantomData<fn() -> (E, B)>,
}

impl<S, E, B, I: IdempotencyStore> Exchange<S, E, B, I> {
    pub(super) fn new(
        parts: Parts,
        ready_inner: S,
        shared: Arc<Shared<I>>,
        observation: Observation,
    ) -> Self {
        Self {
            parts,
            ready_inner,
            in_flight: shared.receiver.share_of_bytes_in_flight(),
            shared,
            claim: HeldClaim::none(),
            end_of_body: None,
            observation,
            #[cfg(feature = "tokio")]
            gate: None,
            types: PhantomData,
        }
    }

    /// Feeds the frames of the body to the intake; trailers are dropped, since no scheme signs them.
    fn poll_receive<ReqBody: Body>(
        &mut self,
        mut body: Pin<&mut ReqBody>,
        intake: &mut Intake,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Rejection>> {
        for _ in 0..FRAMES_PER_POLL {
            match ready!(body.as_mut().poll_frame(cx)) {
                None => return Poll::Ready(Ok(())),
                Some(Err(_)) => return Poll::Ready(Err(RejectionKind::BodyIncomplete.into())),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        let bytes = data.remaining();
                        intake.receive(data)?;
                        self.in_flight.grow(bytes).map_err(overloaded)?;
                        self.observation.buffered(bytes);
                    }
                }
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// The store has answered about a completion or a release. The reply stands in any case: what the inner service did is
    /// done.
    fn settled(&mut self, settled: Result<Settlement, StoreError>, completed: Option<Claimed<I>>) {
        match (settled, completed) {
            (Ok(settlement), completed) => {
                if settlement == Settlement::NotOwner {
                    self.observation.outlived_its_lease();
                }
                if let Some(claim) = completed {
                    self.shared.completion_stored(&claim);
                }
            }
            (Err(error), completed) => {
                self.observation.store_failed(&error);
                if let Some(claim) = completed {
                    self.shared.completion_failed(claim);
                }
            }
        }
    }
}

impl<S, E, B, I, ResBody> Exchange<S, E, B, I>
where
    S: Service<Request<B>, Response = Response<ResBody>>,
    E: WebhookEvent,
    B: From<Bytes>,
    I: IdempotencyStore,
{
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
        let (verified, body) = intake.finish(&self.parts.headers);
        self.observation.received(body.len());
        let verified = match verified {
            Ok(verified) => verified,
            Err(rejection) => return self.decline(rejection, body),
        };
        let (tenant, at) = (verified.tenant_name(), verified.received_at());
        self.observation
            .verified(verified.id(), tenant, verified.key_position(), at);
        let idempotency = &self.shared.idempotency;
        if !idempotency.store.is_enabled() {
            return self.deliver(verified);
        }
        let id = verified.deduplication_id().unwrap_or(verified.id());
        let key = idempotency.key(tenant, id);
        let (store, unstored) = (&idempotency.store, &self.shared.unstored);
        if let Some(claim) = unstored.claim_of(store, &key, at) {
            return self.complete_again(claim, body);
        }
        let claim = Claimed {
            store: store.clone(),
            key,
            owner: OwnerToken::random(),
            digest: BodyDigest::of(&body),
        };
        State::Claiming {
            claiming: store.claim(&claim.key, claim.owner, claim.digest, idempotency.lease),
            claimant: Some(Claimant { verified, claim }),
        }
    }

    /// The store has answered: a message that is this request's is opened and handed over.
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
            Ok(Claim::Unguarded) => None,
            Ok(Claim::InProgress { remaining }) => Some(
                Rejection::new(RejectionKind::ClaimedByAnother)
                    .with_retry_after(remaining.min(idempotency.lease)),
            ),
            Ok(Claim::Done) => Some(RejectionKind::AlreadyHandled.into()),
            Ok(Claim::OtherBody) => match self.shared.reused_ids {
                ReusedIds::Reject => Some(RejectionKind::MessageIdReused.into()),
                ReusedIds::Deliver => None,
            },
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
        let (ready_inner, observation) = (&mut self.ready_inner, &self.observation);
        let call = || observation.in_span(|| ready_inner.call(request));
        State::Handling {
            response: self.claim.release_if_it_panics(call),
            renewal: Renewal::new(),
        }
    }

    /// Polls the inner service's response, in the span of the delivery, and renews the lease meanwhile.
    fn poll_handler(
        &mut self,
        response: Pin<&mut S::Future>,
        renewal: &mut Renewal<I>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<S::Response, S::Error>> {
        let observation = &self.observation;
        let poll = || observation.in_span(|| response.poll(cx));
        let polled = self.claim.release_if_it_panics(poll);
        if polled.is_pending() {
            let lease = self.shared.idempotency.lease;
            renewal.poll(&self.claim, lease, &mut self.observation, cx);
        }
        polled
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

/// A 2xx is a success, unless it is of gRPC and its status is not: a failure has a 200 and its `grpc-status` in the head
/// (gRPC over HTTP/2, "Trailers-Only").
fn is_success<ResBody>(response: &Response<ResBody>) -> bool {
    let grpc_status = response.headers().get(GRPC_STATUS);
    response.status().is_success() && grpc_status.is_none_or(|status| status == "0")
}

fn overloaded(limit: usize) -> Rejection {
    let limit = limit as u64;
    Rejection::new(RejectionKind::Overloaded)
        .with_retry_after(RETRY_AFTER)
        .with_detail(RejectionDetail::BytesInFlight { limit })
}

fn store_unavailable(error: StoreError) -> Rejection {
    let error = Arc::new(error);
    Rejection::new(RejectionKind::StoreUnavailable)
        .with_retry_after(RETRY_AFTER)
        .with_detail(RejectionDetail::Store { error })
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
