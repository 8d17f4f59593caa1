//! What is kept of the secrets that were looked up, and what a stranger can cause.

use std::{
    future::{pending, ready},
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use http::StatusCode;
use tokio::{
    sync::Notify,
    time::{Instant, advance},
};
use tower::{Layer, ServiceExt};
use tower_webhook::{Receiver, RejectionKind, SourceIp, WebhookLayer, receiver::CachedSecrets};

use super::{
    Found, UNAVAILABLE, UNKNOWN, answer, count_of, counted, key, receiver, request_of, secrets_of,
};
use crate::{
    layer::unreachable_inner,
    secrets::{OLD, now},
};

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
    let longest = format!("/shops/{}", "x".repeat(256));
    assert_eq!(answer(&receiver, &longest, OLD).await, UNKNOWN);
    assert_eq!(count_of(&count), 1);
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
