//! Deliveries are sent to internal targets, signed anew.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Empty, Full};
use tower::ServiceExt;
use tower_webhook::{
    Idempotency, Receiver,
    decrypt::Aes256Cbc,
    dispatch::{EventRouter, Forward},
    event::{RawEvent, WebhookEvent},
    idempotency::MemoryStore,
    testing::sealed_envelope,
    voyado::EventType,
};

use super::{
    delivered, status,
    target::{Received, Target, TargetBody, raw},
};
use crate::support::{BODY, ID, NOW, SECRET, log_of};

/// The secret that the targets share with us, not the sender's.
pub(super) const TARGET_SECRET: &str = "whsec_dGhlIHRhcmdldHMnIG93biBzZWNyZXQ=";
const NEW_SECRET: &str = "whsec_dGhlIHRhcmdldHMnIG5ldyBzZWNyZXQ=";
/// When the deliveries are forwarded: an hour after they were signed.
pub(super) const LATER: u64 = NOW + 3_600;

fn responding(status: StatusCode) -> Response<TargetBody> {
    let mut response = Response::new(Empty::new().boxed());
    *response.status_mut() = status;
    response
}

pub(super) async fn ok() -> Target {
    Target::start(|| responding(StatusCode::OK)).await
}

fn forward(url: &str) -> Forward {
    Forward::builder(url, TARGET_SECRET)
        .clock(|| Duration::from_secs(LATER))
        .timeout(Duration::from_millis(300))
        .build()
        .unwrap()
}

pub(super) async fn send<E: WebhookEvent>(
    forward: &Forward<E>,
    body: impl Into<Bytes>,
) -> Response<String> {
    forward.clone().oneshot(delivered::<E>(body)).await.unwrap()
}

/// Whether a target that has this secret, and is `late` seconds behind, takes what it was sent.
pub(super) fn verifies(received: &Received, secret: &str, late: u64) -> bool {
    Receiver::builder([secret])
        .clock(move || Duration::from_secs(LATER + late))
        .build()
        .unwrap()
        .check_head(&received.headers)
        .unwrap()
        .check_signature(received.body.clone())
        .is_ok_and(|verified| verified.id().as_str() == ID)
}

#[tokio::test]
async fn a_target_gets_the_body_as_received_with_the_id_and_a_new_signature() {
    let target = ok().await;
    let mut request: Request<_> = delivered::<Bytes>(BODY);
    let headers = request.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/json; charset=utf-8"),
    );
    headers.insert(
        "svix-signature",
        HeaderValue::from_static("v1,the-senders-own"),
    );
    headers.insert(
        "authorization",
        HeaderValue::from_static("Bearer the-senders-own"),
    );
    headers.insert(
        "x-engage-token",
        HeaderValue::from_static("the-senders-own"),
    );
    let response = forward(&target.url()).oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let received = target.take();
    let [received] = received.as_slice() else {
        panic!("{received:?}")
    };
    assert_eq!(received.method, Method::POST);
    assert_eq!(received.uri, "/hooks?from=engage");
    assert_eq!(received.body, BODY);
    let headers = &received.headers;
    assert_eq!(headers["content-type"], "application/json; charset=utf-8");
    assert_eq!(headers["webhook-id"], ID);
    assert_eq!(headers["webhook-timestamp"], LATER.to_string());
    assert_eq!(headers["host"], target.address.to_string());
    assert!(verifies(received, TARGET_SECRET, 60));
    assert!(!verifies(received, SECRET, 60));
    let values: Vec<_> = headers.values().collect();
    assert!(!format!("{values:?}").contains("own"), "{headers:?}");
    assert_eq!(headers.len(), 7, "{headers:?}");
}

#[tokio::test]
async fn what_came_encrypted_stays_so() {
    let key = Aes256Cbc::new("DaqfT7Ys6tGqM3zbesEKpmacTJEqBCp2").unwrap();
    let sealed = sealed_envelope(EventType::ContactDeleted.sample(), |payload| {
        key.seal(payload, [0; 16])
    })
    .unwrap();
    let target = ok().await;
    assert_eq!(
        send(&forward(&target.url()), sealed.clone()).await.status(),
        StatusCode::OK
    );
    assert_eq!(target.take()[0].body, sealed);
}

#[tokio::test]
async fn any_bytes_are_forwarded_as_they_are() {
    let target = ok().await;
    let large = vec![b'x'; 900_000];
    for body in [&b""[..], b"\xff\x00\xfe", b"\xEF\xBB\xBF {} \n", &large] {
        let body = Bytes::copy_from_slice(body);
        assert_eq!(
            send(&forward(&target.url()), body.clone()).await.status(),
            StatusCode::OK
        );
        let received = target.take();
        assert_eq!(received[0].body, body);
        assert!(!received[0].headers.contains_key(CONTENT_TYPE));
        assert!(verifies(&received[0], TARGET_SECRET, 0));
    }
}

#[tokio::test]
async fn two_secrets_sign_while_a_target_changes_from_one_to_the_other() {
    let target = ok().await;
    let forward = Forward::builder(target.url(), TARGET_SECRET)
        .also_sign_with(NEW_SECRET)
        .clock(|| Duration::from_secs(LATER))
        .build()
        .unwrap();
    send(&forward, BODY).await;
    let received = target.take();
    assert!(verifies(&received[0], TARGET_SECRET, 0));
    assert!(verifies(&received[0], NEW_SECRET, 0));
}

#[tokio::test]
async fn the_targets_status_is_the_response_and_its_body_is_dropped() {
    for code in [200, 202, 204, 301, 307, 400, 404, 410, 422, 500, 502, 599] {
        let expected = StatusCode::from_u16(code).unwrap();
        let elsewhere = ok().await;
        let location = HeaderValue::from_str(&elsewhere.url()).unwrap();
        let target = Target::start(move || {
            let body = if code == 204 { "" } else { "internal detail" };
            let mut response = Response::new(Full::from(body).boxed());
            *response.status_mut() = expected;
            response.headers_mut().insert("location", location.clone());
            response
        })
        .await;
        let response = send(&forward(&target.url()), BODY).await;
        assert_eq!(response.status(), expected);
        assert!(response.headers().is_empty(), "{:?}", response.headers());
        assert_eq!(response.body(), "");
        assert_eq!(target.take().len(), 1);
        assert_eq!(elsewhere.take().len(), 0, "redirects are not followed");
    }
}

#[tokio::test]
async fn retry_after_is_passed_on() {
    for (code, value) in [(429, "120"), (503, "Wed, 25 Nov 2026 12:00:00 GMT")] {
        let target = Target::start(move || {
            let mut response = responding(StatusCode::from_u16(code).unwrap());
            let value = HeaderValue::from_static(value);
            response.headers_mut().insert("retry-after", value);
            response
        })
        .await;
        let response = send(&forward(&target.url()), BODY).await;
        assert_eq!(response.status(), code);
        assert_eq!(response.headers()["retry-after"], value);
    }
}

#[tokio::test]
async fn a_target_that_hangs_is_504_after_the_timeout() {
    for silence in [&b""[..], b"HTTP/1.1 200 OK\r\ncontent-"] {
        let url = raw(silence, false).await;
        let started = Instant::now();
        let response = send(&forward(&url), BODY).await;
        assert_eq!(response.status(), StatusCode::GATEWAY_TIMEOUT);
        let elapsed = started.elapsed();
        assert!((300..10_000).contains(&elapsed.as_millis()), "{elapsed:?}");
    }
}

#[tokio::test]
async fn a_target_that_cannot_be_reached_or_speaks_no_http_is_502() {
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/", listener.local_addr().unwrap())
    };
    for url in [
        closed,
        raw(b"", true).await,
        raw(b"SSH-2.0-OpenSSH_9.2\r\n", true).await,
        "http://no-such-host.invalid/".to_owned(),
        // Nothing is sent in the clear to a target that is named with `https`.
        raw(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", true)
            .await
            .replace("http:", "https:"),
    ] {
        let forward = Forward::builder(url.as_str(), TARGET_SECRET)
            .build()
            .unwrap();
        assert_eq!(
            send(&forward, BODY).await.status(),
            StatusCode::BAD_GATEWAY,
            "{url}"
        );
    }
}

#[test]
fn a_failure_is_logged_with_the_host_and_not_the_path() {
    let log = log_of(|| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let forward = forward("http://127.0.0.1:1/hooks/token-in-the-path");
            assert_eq!(send(&forward, BODY).await.status(), StatusCode::BAD_GATEWAY);
        });
    });
    assert!(
        log.contains("WARN tower_webhook: a delivery could not be forwarded"),
        "{log}"
    );
    assert!(log.contains("127.0.0.1:1") && log.contains(ID), "{log}");
    let ours = "a delivery could not be forwarded";
    let line = log.lines().find(|line| line.contains(ours)).unwrap();
    // The last of its causes.
    assert!(line.to_lowercase().contains("refused"), "{line}");
    assert!(!log.contains("token-in-the-path"), "{log}");
}

/// An endless body, and one that stops in the middle: the target has responded all the same.
#[tokio::test]
async fn no_more_of_a_response_is_read_than_is_good() {
    let sent = Arc::new(AtomicUsize::new(0));
    let endless = Endless(Arc::clone(&sent));
    let endless = Target::start(move || Response::new(endless.clone().boxed())).await;
    let stops = raw(
        b"HTTP/1.1 202 Accepted\r\ncontent-length: 9\r\n\r\nhalf",
        false,
    )
    .await;
    let breaks = raw(
        b"HTTP/1.1 202 Accepted\r\ncontent-length: 9\r\n\r\nhalf",
        true,
    )
    .await;
    for (url, expected) in [(endless.url(), 200), (stops, 202), (breaks, 202)] {
        let started = Instant::now();
        assert_eq!(send(&forward(&url), BODY).await.status(), expected, "{url}");
        assert!(started.elapsed() < Duration::from_secs(10), "{url}");
    }
    // 64 KiB, and what the sockets between hold.
    let sent = sent.load(Ordering::Relaxed);
    assert!(sent < 16 * 1024 * 1024, "{sent} bytes were taken");
}

/// A body without an end, and how much of it was sent.
#[derive(Clone)]
struct Endless(Arc<AtomicUsize>);

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
        let piece = Bytes::from_static(&[b'x'; 4096]);
        self.0.fetch_add(piece.len(), Ordering::Relaxed);
        std::task::Poll::Ready(Some(Ok(http_body::Frame::data(piece))))
    }
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let target = Target::start(|| Response::new(Full::from("some body").boxed())).await;
    let forward = forward(&target.url());
    for _ in 0..5 {
        assert_eq!(send(&forward, BODY).await.status(), StatusCode::OK);
    }
    assert_eq!(target.connections(), 1);
}

#[tokio::test]
async fn a_connection_is_used_again_after_64_kib_of_a_response_and_not_after_much_more() {
    for (kib, connections) in [(64, 1), (8 * 1024, 5)] {
        let body = Bytes::from(vec![b'x'; kib * 1024]);
        let target = Target::start(move || Response::new(Full::from(body.clone()).boxed())).await;
        let forward = Forward::builder(target.url(), TARGET_SECRET);
        let forward = forward
            .clock(|| Duration::from_secs(LATER))
            .build()
            .unwrap();
        for _ in 0..5 {
            assert_eq!(send(&forward, BODY).await.status(), StatusCode::OK);
        }
        assert_eq!(target.connections(), connections, "{kib}");
    }
}

#[tokio::test]
async fn without_a_delivery_nothing_is_sent() {
    let target = ok().await;
    let request = Request::new(Empty::<Bytes>::new());
    let response = forward(&target.url()).oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    // A delivery of another event type is none.
    let request = delivered::<RawEvent>(BODY);
    let response = forward(&target.url()).oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(target.take().len(), 0);
}

/// Two targets as handlers of one router: what was delivered to one is not sent again because the other failed.
#[tokio::test]
async fn targets_are_handlers_of_a_router() {
    let crm = ok().await;
    let failures = Arc::new(AtomicUsize::new(2));
    let shop = Target::start(move || {
        let left = |left: usize| left.checked_sub(1);
        let order = Ordering::SeqCst;
        responding(match failures.fetch_update(order, order, left) {
            Ok(_) => StatusCode::SERVICE_UNAVAILABLE,
            Err(_) => StatusCode::OK,
        })
    })
    .await;
    let of = |target: &Target| {
        Forward::builder(target.url(), TARGET_SECRET)
            .event::<RawEvent>()
            .build()
            .unwrap()
    };
    let events = EventRouter::<RawEvent>::new()
        .always(of(&crm))
        .named("crm")
        .on("invoice.paid", of(&shop))
        .named("shop")
        .idempotency(Idempotency::new("engage", MemoryStore::new(10).unwrap()))
        .build()
        .unwrap();
    let body = r#"{"type":"invoice.paid"}"#;
    for expected in [503, 503, 200, 200] {
        assert_eq!(status(&events, body).await, expected);
    }
    assert_eq!(crm.take().len(), 1);
    assert_eq!(shop.take().len(), 3);
}
