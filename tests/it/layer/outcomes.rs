//! What the idempotency store is told of a handler: nothing that is not known.

use std::{
    convert::Infallible,
    future::{Ready, pending, poll_fn, ready},
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use tokio::sync::Notify;
use tower::{Layer as _, Service, ServiceExt, service_fn};
use tower_webhook::{
    Idempotency, Rejection,
    RejectionKind::*,
    Timestamp,
    idempotency::{
        BodyDigest, IdempotencyKey, IdempotencyStore, MemoryStore, OwnerToken, Settlement,
        StoreError, StoreErrorKind,
    },
};

use super::{Answer, Frames, Layer, genuine, layer};
use crate::support::{ID, NOW, signer};

fn memory() -> MemoryStore {
    MemoryStore::new(10).unwrap()
}

fn guarded<I: IdempotencyStore>(store: I, lease: Duration) -> Layer<Bytes, I> {
    let idempotency = Idempotency::new("test", store).lease(lease);
    layer().idempotency(idempotency).unwrap()
}

const LONG: Duration = Duration::from_secs(60);

fn ok() -> Response<Full<Bytes>> {
    Response::new(Full::default())
}

type Seen = (StatusCode, Option<tower_webhook::RejectionKind>);

fn seen<B>(response: &Response<B>) -> Seen {
    let rejection: Option<&Rejection> = response.extensions().get();
    (response.status(), rejection.map(Rejection::kind))
}

/// Sends a genuine delivery to a handler that succeeds at once.
async fn deliver<I: IdempotencyStore>(layer: &Layer<Bytes, I>) -> Seen {
    let handler = service_fn(async |_: Request<Full<Bytes>>| Ok::<_, Infallible>(ok()));
    seen(&layer.layer(handler).oneshot(genuine("{}")).await.unwrap())
}

/// Polls a future until it waits, and drops it.
async fn abandon<F: Future>(future: F) {
    let mut future = pin!(future);
    poll_fn(|cx| {
        assert!(future.as_mut().poll(cx).is_pending());
        Poll::Ready(())
    })
    .await;
}

#[tokio::test]
async fn a_request_dropped_while_its_handler_runs_keeps_the_lease() {
    let layer = guarded(memory(), LONG);
    let handler = service_fn(async |_: Request<Full<Bytes>>| {
        pending::<Result<Response<Full<Bytes>>, Infallible>>().await
    });
    abandon(layer.layer(handler).oneshot(genuine("{}"))).await;
    let retry = deliver(&layer).await;
    assert_eq!(retry, (StatusCode::CONFLICT, Some(ClaimedByAnother)));
}

#[tokio::test]
async fn a_request_dropped_before_its_handler_was_called_leaves_nothing_behind() {
    let store = memory();
    let layer = guarded(store.clone(), LONG);
    let endless = genuine("{}").map(|_| Frames::new([Ok(Bytes::from_static(b"{"))]).then_pending());
    let handler = service_fn(async |_: Request<Full<Bytes>>| Ok::<_, Infallible>(ok()));
    abandon(layer.layer(handler).oneshot(endless)).await;
    assert!(store.is_empty());
    assert_eq!(deliver(&layer).await, (StatusCode::OK, None));
}

#[tokio::test]
async fn a_lease_is_renewed_while_its_handler_runs() {
    let layer = guarded(memory(), Duration::from_secs(1));
    let go_on = Arc::new(Notify::new());
    let waiting = Arc::clone(&go_on);
    let handler = service_fn(move |_: Request<Full<Bytes>>| {
        let waiting = Arc::clone(&waiting);
        async move {
            waiting.notified().await;
            Ok::<_, Infallible>(ok())
        }
    });
    let first = tokio::spawn(layer.layer(handler).oneshot(genuine("{}")));
    tokio::time::sleep(Duration::from_millis(2500)).await;
    let second = deliver(&layer).await;
    assert_eq!(second, (StatusCode::CONFLICT, Some(ClaimedByAnother)));
    go_on.notify_one();
    assert_eq!(seen(&first.await.unwrap().unwrap()), (StatusCode::OK, None));
    let third = deliver(&layer).await;
    assert_eq!(third, (StatusCode::OK, Some(AlreadyHandled)));
}

/// A handler that counts its runs and waits in between.
fn slow(
    runs: &Arc<Mutex<Vec<&'static str>>>,
    go_on: &Arc<Notify>,
) -> impl Service<
    Request<Full<Bytes>>,
    Response = Response<Full<Bytes>>,
    Error = Infallible,
    Future: Send,
> + Clone
+ Send
+ use<> {
    let (runs, go_on) = (Arc::clone(runs), Arc::clone(go_on));
    service_fn(move |_: Request<Full<Bytes>>| {
        let (runs, go_on) = (Arc::clone(&runs), Arc::clone(&go_on));
        async move {
            runs.lock().unwrap().push("begun");
            go_on.notified().await;
            runs.lock().unwrap().push("ended");
            Ok(ok())
        }
    })
}

async fn until(is_so: impl Fn() -> bool) {
    for _ in 0..1000 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("it never came to be so")
}

#[tokio::test]
async fn run_to_completion_a_delivery_whose_client_left_ends_and_is_done() {
    let layer = guarded(memory(), LONG);
    let (runs, go_on) = (Arc::default(), Arc::default());
    let service = layer.clone().run_to_completion().layer(slow(&runs, &go_on));
    let running = tokio::spawn(service.oneshot(genuine("{}")));
    until(|| *runs.lock().unwrap() == ["begun"]).await;
    running.abort();
    assert!(running.await.unwrap_err().is_cancelled());
    let meanwhile = deliver(&layer).await;
    assert_eq!(meanwhile, (StatusCode::CONFLICT, Some(ClaimedByAnother)));
    go_on.notify_one();
    until(|| *runs.lock().unwrap() == ["begun", "ended"]).await;
    let afterwards = deliver(&layer).await;
    assert_eq!(afterwards, (StatusCode::OK, Some(AlreadyHandled)));
}

#[tokio::test]
async fn run_to_completion_a_client_that_leaves_before_the_handler_is_called_is_forgotten() {
    let store = memory();
    let layer = guarded(store.clone(), LONG);
    let (runs, go_on) = (Arc::default(), Arc::default());
    let frames = Frames::new([Ok(Bytes::from_static(b"{"))]).then_pending();
    let service = layer.run_to_completion().layer(slow(&runs, &go_on));
    let request = genuine("{}").map(|_| frames);
    let running = tokio::spawn(service.oneshot(request));
    tokio::time::sleep(Duration::from_millis(20)).await;
    running.abort();
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(runs.lock().unwrap().is_empty());
    assert!(store.is_empty());
}

#[tokio::test]
async fn run_to_completion_a_panic_is_a_500_and_the_claim_is_released() {
    let layer = guarded(memory(), LONG);
    let panicking = service_fn(
        async |_: Request<Full<Bytes>>| -> Result<Response<Full<Bytes>>, Infallible> {
            panic!("a handler's panic")
        },
    );
    let service = layer.clone().run_to_completion().layer(panicking);
    let response = service.oneshot(genuine("{}")).await.unwrap();
    assert_eq!(seen(&response), (StatusCode::INTERNAL_SERVER_ERROR, None));
    assert_eq!(deliver(&layer).await, (StatusCode::OK, None));
}

#[tokio::test]
async fn run_to_completion_a_rejected_head_needs_no_task() {
    let (runs, go_on) = (Arc::default(), Arc::default());
    let service = layer().run_to_completion().layer(slow(&runs, &go_on));
    let mut unsigned = genuine("{}");
    unsigned.headers_mut().clear();
    let mut response = pin!(service.oneshot(unsigned));
    let response: Answer = poll_fn(|cx| match response.as_mut().poll(cx) {
        Poll::Ready(response) => Poll::Ready(response.unwrap()),
        Poll::Pending => panic!("a rejected head waits"),
    })
    .await;
    assert_eq!(
        seen(&response),
        (StatusCode::BAD_REQUEST, Some(MissingSignatureHeaders))
    );
}

/// A memory store whose completions fail so many times.
#[derive(Clone)]
struct Forgetful {
    inner: MemoryStore,
    failures: Arc<AtomicUsize>,
    completions: Arc<AtomicUsize>,
}

impl Forgetful {
    fn failing(failures: usize) -> Self {
        Self {
            inner: memory(),
            failures: Arc::new(AtomicUsize::new(failures)),
            completions: Arc::default(),
        }
    }
}

impl IdempotencyStore for Forgetful {
    type Claiming = <MemoryStore as IdempotencyStore>::Claiming;
    type Settling = Ready<Result<Settlement, StoreError>>;

    fn claim(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        lease: Duration,
    ) -> Self::Claiming {
        self.inner.claim(key, owner, digest, lease)
    }

    fn renew(&self, _: &IdempotencyKey, _: OwnerToken, _: Duration) -> Self::Settling {
        ready(Ok(Settlement::Settled))
    }

    fn complete(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        retention: Duration,
    ) -> Self::Settling {
        self.completions.fetch_add(1, Ordering::Relaxed);
        let left = self.failures.load(Ordering::Relaxed);
        if left > 0 {
            self.failures.store(left - 1, Ordering::Relaxed);
            return ready(Err(StoreError::new(StoreErrorKind::Unavailable)));
        }
        let settled = crate::support::now(self.inner.complete(key, owner, digest, retention));
        ready(settled)
    }

    fn release(&self, key: &IdempotencyKey, owner: OwnerToken) -> Self::Settling {
        ready(crate::support::now(self.inner.release(key, owner)))
    }

    fn abandon(&self, key: &IdempotencyKey, owner: OwnerToken) {
        self.inner.abandon(key, owner);
    }
}

#[tokio::test]
async fn a_completion_that_fails_is_tried_again_until_it_is_stored() {
    let store = Forgetful::failing(2);
    let layer = guarded(store.clone(), LONG);
    assert_eq!(deliver(&layer).await, (StatusCode::OK, None));
    until(|| store.completions.load(Ordering::Relaxed) == 3).await;
    // Another process over the same store knows it by now.
    let elsewhere = guarded(store.inner, LONG);
    let again = deliver(&elsewhere).await;
    assert_eq!(again, (StatusCode::OK, Some(AlreadyHandled)));
}

#[tokio::test]
async fn this_process_remembers_what_the_store_could_not_be_told() {
    let store = Forgetful::failing(usize::MAX);
    let layer = guarded(store.clone(), LONG);
    assert_eq!(deliver(&layer).await, (StatusCode::OK, None));
    let again = deliver(&layer).await;
    assert_eq!(again, (StatusCode::OK, Some(AlreadyHandled)));
    let elsewhere = deliver(&guarded(store.inner, LONG)).await;
    assert_eq!(elsewhere, (StatusCode::CONFLICT, Some(ClaimedByAnother)));
}

#[tokio::test]
async fn an_id_that_comes_again_with_another_body_is_rejected_or_delivered_by_choice() {
    let layer = guarded(memory(), LONG);
    assert_eq!(deliver(&layer).await, (StatusCode::OK, None));
    let handler = service_fn(async |_: Request<Full<Bytes>>| Ok::<_, Infallible>(ok()));
    let other = || signer().request(ID, Timestamp::from_unix_seconds(NOW), "[]");
    let rejected = layer.layer(handler).oneshot(other()).await.unwrap();
    let reused = (StatusCode::UNPROCESSABLE_ENTITY, Some(MessageIdReused));
    assert_eq!(seen(&rejected), reused);
    let delivering = layer.danger_deliver_reused_ids();
    let delivered = delivering.layer(handler).oneshot(other()).await.unwrap();
    assert_eq!(seen(&delivered), (StatusCode::OK, None));
}

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
async fn respond_with(
    layer: &Layer<Bytes, MemoryStore>,
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
    use http_body::Body as _;

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
