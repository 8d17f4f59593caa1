//! Every kind of refusal: its status, its kind in the extensions, and an inner service that is not reached.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use http::{Method, Request, StatusCode, header::CONTENT_LENGTH};
use http_body_util::Full;
use tower::{Layer, ServiceExt};
use tower_webhook::{
    Json, Rejection,
    RejectionKind::{self, *},
    Timestamp,
};

use crate::support::{ID, NOW, signer};

use super::{Frames, around, genuine, layer, unreachable_inner};

async fn refusal_of<B: http_body::Body>(request: Request<B>) -> (StatusCode, RejectionKind) {
    let response = around(unreachable_inner()).oneshot(request).await.unwrap();
    let rejection: &Rejection = response.extensions().get().expect("a rejection");
    assert_eq!(http_body::Body::size_hint(response.body()).exact(), Some(0));
    (response.status(), rejection.kind())
}

fn signed_at(seconds: u64) -> Request<Full<Bytes>> {
    signer().request(ID, Timestamp::from_unix_seconds(seconds), "{}")
}

/// One request for each kind that the head alone decides.
fn refused_on_the_head() -> Vec<(RejectionKind, StatusCode, Request<Full<Bytes>>)> {
    let with = |name: &'static str, value: &str| {
        let mut request = genuine("{}");
        request.headers_mut().insert(name, value.parse().unwrap());
        request
    };
    let mut get = genuine("{}");
    *get.method_mut() = Method::GET;
    let mut missing = genuine("{}");
    missing.headers_mut().remove("svix-signature");
    let mut conflicting = genuine("{}");
    conflicting
        .headers_mut()
        .append("svix-id", "msg_2".parse().unwrap());
    let long_list = "v1,a ".repeat(65);
    vec![
        (MethodNotAllowed, StatusCode::METHOD_NOT_ALLOWED, get),
        (MissingSignatureHeaders, StatusCode::BAD_REQUEST, missing),
        (
            ConflictingSignatureHeaders,
            StatusCode::BAD_REQUEST,
            conflicting,
        ),
        (
            MalformedMessageId,
            StatusCode::BAD_REQUEST,
            with("svix-id", "a.b"),
        ),
        (
            MalformedTimestamp,
            StatusCode::BAD_REQUEST,
            with("svix-timestamp", "+1"),
        ),
        (
            SignatureListTooLong,
            StatusCode::BAD_REQUEST,
            with("svix-signature", &long_list),
        ),
        (
            TimestampTooOld,
            StatusCode::UNAUTHORIZED,
            signed_at(NOW - 301),
        ),
        (
            TimestampTooNew,
            StatusCode::UNAUTHORIZED,
            signed_at(NOW + 301),
        ),
        (
            BodyTooLarge,
            StatusCode::PAYLOAD_TOO_LARGE,
            with(CONTENT_LENGTH.as_str(), "1048577"),
        ),
    ]
}

#[tokio::test]
async fn a_request_refused_on_its_head_answers_its_kind_and_polls_the_body_zero_times() {
    for (kind, status, request) in refused_on_the_head() {
        let body = Frames::new([Ok(Bytes::from_static(b"{}"))]);
        let polls = body.polls();
        let refusal = refusal_of(request.map(|_| body)).await;
        assert_eq!(refusal, (status, kind));
        assert_eq!(polls.load(Ordering::Relaxed), 0, "{kind:?}");
    }
}

#[tokio::test]
async fn a_method_other_than_post_is_told_the_one_allowed() {
    let mut request = genuine("{}");
    *request.method_mut() = Method::PUT;
    let response = around(unreachable_inner()).oneshot(request).await.unwrap();
    assert_eq!(response.headers()["allow"], "POST");
}

#[tokio::test]
async fn a_changed_body_is_refused_as_a_signature_mismatch() {
    let request = genuine("{}").map(|_| Full::new(Bytes::from_static(b"[]")));
    let refusal = refusal_of(request).await;
    assert_eq!(refusal, (StatusCode::UNAUTHORIZED, SignatureMismatch));
}

#[tokio::test]
async fn a_body_that_errs_midway_is_refused_as_incomplete() {
    let frames = Frames::new([Ok(Bytes::from_static(b"{")), Err("connection reset")]);
    let refusal = refusal_of(genuine("{}").map(|_| frames)).await;
    assert_eq!(refusal, (StatusCode::BAD_REQUEST, BodyIncomplete));
}

#[tokio::test]
async fn a_chunked_body_over_the_limit_is_refused_before_its_end() {
    let frames = Frames::new((0..1025).map(|_| Ok(Bytes::from(vec![b'a'; 1024])))).then_pending();
    let refusal = refusal_of(genuine("{}").map(|_| frames)).await;
    assert_eq!(refusal, (StatusCode::PAYLOAD_TOO_LARGE, BodyTooLarge));
}

#[tokio::test]
async fn a_genuine_body_that_is_not_the_event_is_refused_as_malformed() {
    let decoding = layer().decode::<Json<Vec<u8>>>();
    let service = decoding.layer(unreachable_inner());
    let response = service.oneshot(genuine("{}")).await.unwrap();
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let rejection: &Rejection = response.extensions().get().expect("a rejection");
    assert_eq!(rejection.kind(), MalformedEvent);
}

#[tokio::test]
async fn a_closure_replaces_the_answer_and_the_kind_stays_in_the_extensions() {
    let teapot = |_: &Rejection, _: &http::request::Parts| {
        let mut response = http::Response::new("short and stout");
        *response.status_mut() = StatusCode::IM_A_TEAPOT;
        response
    };
    let service = layer()
        .rejection_response(teapot)
        .layer(unreachable_inner());
    let request = genuine("{}").map(|_| Full::new(Bytes::from_static(b"[]")));
    let response = service.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::IM_A_TEAPOT);
    let rejection: &Rejection = response.extensions().get().expect("a rejection");
    assert_eq!(rejection.kind(), SignatureMismatch);
}
