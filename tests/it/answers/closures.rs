//! Closures, which are answers as well.

use http::{Response, StatusCode, request::Parts};
use tower_webhook::{
    Rejection, RejectionKind,
    layer::{GrpcRejectionResponse, RejectionResponse},
};

use super::{KINDS, post, sent, sent_to_a_forgery};

fn teapot() -> impl RejectionResponse {
    |rejection: &Rejection, request: &Parts| {
        let text = format!("{} {rejection}", request.method);
        let mut response = Response::new(text);
        *response.status_mut() = StatusCode::IM_A_TEAPOT;
        response
    }
}

#[tokio::test]
async fn a_closure_gets_the_rejection_and_the_head_and_answers_as_it_likes() {
    for (kind, _) in KINDS {
        let sent = sent(&teapot(), kind, post()).await;
        assert_eq!(sent.status, StatusCode::IM_A_TEAPOT);
        assert_eq!(sent.body, format!("POST {}", Rejection::from(kind)));
    }
}

#[tokio::test]
async fn a_layer_with_a_closure_refuses_as_the_closure_does() {
    let sent = sent_to_a_forgery(teapot(), |_| ()).await;
    assert_eq!(sent.status, StatusCode::IM_A_TEAPOT);
    assert_eq!(sent.body, "POST no signature matches");
}

#[tokio::test]
async fn a_closure_answers_what_is_not_grpc() {
    let answer = GrpcRejectionResponse::new(teapot());
    let sent = sent(&answer, RejectionKind::SignatureMismatch, post()).await;
    assert_eq!(sent.status, StatusCode::IM_A_TEAPOT);
}
