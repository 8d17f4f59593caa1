//! What is sent for a message that was handled before.

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header::CONTENT_TYPE, request::Parts};
use tower::{Layer, ServiceExt};
use tower_webhook::{
    Idempotency, Rejection, RejectionKind,
    idempotency::MemoryStore,
    layer::{DangerAbortUndeliverable, GrpcRejectionResponse, RejectionResponse},
};

use super::Sent;
use crate::layer::{echo, genuine, layer};

/// Tells rejections from what was handled before.
#[derive(Clone, Copy)]
struct Told;

impl RejectionResponse for Told {
    fn rejection_response(&self, _: &Rejection, _: &Parts) -> Response<Bytes> {
        let mut response = Response::new("rejected".into());
        *response.status_mut() = StatusCode::IM_A_TEAPOT;
        response
    }

    fn already_handled_response(&self, rejection: &Rejection, request: &Parts) -> Response<Bytes> {
        let text = format!("{} {:?}", request.method, rejection.kind());
        let mut response = Response::new(text.into());
        *response.status_mut() = StatusCode::ALREADY_REPORTED;
        response
    }
}

/// What a layer with `answer` and a store sends when one genuine request comes again.
async fn sent_again<R>(answer: R, content_type: &'static str) -> Sent
where
    R: RejectionResponse,
{
    let store = MemoryStore::new(10).unwrap();
    let service = layer()
        .idempotency(Idempotency::new("answers", store))
        .unwrap()
        .rejection_response(answer)
        .layer(echo());
    let request = || -> Request<_> {
        let mut request = genuine("{}");
        let content_type = HeaderValue::from_static(content_type);
        request.headers_mut().insert(CONTENT_TYPE, content_type);
        request
    };
    let first = service.clone().oneshot(request()).await.unwrap();
    assert!(first.extensions().get::<Rejection>().is_none());
    assert_eq!(Sent::of(first).await.body, "{}", "by the handler");

    let again = service.oneshot(request()).await.unwrap();
    let rejection: &Rejection = again.extensions().get().expect("a rejection");
    assert_eq!(rejection.kind(), RejectionKind::AlreadyHandled);
    Sent::of(again).await
}

#[tokio::test]
async fn a_grpc_request_that_comes_again_already_exists() {
    let sent = sent_again(GrpcRejectionResponse::new(Told), "application/grpc+proto").await;
    // An `OK` would need a message, which nobody has.
    let expected = super::headers([("content-type", "application/grpc"), ("grpc-status", "6")]);
    assert_eq!((sent.status, sent.headers), (StatusCode::OK, expected));
    assert_eq!(sent.body, "");
}

#[tokio::test]
async fn any_other_request_that_comes_again_gets_what_the_wrapped_answer_has_for_it() {
    let alone = sent_again(Told, "application/json").await;
    assert_eq!(alone.status, StatusCode::ALREADY_REPORTED);
    assert_eq!(alone.body, "POST AlreadyHandled");
    let sent = sent_again(GrpcRejectionResponse::new(Told), "application/json").await;
    assert_eq!(sent, alone);
}

#[tokio::test]
async fn what_was_handled_before_is_answered_by_the_wrapped_answer_and_aborts_nothing() {
    let alone = sent_again(Told, "application/json").await;
    let sent = sent_again(DangerAbortUndeliverable::new(Told), "application/json").await;
    assert_eq!(sent, alone);
    assert!(!sent.headers.contains_key("webhook-delivery"));
    // Through both.
    let both = DangerAbortUndeliverable::new(GrpcRejectionResponse::new(Told));
    let sent = sent_again(both, "application/grpc").await;
    assert_eq!(sent.headers["grpc-status"], "6");
}
