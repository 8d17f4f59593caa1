//! What was reproduced in other crates of this field, each of them the other way round here.

use std::convert::Infallible;

use bytes::Bytes;
use http::{HeaderValue, Request, StatusCode};
use tower::{Layer, Service, ServiceBuilder, ServiceExt, limit::ConcurrencyLimitLayer};
use tower_webhook::{Receiver, Rejection, RejectionKind, error::ConfigErrorKind};

use crate::{
    layer::{Answer, Frames, around, echo, genuine, layer, unreachable_inner},
    support::{answer_now, open, set, signature_of},
};

async fn kind<S>(service: S, request: Request<Frames>) -> RejectionKind
where
    S: Service<Request<Frames>, Response = Answer, Error = Infallible>,
{
    let response = service.oneshot(request).await.unwrap();
    let rejection: &Rejection = response.extensions().get().expect("a rejection");
    rejection.kind()
}

#[tokio::test]
async fn webhook_verify_refused_genuine_svix_headers() {
    let request = genuine("{}");
    assert!(request.headers().contains_key("svix-signature"));
    let response = around(echo()).oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn webhook_verify_read_64_mib_before_it_saw_that_the_signature_was_missing() {
    let mebibyte = Bytes::from(vec![b'a'; 1024 * 1024]);
    let body = Frames::new((0..64).map(|_| Ok(mebibyte.clone())));
    let polls = body.polls();
    let mut request = genuine("{}").map(|_| body);
    request.headers_mut().remove("svix-signature");
    let refused = kind(around(unreachable_inner()), request).await;
    assert_eq!(refused, RejectionKind::MissingSignatureHeaders);
    assert_eq!(polls.load(std::sync::atomic::Ordering::Relaxed), 0);
}

#[tokio::test]
async fn webhook_verify_and_tower_github_webhook_panicked_behind_a_concurrency_limit() {
    let service = ServiceBuilder::new()
        .layer(ConcurrencyLimitLayer::new(1))
        .layer(layer())
        .layer(ConcurrencyLimitLayer::new(1))
        .service(echo());
    for _ in 0..8 {
        let (one, other) = tokio::join!(
            service.clone().oneshot(genuine("{}")),
            service.clone().oneshot(genuine("{}")),
        );
        assert_eq!(one.unwrap().status(), StatusCode::OK);
        assert_eq!(other.unwrap().status(), StatusCode::OK);
    }
}

#[test]
fn svix_and_standardwebhooks_refused_a_genuine_body_that_is_not_utf_8() {
    let body = Bytes::from_static(b"{\"a\":\"\xff\xfe\"}");
    assert_eq!(open::<Bytes>(body.clone()).unwrap().event(), &body);
}

#[test]
fn standardwebhooks_overflowed_on_the_least_timestamp() {
    let least = i64::MIN.to_string();
    let headers = set(
        "webhook",
        "msg_1",
        &least,
        signature_of("msg_1", &least, "{}"),
    );
    assert_eq!(answer_now(&headers), Err(RejectionKind::MalformedTimestamp));
}

#[test]
fn standardwebhooks_accepted_an_empty_secret() {
    for empty in ["", "whsec_"] {
        let refused = Receiver::builder([empty]).build().unwrap_err();
        assert_eq!(refused.kind(), ConfigErrorKind::EmptySigningSecret);
    }
}

#[tokio::test]
async fn axum_standardwebhooks_panicked_on_an_unauthenticated_body_over_2_mb() {
    let frame = Bytes::from(vec![b'a'; 64 * 1024]);
    let body = Frames::new((0..40).map(|_| Ok(frame.clone())));
    let request = genuine("{}").map(|_| body);
    let response = around(unreachable_inner()).oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn tower_github_webhook_never_answered_a_chunked_post() {
    let chunks = Frames::new(["{", "\"a\":", "1}"].map(|chunk| Ok(Bytes::from(chunk))));
    let request = genuine(r#"{"a":1}"#).map(|_| chunks);
    let response = around(echo()).oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn slack_auth_middleware_panicked_on_two_unsigned_bytes_that_are_not_utf_8() {
    let not_utf8: &[u8] = b"\xff\xfe";
    let body = || Frames::new([Ok(Bytes::from_static(not_utf8))]);
    let unsigned = genuine("{}").map(|_| body());
    let refused = kind(around(unreachable_inner()), unsigned).await;
    assert_eq!(refused, RejectionKind::SignatureMismatch);

    // The same bytes in each signature header.
    for (name, expected) in [
        ("svix-id", RejectionKind::MalformedMessageId),
        ("svix-timestamp", RejectionKind::MalformedTimestamp),
        ("svix-signature", RejectionKind::SignatureMismatch),
    ] {
        let mut request = genuine("{}").map(|_| body());
        let value = HeaderValue::from_bytes(not_utf8).unwrap();
        request.headers_mut().insert(name, value);
        let refused = kind(layer().layer(unreachable_inner()), request).await;
        assert_eq!(refused, expected, "{name}");
    }
}
