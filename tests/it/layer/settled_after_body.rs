//! Claims that are settled when the response's body has ended.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::{BodyExt, Full, StreamBody};
use tokio::task::yield_now;
use tower::{Layer as _, ServiceExt, service_fn};
use tower_webhook::{
    RejectionKind::*,
    idempotency::{
        BodyDigest, IdempotencyKey, IdempotencyStore, MemoryStore, OwnerToken, Settlement,
        StoreError, StoreErrorKind,
    },
};

use super::{
    Layer, genuine,
    outcomes::{LONG, deliver, guarded, memory},
};
use crate::support::now;

type Body = StreamBody<futures_of::Frames>;

/// The frames of a response, as a stream.
mod futures_of {
    use std::{
        collections::VecDeque,
        pin::Pin,
        task::{Context, Poll},
    };

    use bytes::Bytes;
    use http_body::Frame;

    pub(super) struct Frames(pub(super) VecDeque<Result<Frame<Bytes>, &'static str>>);

    impl tonic::codegen::tokio_stream::Stream for Frames {
        type Item = Result<Frame<Bytes>, &'static str>;

        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Ready(self.0.pop_front())
        }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "a frame of a body that can fail")]
fn trailers(grpc_status: &'static str) -> Result<Frame<Bytes>, &'static str> {
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", grpc_status.parse().unwrap());
    Ok(Frame::trailers(trailers))
}

#[expect(clippy::unnecessary_wraps, reason = "a frame of a body that can fail")]
fn data() -> Result<Frame<Bytes>, &'static str> {
    Ok(Frame::data(Bytes::from_static(b"part")))
}

/// A layer that settles after the body, over a handler that responds with these frames.
async fn respond_with<I: IdempotencyStore>(
    layer: &Layer<Bytes, I>,
    frames: Vec<Result<Frame<Bytes>, &'static str>>,
) -> Response<tower_webhook::layer::ResponseBody<Body>> {
    let frames = Arc::new(Mutex::new(Some(frames)));
    let handler = service_fn(move |_: Request<Full<Bytes>>| {
        let frames = frames.lock().unwrap().take().unwrap();
        async move {
            let frames = futures_of::Frames(frames.into());
            Ok::<_, Infallible>(Response::new(StreamBody::new(frames)))
        }
    });
    let service = layer.clone().settle_after_body().layer(handler);
    service.oneshot(genuine("{}")).await.unwrap()
}

#[tokio::test]
async fn settled_after_the_body_a_claim_waits_for_its_end() {
    let layer = guarded(memory(), LONG);
    let mut response = respond_with(&layer, vec![data(), data()]).await;
    let in_progress = (StatusCode::CONFLICT, Some(ClaimedByAnother));
    assert_eq!(deliver(&layer).await, in_progress);
    response.body_mut().frame().await.unwrap().unwrap();
    assert_eq!(deliver(&layer).await, in_progress);
    response.into_body().collect().await.unwrap();
    let done = (StatusCode::OK, Some(AlreadyHandled));
    assert_eq!(deliver(&layer).await, done);
}

#[tokio::test]
async fn settled_after_the_body_a_failure_midway_or_in_the_trailers_is_none() {
    for (frames, then) in [
        (vec![data(), Err("broken")], None),
        (vec![data(), trailers("13")], None),
        (vec![data(), trailers("0")], Some(AlreadyHandled)),
    ] {
        let layer = guarded(memory(), LONG);
        let response = respond_with(&layer, frames).await;
        let _ = response.into_body().collect().await;
        assert_eq!(deliver(&layer).await, (StatusCode::OK, then));
    }
}

#[tokio::test]
async fn settled_after_the_body_a_body_dropped_midway_keeps_the_lease() {
    let layer = guarded(memory(), LONG);
    let mut response = respond_with(&layer, vec![data(), data()]).await;
    response.body_mut().frame().await.unwrap().unwrap();
    drop(response);
    let in_progress = (StatusCode::CONFLICT, Some(ClaimedByAnother));
    assert_eq!(deliver(&layer).await, in_progress);
}

/// As hyper does with a body of known length, which is complete with its last byte, and with an empty one.
#[tokio::test]
async fn settled_after_the_body_a_body_of_known_length_need_not_be_polled_to_its_end() {
    for length in [0, 4] {
        let layer = guarded(memory(), LONG);
        let handler = service_fn(move |_: Request<Full<Bytes>>| async move {
            let body = Full::new(Bytes::from(vec![b'a'; length]));
            Ok::<_, Infallible>(Response::new(body))
        });
        let service = layer.clone().settle_after_body().layer(handler);
        let mut response = service.oneshot(genuine("{}")).await.unwrap();
        assert!(!response.body().is_end_stream());
        if length > 0 {
            response.body_mut().frame().await.unwrap().unwrap();
        }
        drop(response);
        let done = (StatusCode::OK, Some(AlreadyHandled));
        assert_eq!(deliver(&layer).await, done, "{length}");
    }
}

#[tokio::test]
async fn settled_after_the_body_asking_for_the_end_midway_is_not_the_end() {
    let layer = guarded(memory(), LONG);
    let mut response = respond_with(&layer, vec![data(), data()]).await;
    response.body_mut().frame().await.unwrap().unwrap();
    assert!(!response.body().is_end_stream());
    drop(response);
    let in_progress = (StatusCode::CONFLICT, Some(ClaimedByAnother));
    assert_eq!(deliver(&layer).await, in_progress);
}

/// A body of one frame, which shows in one way only that it has ended.
struct Ending {
    frame: Option<Bytes>,
    by_length: bool,
}

impl http_body::Body for Ending {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.frame.take().map(|frame| Ok(Frame::data(frame))))
    }

    fn is_end_stream(&self) -> bool {
        !self.by_length && self.frame.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        if self.by_length {
            let left = self.frame.as_ref().map_or(0, Bytes::len);
            return SizeHint::with_exact(left.try_into().unwrap());
        }
        SizeHint::default()
    }
}

#[tokio::test]
async fn settled_after_the_body_either_way_to_show_its_end_is_enough() {
    for by_length in [false, true] {
        let layer = guarded(memory(), LONG);
        let handler = service_fn(move |_: Request<Full<Bytes>>| async move {
            let frame = Some(Bytes::from_static(b"all"));
            Ok::<_, Infallible>(Response::new(Ending { frame, by_length }))
        });
        let service = layer.clone().settle_after_body().layer(handler);
        let mut response = service.oneshot(genuine("{}")).await.unwrap();
        response.body_mut().frame().await.unwrap().unwrap();
        drop(response);
        let done = (StatusCode::OK, Some(AlreadyHandled));
        assert_eq!(deliver(&layer).await, done, "{by_length}");
    }
}

/// A memory store that replies to a settlement at its second poll, and carries it out at the first one.
#[derive(Clone)]
struct Slow {
    inner: MemoryStore,
    completes: bool,
}

impl Slow {
    fn new(completes: bool) -> Self {
        let inner = memory();
        Self { inner, completes }
    }
}

type Settling = Pin<Box<dyn Future<Output = Result<Settlement, StoreError>> + Send>>;

impl IdempotencyStore for Slow {
    type Claiming = <MemoryStore as IdempotencyStore>::Claiming;
    type Settling = Settling;

    fn claim(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        lease: Duration,
    ) -> Self::Claiming {
        self.inner.claim(key, owner, digest, lease)
    }

    fn renew(&self, key: &IdempotencyKey, owner: OwnerToken, lease: Duration) -> Settling {
        Box::pin(self.inner.renew(key, owner, lease))
    }

    fn complete(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        retention: Duration,
    ) -> Settling {
        let (store, key) = (self.clone(), key.clone());
        Box::pin(async move {
            let settled = if store.completes {
                now(store.inner.complete(&key, owner, digest, retention))
            } else {
                Err(StoreError::new(StoreErrorKind::Unavailable))
            };
            yield_now().await;
            settled
        })
    }

    fn release(&self, key: &IdempotencyKey, owner: OwnerToken) -> Settling {
        let (inner, key) = (self.inner.clone(), key.clone());
        Box::pin(async move {
            let settled = now(inner.release(&key, owner));
            yield_now().await;
            settled
        })
    }

    fn abandon(&self, key: &IdempotencyKey, owner: OwnerToken) {
        self.inner.abandon(key, owner);
    }
}

#[tokio::test]
async fn settled_after_the_body_a_slow_store_is_told_of_a_failure_too() {
    let layer = guarded(Slow::new(true), LONG);
    let response = respond_with(&layer, vec![data(), Err("broken")]).await;
    response.into_body().collect().await.unwrap_err();
    assert_eq!(deliver(&layer).await, (StatusCode::OK, None));
}

#[tokio::test]
async fn settled_after_the_body_a_completion_that_fails_late_is_remembered_here() {
    let layer = guarded(Slow::new(false), LONG);
    let response = respond_with(&layer, vec![data()]).await;
    response.into_body().collect().await.unwrap();
    let done = (StatusCode::OK, Some(AlreadyHandled));
    assert_eq!(deliver(&layer).await, done);
}
