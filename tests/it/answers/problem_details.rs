//! `application/problem+json`.

use http::{StatusCode, header::CONTENT_TYPE};
use serde_json::{Value, json};
use tower_webhook::{
    RejectionKind,
    layer::{EmptyRejectionResponse, ProblemDetails},
};

use super::{KINDS, assert_kinds_of_one_status_look_alike, post, sent, sent_to_a_forgery};

fn title(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        405 => "Method Not Allowed",
        409 => "Conflict",
        413 => "Payload Too Large",
        422 => "Unprocessable Entity",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        other => panic!("no title for {other}"),
    }
}

fn problems() -> impl Iterator<Item = (RejectionKind, StatusCode)> {
    KINDS.into_iter().filter(|(_, status)| !status.is_success())
}

#[tokio::test]
async fn what_was_handled_before_is_no_problem() {
    let kind = RejectionKind::AlreadyHandled;
    let ours = sent(&ProblemDetails, kind, post()).await;
    let empty = sent(&EmptyRejectionResponse, kind, post()).await;
    assert_eq!(ours, empty);
}

#[tokio::test]
async fn every_kind_answers_the_problem_of_its_status_and_no_more() {
    for (kind, status) in problems() {
        let sent = sent(&ProblemDetails, kind, post()).await;
        assert_eq!(sent.status, status, "{kind:?}");
        let problem: Value = serde_json::from_slice(&sent.body).unwrap();
        let expected = json!({
            "type": "about:blank",
            "title": title(status),
            "status": status.as_u16(),
        });
        assert_eq!(problem, expected, "{kind:?}");
    }
}

#[tokio::test]
async fn every_kind_answers_the_headers_of_the_empty_answer_and_the_content_type() {
    for (kind, _) in problems() {
        let mut sent = sent(&ProblemDetails, kind, post()).await;
        let content_type = sent.headers.remove(CONTENT_TYPE).unwrap();
        assert_eq!(content_type, "application/problem+json");
        let empty = super::sent(&EmptyRejectionResponse, kind, post()).await;
        assert_eq!(sent.headers, empty.headers, "{kind:?}");
    }
}

#[tokio::test]
async fn kinds_of_one_status_look_alike() {
    assert_kinds_of_one_status_look_alike(&ProblemDetails, post).await;
}

#[tokio::test]
async fn a_layer_with_it_refuses_with_a_problem() {
    let sent = sent_to_a_forgery(ProblemDetails, |_| ()).await;
    assert_eq!(sent.status, StatusCode::UNAUTHORIZED);
    let problem: Value = serde_json::from_slice(&sent.body).unwrap();
    assert_eq!(problem["status"], 401);
}
