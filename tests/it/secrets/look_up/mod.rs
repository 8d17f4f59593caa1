//! Secrets that have to be waited for.

mod cache;
mod settings;

use std::{
    future::ready,
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, StatusCode, header::RETRY_AFTER};
use http_body_util::Full;
use tokio::sync::Notify;
use tower::{Layer, ServiceExt};
use tower_webhook::{
    Idempotency, Receiver, Rejection, RejectionKind, Timestamp, WebhookLayer,
    error::RejectionDetail,
    idempotency::MemoryStore,
    inbox::{Enqueue, Schedule, SqliteInbox, Target, Worker},
    receiver::{CachedSecrets, RequestHead, SecretLookup, SecretSource, Secrets},
    testing::Signer,
};

use super::{NEW, OLD, now};
use crate::{
    inbox::support::{Directory, Running, dead, drained, until},
    layer::{Frames, echo, unreachable_inner},
    support::{BODY, ID, NOW},
};

type Found = Result<Option<Secrets>, io::Error>;

fn key(head: &RequestHead<'_>) -> Option<String> {
    Some(head.uri()?.path().strip_prefix("/shops/")?.to_owned())
}

fn secrets_of(shop: &str) -> Option<Secrets> {
    let secret = match shop {
        "one" => OLD,
        "two" => NEW,
        _ => return None,
    };
    Some(Secrets::builder(secret).tenant(shop).build().unwrap())
}

/// Secrets of two shops, and how often one was looked up.
fn counted() -> (CachedSecrets, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let secrets = CachedSecrets::new(key, move |shop: String| {
        counter.fetch_add(1, Ordering::Relaxed);
        ready(Found::Ok(secrets_of(&shop)))
    });
    (secrets, count)
}

fn receiver(source: impl SecretSource) -> Receiver {
    let builder = Receiver::builder_with_source(source);
    builder.clock(now).build().unwrap()
}

fn request_of(path: &str, secret: &str) -> Request<Full<Bytes>> {
    let signer = Signer::new(secret).unwrap().uri(path.parse().unwrap());
    signer.request(ID, Timestamp::from_unix_seconds(NOW), BODY)
}

type Answer = Result<StatusCode, (StatusCode, RejectionKind)>;

/// How the layer responds to a request that is signed with `secret`.
async fn answer(receiver: &Receiver, path: &str, secret: &str) -> Answer {
    let layer = WebhookLayer::new(receiver.clone()).inner_body();
    let request = request_of(path, secret);
    let response = layer.layer(echo()).oneshot(request).await.unwrap();
    let status = response.status();
    match response.extensions().get::<Rejection>() {
        Some(rejection) => Err((status, rejection.kind())),
        None => Ok(status),
    }
}

const UNKNOWN: Answer = Err((StatusCode::UNAUTHORIZED, RejectionKind::UnknownTenant));

const UNAVAILABLE: Answer = Err((
    StatusCode::SERVICE_UNAVAILABLE,
    RejectionKind::SecretsUnavailable,
));

fn count_of(count: &AtomicUsize) -> usize {
    count.load(Ordering::Relaxed)
}

#[tokio::test]
async fn a_request_is_verified_with_the_secrets_that_were_looked_up() {
    let (secrets, count) = counted();
    let receiver = receiver(secrets);
    assert_eq!(
        answer(&receiver, "/shops/one", OLD).await,
        Ok(StatusCode::OK)
    );
    assert_eq!(
        answer(&receiver, "/shops/two", NEW).await,
        Ok(StatusCode::OK)
    );
    let mismatch = Err((StatusCode::UNAUTHORIZED, RejectionKind::SignatureMismatch));
    assert_eq!(answer(&receiver, "/shops/two", OLD).await, mismatch);
    assert_eq!(count_of(&count), 2, "the third request found the second's");
}

#[tokio::test]
async fn the_body_is_not_polled_while_the_secrets_are_looked_up() {
    let looked_up = Arc::new(Notify::new());
    let waiting = Arc::clone(&looked_up);
    let secrets = CachedSecrets::new(key, move |shop: String| {
        let waiting = Arc::clone(&waiting);
        async move {
            waiting.notified().await;
            Found::Ok(secrets_of(&shop))
        }
    });
    let service = WebhookLayer::new(receiver(secrets))
        .inner_body()
        .layer(echo());
    let request = request_of("/shops/one", OLD).map(|_| Frames::new([Ok(Bytes::from(BODY))]));
    let polls = request.body().polls();
    let answering = tokio::spawn(service.oneshot(request));
    tokio::task::yield_now().await;
    assert!(!answering.is_finished());
    assert_eq!(count_of(&polls), 0);

    looked_up.notify_one();
    let response = answering.await.unwrap().unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(count_of(&polls), 2);
}

#[tokio::test]
async fn a_look_up_that_fails_is_503_and_the_operator_learns_why() {
    let secrets = CachedSecrets::new(key, |_| {
        ready(Found::Err(io::Error::other("the database is down")))
    });
    let service = WebhookLayer::new(receiver(secrets))
        .inner_body()
        .layer(unreachable_inner());
    let response = service
        .oneshot(request_of("/shops/one", OLD))
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.headers()[RETRY_AFTER], "5");
    let rejection: &Rejection = response.extensions().get().unwrap();
    assert_eq!(rejection.kind(), RejectionKind::SecretsUnavailable);
    let detail = rejection.detail().unwrap();
    assert!(matches!(detail, RejectionDetail::SecretLookup { .. }));
    assert_eq!(detail.to_string(), "the database is down");
}

#[tokio::test]
async fn a_receiver_without_tower_waits_too_and_says_so_where_it_cannot() {
    let (secrets, _) = counted();
    let receiver = receiver(secrets);
    let (head, _) = request_of("/shops/one", OLD).into_parts();
    let kind = receiver.check_head(&head).unwrap_err().kind();
    assert_eq!(kind, RejectionKind::SecretsUnavailable);
    let kind = receiver.verify_stored(&head, BODY).unwrap_err().kind();
    assert_eq!(kind, RejectionKind::SecretsUnavailable);

    let checked = receiver.check_head_async(&head).await.unwrap();
    assert_eq!(checked.check_signature(BODY).unwrap().tenant(), Some("one"));
    // Now it is at hand.
    drop(receiver.check_head(&head).unwrap());
    drop(receiver.verify_stored_async(&head, BODY).await.unwrap());
}

/// A source that keeps nothing.
struct EachTime;

impl SecretSource for EachTime {
    fn secrets(&self, _: &RequestHead<'_>) -> Option<Arc<Secrets>> {
        None
    }

    fn look_up(&self, head: &RequestHead<'_>) -> Option<SecretLookup> {
        let shop = key(head)?;
        Some(Box::pin(async move {
            tokio::task::yield_now().await;
            Ok(secrets_of(&shop).map(Arc::new))
        }))
    }
}

#[tokio::test]
async fn a_source_of_ones_own_may_look_up_each_time() {
    let receiver = receiver(EachTime);
    assert_eq!(
        answer(&receiver, "/shops/one", OLD).await,
        Ok(StatusCode::OK)
    );
    assert_eq!(answer(&receiver, "/shops/none", OLD).await, UNKNOWN);
    assert_eq!(answer(&receiver, "/elsewhere", OLD).await, UNKNOWN);
}

#[tokio::test]
async fn a_layer_that_only_monitors_passes_on_what_could_not_be_looked_up() {
    let secrets = CachedSecrets::new(key, |_| ready(Found::Err(io::Error::other("down"))));
    let inner = tower::service_fn(async |request: http::Request<Bytes>| {
        let rejection: &Rejection = request.extensions().get().unwrap();
        assert_eq!(rejection.kind(), RejectionKind::SecretsUnavailable);
        assert_eq!(request.body(), BODY);
        Ok::<_, std::convert::Infallible>(http::Response::new(String::new()))
    });
    let service = WebhookLayer::new(receiver(secrets))
        .inner_body::<Bytes>()
        .danger_monitor_only()
        .layer(inner);
    let response = service
        .oneshot(request_of("/shops/one", OLD))
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn the_header_token_of_looked_up_secrets_is_checked_and_marked_as_sensitive() {
    let secrets = CachedSecrets::new(key, |_| {
        let secrets = Secrets::builder(OLD).header_token("x-token", ["correct"]);
        ready(Found::Ok(Some(secrets.build().unwrap())))
    });
    let inner = tower::service_fn(async |request: http::Request<Bytes>| {
        assert!(request.headers()["x-token"].is_sensitive());
        Ok::<_, std::convert::Infallible>(http::Response::new(String::new()))
    });
    let service = WebhookLayer::new(receiver(secrets))
        .inner_body::<Bytes>()
        .layer(inner);
    let mut request = request_of("/shops/one", OLD);
    let missing = service.clone().oneshot(request.clone()).await.unwrap();
    assert_eq!(missing.status(), StatusCode::UNAUTHORIZED);
    request
        .headers_mut()
        .insert("x-token", "correct".parse().unwrap());
    let response = service.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_request_in_a_task_of_its_own_waits_for_its_secrets_and_is_claimed_by_its_tenant() {
    let (secrets, _) = counted();
    let layer = WebhookLayer::new(receiver(secrets))
        .inner_body()
        .idempotency(Idempotency::new("shops", MemoryStore::new(10).unwrap()))
        .unwrap()
        .run_to_completion();
    let service = layer.layer(echo());
    for shop in ["/shops/one", "/shops/two"] {
        let secret = if shop == "/shops/one" { OLD } else { NEW };
        let response = service
            .clone()
            .oneshot(request_of(shop, secret))
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert!(response.extensions().get::<Rejection>().is_none(), "{shop}");
    }
}

#[tokio::test]
async fn a_worker_looks_up_and_tries_again_what_could_not_be_looked_up() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let secrets = CachedSecrets::new(key, move |shop: String| {
        let number = counter.fetch_add(1, Ordering::Relaxed);
        ready(match number {
            0 | 3.. => Found::Ok(secrets_of(&shop)),
            _ => Err(io::Error::other("down")),
        })
    })
    .keep_for(Duration::ZERO);
    let receiver = receiver(secrets);
    let enqueue = Enqueue::new(inbox.clone(), &receiver);
    let accept = WebhookLayer::new(receiver.clone()).layer(enqueue);
    let response = accept.oneshot(request_of("/shops/one", OLD)).await.unwrap();
    assert_eq!(response.status(), StatusCode::ACCEPTED);

    let handled = tower::service_fn(async |_: Request<Full<Bytes>>| {
        Ok::<_, std::convert::Infallible>(Response::new(()))
    });
    let worker = Worker::new(inbox.clone(), receiver, Target::from(handled))
        .schedule(Schedule::new([Duration::from_millis(1); 9]))
        .poll_interval(Duration::from_millis(10));
    let worker = Running::start(worker);
    until("looked up four times", async || count_of(&count) >= 4).await;
    drained(&inbox).await;
    worker.stop().await;
    assert!(dead(&inbox).await.is_empty(), "an outage kills no message");
}
