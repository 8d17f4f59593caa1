//! What the idempotency store is told of a handler: nothing that is not known.

use std::{
    convert::Infallible,
    future::{pending, poll_fn},
    pin::pin,
    sync::{Arc, Mutex},
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use tokio::sync::Notify;
use tower::{
    Layer as _, Service, ServiceBuilder, ServiceExt, limit::ConcurrencyLimitLayer, service_fn,
};
use tower_webhook::{
    Idempotency, Rejection,
    RejectionKind::*,
    Timestamp,
    event::{AuthenticBody, DecodeError, WebhookEvent},
    idempotency::{IdempotencyStore, MemoryStore},
};

use super::{Answer, Frames, Layer, echo, genuine, layer, unreachable_inner};
use crate::support::{ID, NOW, now, signer};

pub(super) fn memory() -> MemoryStore {
    MemoryStore::new(10).unwrap()
}

pub(super) fn guarded<I: IdempotencyStore>(store: I, lease: Duration) -> Layer<Bytes, I> {
    let idempotency = Idempotency::new("test", store).lease(lease);
    layer().idempotency(idempotency).unwrap()
}

pub(super) const LONG: Duration = Duration::from_secs(60);

pub(super) fn ok() -> Response<Full<Bytes>> {
    Response::new(Full::default())
}

pub(super) type Seen = (StatusCode, Option<tower_webhook::RejectionKind>);

fn seen<B>(response: &Response<B>) -> Seen {
    let rejection: Option<&Rejection> = response.extensions().get();
    (response.status(), rejection.map(Rejection::kind))
}

/// Sends a genuine delivery to a handler that succeeds at once.
pub(super) async fn deliver<I: IdempotencyStore>(layer: &Layer<Bytes, I>) -> Seen {
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

#[test]
fn without_a_runtime_a_handler_that_waits_keeps_its_claim() {
    let layer = guarded(memory(), LONG);
    let handler = service_fn(async |_: Request<Full<Bytes>>| {
        pending::<Result<Response<Full<Bytes>>, Infallible>>().await
    });
    now(abandon(layer.layer(handler).oneshot(genuine("{}"))));
    let retry = now(deliver(&layer));
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

/// An event type with a mistake in it.
struct Panicking;

impl WebhookEvent for Panicking {
    fn decode(_: &AuthenticBody<'_>) -> Result<Self, DecodeError> {
        panic!("an event type's panic")
    }
}

#[tokio::test]
async fn an_event_type_that_panics_leaves_no_claim_behind() {
    let store = memory();
    let layer = guarded(store.clone(), LONG).decode::<Panicking>();
    let delivery = tokio::spawn(layer.layer(unreachable_inner()).oneshot(genuine("{}")));
    assert!(delivery.await.unwrap_err().is_panic());
    assert!(store.is_empty());
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

pub(super) async fn until(is_so: impl Fn() -> bool) {
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
async fn run_to_completion_a_client_that_leaves_midway_leaves_no_task_behind() {
    let frames = Frames::new([Ok(Bytes::from_static(b"{"))]).then_pending();
    let polls = frames.polls();
    let service = layer().run_to_completion().layer(unreachable_inner());
    abandon(service.oneshot(genuine("{}").map(|_| frames))).await;
    // The body is let go of with the task.
    until(|| Arc::strong_count(&polls) == 1).await;
}

#[tokio::test]
async fn run_to_completion_the_inner_service_is_asked_whether_it_is_ready() {
    let service = ServiceBuilder::new()
        .layer(layer().run_to_completion())
        .layer(ConcurrencyLimitLayer::new(1))
        .service(echo());
    let response = service.oneshot(genuine("{}")).await.unwrap();
    assert_eq!(seen(&response), (StatusCode::OK, None));
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
