//! Settling a claim when the response's body has ended.

use std::{
    fmt,
    pin::{Pin, pin},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker, ready},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName};
use http_body::{Body, Frame};

use crate::{
    idempotency::IdempotencyStore,
    layer::{claim::Claimed, shared::Shared},
    telemetry,
};

const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");

type Settling = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A claim whose handler has succeeded so far. What the body comes to decides.
pub(in crate::layer) struct EndOfBody {
    claim: Option<Box<dyn Settle>>,
    /// In a mutex that is never locked, so that the body is `Sync` although the future is not.
    settling: Option<Mutex<Settling>>,
    /// All of the body was given to the server, which may drop it without asking for its end: it knows the length.
    is_complete: AtomicBool,
}

/// A claim, with its type forgotten.
trait Settle: Send + Sync {
    fn complete(self: Box<Self>) -> Settling;
    fn release(self: Box<Self>) -> Settling;
}

struct OfStore<I> {
    claim: Claimed<I>,
    shared: Arc<Shared<I>>,
}

impl<I: IdempotencyStore> Settle for OfStore<I> {
    fn complete(self: Box<Self>) -> Settling {
        let Self { claim, shared } = *self;
        let completing = claim.complete(shared.idempotency.retention);
        Box::pin(async move {
            match completing.await {
                Ok(_) => shared.completion_stored(&claim),
                Err(_) => shared.completion_failed(claim),
            }
        })
    }

    fn release(self: Box<Self>) -> Settling {
        let Self { claim, .. } = *self;
        let releasing = claim.store.release(&claim.key, claim.owner);
        Box::pin(async move {
            // If it fails, the lease runs out.
            let _ = releasing.await;
        })
    }
}

impl EndOfBody {
    pub(in crate::layer) fn new<I: IdempotencyStore>(
        claim: Claimed<I>,
        shared: Arc<Shared<I>>,
    ) -> Self {
        Self {
            claim: Some(Box::new(OfStore { claim, shared })),
            settling: None,
            is_complete: AtomicBool::new(false),
        }
    }

    /// The next frame of `body`; its end only once the claim is settled.
    pub(super) fn poll_frame<B: Body<Data = Bytes>>(
        &mut self,
        mut body: Pin<&mut B>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        if self.settling.is_none() {
            match ready!(body.as_mut().poll_frame(cx)) {
                Some(Ok(frame)) => {
                    let trailers = frame.trailers_ref();
                    if trailers.is_some_and(is_failure) {
                        self.fail();
                    }
                    let has_ended = trailers.is_some() || nothing_left(&*body);
                    self.is_complete.store(has_ended, Ordering::Relaxed);
                    return Poll::Ready(Some(Ok(frame)));
                }
                Some(Err(error)) => {
                    self.fail();
                    return Poll::Ready(Some(Err(error)));
                }
                None => {
                    let claim = self.claim.take();
                    self.settling = claim.map(|claim| Mutex::new(claim.complete()));
                }
            }
        }
        if let Some(settling) = &mut self.settling {
            let settling = settling.get_mut().unwrap_or_else(PoisonError::into_inner);
            ready!(settling.as_mut().poll(cx));
            self.settling = None;
        }
        Poll::Ready(None)
    }

    /// Never while there is a claim to settle, so that the server asks for the end. One that knows the length does not ask.
    pub(super) fn is_end_stream<B: Body>(&self, body: &B) -> bool {
        let has_ended = nothing_left(body);
        if has_ended {
            self.is_complete.store(true, Ordering::Relaxed);
        }
        has_ended && self.claim.is_none() && self.settling.is_none()
    }

    /// The handler has not succeeded after all: the sender's retry is handled.
    fn fail(&mut self) {
        if let Some(claim) = self.claim.take() {
            telemetry::response_broke_off();
            carry_out(claim.release());
        }
    }
}

/// What the server has taken as a whole is complete. Of anything else nobody knows: the claim is kept until its lease ends.
impl Drop for EndOfBody {
    fn drop(&mut self) {
        let is_complete = self.is_complete.load(Ordering::Relaxed);
        if let Some(claim) = self.claim.take().filter(|_| is_complete) {
            carry_out(claim.complete());
        }
    }
}

impl fmt::Debug for EndOfBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EndOfBody").finish_non_exhaustive()
    }
}

/// Starts a settlement that cannot be awaited. A store carries out what is dropped after its first poll.
fn carry_out(settling: Settling) {
    let mut settling = pin!(settling);
    let _ = settling
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()));
}

fn nothing_left<B: Body>(body: &B) -> bool {
    body.is_end_stream() || body.size_hint().exact() == Some(0)
}

fn is_failure(trailers: &HeaderMap) -> bool {
    let grpc_status = trailers.get(GRPC_STATUS);
    grpc_status.is_some_and(|status| status != "0")
}
