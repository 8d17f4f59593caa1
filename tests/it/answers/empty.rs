//! The default answer.

use http::StatusCode;
use tower_webhook::{RejectionKind, layer::EmptyRejectionResponse};

use super::{
    KINDS, Sent, assert_kinds_of_one_status_look_alike, headers, post, sent, sent_to_a_forgery,
};

#[tokio::test]
async fn every_kind_answers_its_status_with_an_empty_body() {
    for (kind, status) in KINDS {
        let expected = Sent {
            status,
            headers: match kind {
                RejectionKind::MethodNotAllowed => headers([("allow", "POST")]),
                _ => headers([]),
            },
            body: "".into(),
        };
        let sent = sent(&EmptyRejectionResponse, kind, post()).await;
        assert_eq!(sent, expected, "{kind:?}");
    }
}

#[tokio::test]
async fn the_content_type_of_the_request_changes_nothing() {
    for (kind, _) in KINDS {
        let grpc = super::post_of("application/grpc");
        assert_eq!(
            sent(&EmptyRejectionResponse, kind, grpc).await,
            sent(&EmptyRejectionResponse, kind, post()).await,
            "{kind:?}"
        );
    }
}

#[tokio::test]
async fn kinds_of_one_status_look_alike() {
    assert_kinds_of_one_status_look_alike(&EmptyRejectionResponse, post).await;
}

#[tokio::test]
async fn a_layer_with_it_refuses_with_its_status_alone() {
    let sent = sent_to_a_forgery(EmptyRejectionResponse, |_| ()).await;
    let expected = Sent {
        status: StatusCode::UNAUTHORIZED,
        headers: headers([("connection", "close")]),
        body: "".into(),
    };
    assert_eq!(sent, expected);
}
