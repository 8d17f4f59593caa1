//! What a request holds, and what it waits for.

use std::{
    marker::PhantomData,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Buf;
use http::request::Parts;
use http_body::Body;

#[cfg(feature = "tokio")]
use super::run_to_completion::Gate;
use super::{
    claim::{Claimed, HeldClaim},
    renewal::Renewal,
    response::EndOfBody,
    shared::{Beginning, Shared, overloaded},
};
use crate::{
    error::rejection::{Rejection, RejectionKind},
    idempotency::{IdempotencyStore, Settlement, StoreError},
    receiver::{Intake, Share},
    telemetry::Observation,
};

/// Frames that are taken in one poll, so that a body whose frames are always ready leaves the thread to others.
const FRAMES_PER_POLL: usize = 64;

/// A request, and what it takes to respond to it. It stays where it is while the states change: it is large, and moving
/// it from one to the next cost more than all the checks of the head.
pub(super) struct Exchange<S, E, B, I: IdempotencyStore> {
    pub(super) parts: Parts,
    pub(super) ready_inner: S,
    pub(super) shared: Arc<Shared<I>>,
    in_flight: Share,
    pub(super) claim: HeldClaim<I>,
    pub(super) end_of_body: Option<EndOfBody>,
    pub(super) observation: Observation,
    /// Nothing is signed, and the body shows whether it is a handshake.
    pub(super) may_be_handshake: bool,
    #[cfg(feature = "tokio")]
    pub(super) gate: Option<Arc<Gate>>,
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
            may_be_handshake: false,
            #[cfg(feature = "tokio")]
            gate: None,
            types: PhantomData,
        }
    }

    /// Starts with a head that was checked.
    #[inline]
    pub(super) fn begin(&mut self, mut beginning: Beginning) -> Box<Intake> {
        beginning.mark_tokens_sensitive(self.shared.receiver.scheme(), &mut self.parts.headers);
        self.may_be_handshake = beginning.may_be_handshake;
        beginning.intake
    }

    /// Feeds the frames of the body to the intake; trailers are dropped, since no scheme signs them.
    pub(super) fn poll_receive<ReqBody: Body>(
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

    /// The store has replied to a completion or a release. The response stands in any case: what the inner service did is
    /// done.
    pub(super) fn settled(
        &mut self,
        settled: Result<Settlement, StoreError>,
        completed: Option<Claimed<I>>,
    ) {
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

    /// Polls the inner service's response, in the span of the delivery, and renews the lease meanwhile.
    pub(super) fn poll_handler<F: Future>(
        &mut self,
        response: Pin<&mut F>,
        renewal: &mut Renewal<I>,
        cx: &mut Context<'_>,
    ) -> Poll<F::Output> {
        let observation = &mut self.observation;
        let poll = || observation.in_span(|| response.poll(cx));
        let polled = self.claim.release_if_it_panics(poll);
        if polled.is_pending() {
            let lease = self.shared.idempotency.lease;
            renewal.poll(&self.claim, lease, &mut self.observation, cx);
        }
        polled
    }
}
