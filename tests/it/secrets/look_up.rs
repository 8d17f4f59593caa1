//! Secrets that have to be waited for.

use std::{
    future::{pending, ready},
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
use tokio::{
    sync::Notify,
    time::{Instant, advance},
};
use tower::{Layer, ServiceExt};
use tower_webhook::{
    Idempotency, Receiver, Rejection, RejectionKind, SourceIp, Timestamp, WebhookLayer,
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
async fn requests_of_one_tenant_that_come_together_cause_one_look_up() {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let secrets = CachedSecrets::new(key, move |shop: String| {
        counter.fetch_add(1, Ordering::Relaxed);
        async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            Found::Ok(secrets_of(&shop))
        }
    });
    let receiver = receiver(secrets);
    let answers = (0..100).map(|_| {
        let receiver = receiver.clone();
        tokio::spawn(async move { answer(&receiver, "/shops/one", OLD).await })
    });
    for answer in answers.collect::<Vec<_>>() {
        assert_eq!(answer.await.unwrap(), Ok(StatusCode::OK));
    }
    assert_eq!(count_of(&count), 1);
}

#[tokio::test(start_paused = true)]
async fn secrets_and_unknown_tenants_are_kept_for_their_time() {
    let (secrets, count) = counted();
    let receiver = receiver(secrets.clone());
    for _ in 0..3 {
        assert_eq!(
            answer(&receiver, "/shops/one", OLD).await,
            Ok(StatusCode::OK)
        );
        assert_eq!(answer(&receiver, "/shops/none", OLD).await, UNKNOWN);
    }
    assert_eq!(count_of(&count), 2);

    advance(Duration::from_secs(10)).await;
    assert_eq!(answer(&receiver, "/shops/none", OLD).await, UNKNOWN);
    assert_eq!(
        answer(&receiver, "/shops/one", OLD).await,
        Ok(StatusCode::OK)
    );
    assert_eq!(count_of(&count), 3, "the unknown one, after 10 seconds");

    advance(Duration::from_secs(290)).await;
    assert_eq!(
        answer(&receiver, "/shops/one", OLD).await,
        Ok(StatusCode::OK)
    );
    assert_eq!(count_of(&count), 4, "the known one, after 5 minutes");

    secrets.forget("one");
    assert_eq!(
        answer(&receiver, "/shops/one", OLD).await,
        Ok(StatusCode::OK)
    );
    assert_eq!(count_of(&count), 5, "what was forgotten");

    secrets.forget_all();
    assert_eq!(
        answer(&receiver, "/shops/one", OLD).await,
        Ok(StatusCode::OK)
    );
    assert_eq!(count_of(&count), 6);
}

#[tokio::test]
async fn what_is_forgotten_while_it_is_looked_up_is_not_kept() {
    let go_on = Arc::new(Notify::new());
    let waiting = Arc::clone(&go_on);
    let secrets = CachedSecrets::new(key, move |shop: String| {
        let waiting = Arc::clone(&waiting);
        async move {
            waiting.notified().await;
            Found::Ok(secrets_of(&shop))
        }
    });
    let receiver = receiver(secrets.clone());
    let first = receiver.clone();
    let answering = tokio::spawn(async move { answer(&first, "/shops/one", OLD).await });
    tokio::task::yield_now().await;
    secrets.forget("one");
    go_on.notify_one();
    assert_eq!(answering.await.unwrap(), Ok(StatusCode::OK));

    let request = request_of("/shops/one", OLD).into_parts().0;
    let kind = receiver.check_head(&request).unwrap_err().kind();
    assert_eq!(
        kind,
        RejectionKind::SecretsUnavailable,
        "to be looked up again"
    );
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
async fn a_failure_is_not_remembered() {
    let count = Arc::new(AtomicUsize::new(0));
    let secrets = CachedSecrets::new(key, move |shop: String| {
        let is_first = count.fetch_add(1, Ordering::Relaxed) == 0;
        ready(if is_first {
            Found::Err(io::Error::other("down"))
        } else {
            Ok(secrets_of(&shop))
        })
    });
    let receiver = receiver(secrets);
    assert_eq!(answer(&receiver, "/shops/one", OLD).await, UNAVAILABLE);
    assert_eq!(
        answer(&receiver, "/shops/one", OLD).await,
        Ok(StatusCode::OK)
    );
}

#[tokio::test(start_paused = true)]
async fn a_look_up_that_never_ends_is_503_after_the_time_out_for_every_request_that_waits() {
    let secrets = CachedSecrets::new(key, |_| pending::<Found>());
    let receiver = receiver(secrets);
    let started = Instant::now();
    let answers: Vec<_> = (0..10)
        .map(|_| {
            let receiver = receiver.clone();
            tokio::spawn(async move { answer(&receiver, "/shops/one", OLD).await })
        })
        .collect();
    for answer in answers {
        assert_eq!(answer.await.unwrap(), UNAVAILABLE);
    }
    assert_eq!(started.elapsed().as_secs(), 2);
}

#[tokio::test(start_paused = true)]
async fn strangers_cause_no_more_look_ups_at_once_than_allowed() {
    let running = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&running);
    let secrets = CachedSecrets::new(key, move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
        pending::<Found>()
    });
    let receiver = receiver(secrets.max_lookups(3));
    let strangers: Vec<_> = (0..100)
        .map(|number| {
            let receiver = receiver.clone();
            let path = format!("/shops/stranger-{number}");
            tokio::spawn(async move { answer(&receiver, &path, OLD).await })
        })
        .collect();
    for stranger in strangers {
        assert_eq!(stranger.await.unwrap(), UNAVAILABLE);
    }
    assert_eq!(count_of(&running), 3);
}

#[tokio::test]
async fn no_more_keys_are_kept_than_the_capacity() {
    let (secrets, _) = counted();
    let secrets = secrets.capacity(100);
    let receiver = receiver(secrets.clone());
    for number in 0..1000 {
        let path = format!("/shops/stranger-{number}");
        answer(&receiver, &path, OLD).await.unwrap_err();
    }
    let kept = format!("{secrets:?}");
    let kept = kept
        .trim_start_matches("CachedSecrets { kept: ")
        .trim_end_matches(", .. }");
    let kept: usize = kept.parse().unwrap();
    assert!(kept <= 100, "{kept}");
}

#[tokio::test]
async fn a_key_of_over_256_bytes_is_nobodys() {
    let (secrets, count) = counted();
    let receiver = receiver(secrets);
    let path = format!("/shops/{}", "x".repeat(257));
    assert_eq!(answer(&receiver, &path, OLD).await, UNKNOWN);
    assert_eq!(count_of(&count), 0);
}

#[tokio::test]
async fn a_stranger_from_elsewhere_and_another_method_cause_no_look_up() {
    let (secrets, count) = counted();
    let receiver = Receiver::builder_with_source(secrets)
        .source_ip(SourceIp::allow(["203.0.113.0/24"]))
        .clock(now)
        .build()
        .unwrap();
    let refused = Err((StatusCode::FORBIDDEN, RejectionKind::SourceIpUnknown));
    assert_eq!(answer(&receiver, "/shops/one", OLD).await, refused);

    let mut request = request_of("/shops/one", OLD);
    *request.method_mut() = http::Method::GET;
    let service = WebhookLayer::new(receiver)
        .inner_body()
        .layer(unreachable_inner());
    let response = service.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(count_of(&count), 0);
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
    assert!(receiver.check_head(&head).is_ok(), "now it is at hand");
    assert!(receiver.verify_stored_async(&head, BODY).await.is_ok());
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
