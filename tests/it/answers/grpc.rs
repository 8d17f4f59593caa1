//! gRPC statuses, for requests that are gRPC.

use http::{HeaderMap, HeaderValue, StatusCode, header::CONTENT_TYPE};
use tower_webhook::{
    RejectionKind,
    layer::{EmptyRejectionResponse, GrpcRejectionResponse, ProblemDetails},
};

use super::{
    KINDS, Sent, assert_kinds_of_one_status_look_alike, post, post_of, sent, sent_to_a_forgery,
};

const GRPC: [&str; 6] = [
    "application/grpc",
    "application/grpc+proto",
    "application/grpc+json; charset=utf-8",
    "application/grpc;charset=utf-8",
    "application/grpc ; charset=utf-8",
    "Application/gRPC",
];

const NOT_GRPC: [&str; 8] = [
    "application/grpc-web",
    "application/grpc-web+proto",
    "application/grpc-web-text",
    "application/grpcs",
    "application/json",
    "application/json; application/grpc",
    "xapplication/grpc",
    "",
];

fn code(status: StatusCode) -> tonic::Code {
    match status.as_u16() {
        200 => tonic::Code::AlreadyExists,
        400 | 422 => tonic::Code::InvalidArgument,
        401 => tonic::Code::Unauthenticated,
        403 => tonic::Code::PermissionDenied,
        405 => tonic::Code::Unimplemented,
        409 => tonic::Code::Aborted,
        413 => tonic::Code::ResourceExhausted,
        500 => tonic::Code::Internal,
        503 => tonic::Code::Unavailable,
        other => panic!("no code for {other}"),
    }
}

/// What tonic's clients read out of an answer.
fn assert_is_trailers_only(sent: &Sent, code: tonic::Code) {
    assert_eq!(sent.status, StatusCode::OK);
    assert_eq!(sent.headers[CONTENT_TYPE], "application/grpc");
    assert_eq!(sent.body, "");
    let status = tonic::Status::from_header_map(&sent.headers).expect("a gRPC status");
    assert_eq!(status.code(), code);
    assert_eq!(status.message(), "");
}

#[tokio::test]
async fn every_kind_answers_a_grpc_request_with_trailers_only() {
    let answer = GrpcRejectionResponse::default();
    for content_type in GRPC {
        for (kind, status) in KINDS {
            let sent = sent(&answer, kind, post_of(content_type)).await;
            assert_is_trailers_only(&sent, code(status));
            let expected = match kind {
                RejectionKind::MethodNotAllowed => vec!["allow", "content-type", "grpc-status"],
                _ => vec!["content-type", "grpc-status"],
            };
            assert_eq!(sorted_names(&sent.headers), expected, "{kind:?}");
        }
    }
}

fn sorted_names(headers: &HeaderMap) -> Vec<&str> {
    let mut names: Vec<_> = headers.keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn any_other_request_gets_the_empty_answer_by_default() {
    let answer = GrpcRejectionResponse::default();
    for (kind, _) in KINDS {
        let empty = sent(&EmptyRejectionResponse, kind, post()).await;
        assert_eq!(sent(&answer, kind, post()).await, empty, "{kind:?}");
        for content_type in NOT_GRPC {
            let sent = sent(&answer, kind, post_of(content_type)).await;
            assert_eq!(sent, empty, "{kind:?} to {content_type:?}");
        }
    }
}

#[tokio::test]
async fn any_other_request_gets_the_answer_that_was_given() {
    let answer = GrpcRejectionResponse::new(ProblemDetails);
    for (kind, status) in KINDS {
        let problem = sent(&ProblemDetails, kind, post()).await;
        assert_eq!(sent(&answer, kind, post()).await, problem, "{kind:?}");
        let sent = sent(&answer, kind, post_of("application/grpc")).await;
        assert_is_trailers_only(&sent, code(status));
    }
}

#[tokio::test]
async fn kinds_of_one_status_look_alike() {
    let answer = GrpcRejectionResponse::default();
    assert_kinds_of_one_status_look_alike(&answer, || post_of("application/grpc")).await;
}

#[tokio::test]
async fn a_content_type_that_is_not_text_is_not_grpc() {
    let mut request = post();
    let value = HeaderValue::from_bytes(b"application/grpc\xff").unwrap();
    request.headers_mut().insert(CONTENT_TYPE, value);
    let answer = GrpcRejectionResponse::default();
    let sent = sent(&answer, RejectionKind::SignatureMismatch, request).await;
    assert_eq!(sent.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_layer_with_it_refuses_with_a_grpc_status() {
    let grpc = HeaderValue::from_static("application/grpc");
    let sent = sent_to_a_forgery(GrpcRejectionResponse::default(), |headers| {
        headers.insert(CONTENT_TYPE, grpc);
    });
    assert_is_trailers_only(&sent.await, tonic::Code::Unauthenticated);
}
