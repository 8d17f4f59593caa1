//! `webhook-delivery: abort-message`, only when asked for and only for genuine deliveries.

use http::Response;
use tower::{Layer, ServiceExt};
use tower_webhook::{
    Json, Rejection,
    RejectionKind::{self, *},
    layer::{
        DangerAbortUndeliverable, EmptyRejectionResponse, GrpcRejectionResponse, ProblemDetails,
        RejectionResponse,
    },
};

use super::{KINDS, Sent, post, post_of, sent, sent_to_a_forgery};
use crate::layer::{genuine, layer, unreachable_inner};

const WEBHOOK_DELIVERY: &str = "webhook-delivery";
const UNDELIVERABLE: [RejectionKind; 3] = [MalformedEvent, DecryptionFailed, EncryptionRequired];

#[tokio::test]
async fn no_answer_has_it_by_default() {
    for (kind, _) in KINDS {
        let grpc = GrpcRejectionResponse::default();
        for sent in [
            sent(&EmptyRejectionResponse, kind, post()).await,
            sent(&ProblemDetails, kind, post()).await,
            sent(&grpc, kind, post()).await,
            sent(&grpc, kind, post_of("application/grpc")).await,
        ] {
            assert!(!sent.headers.contains_key(WEBHOOK_DELIVERY), "{kind:?}");
        }
    }
}

/// Compares each answer with the one inside: the header is all that is added.
async fn assert_adds_the_header_where_undeliverable<R>(answer: R)
where
    R: RejectionResponse + Copy,
{
    for (kind, _) in KINDS {
        let mut expected = sent(&answer, kind, post()).await;
        if UNDELIVERABLE.contains(&kind) {
            let abort = "abort-message".parse().unwrap();
            expected.headers.insert(WEBHOOK_DELIVERY, abort);
        }
        let sent = sent(&DangerAbortUndeliverable::new(answer), kind, post()).await;
        assert_eq!(sent, expected, "{kind:?}");
    }
}

#[tokio::test]
async fn asked_for_it_is_added_to_any_answer_to_a_genuine_delivery_that_can_never_succeed() {
    assert_adds_the_header_where_undeliverable(EmptyRejectionResponse).await;
    assert_adds_the_header_where_undeliverable(ProblemDetails).await;
    assert_adds_the_header_where_undeliverable(GrpcRejectionResponse::default()).await;
    assert_adds_the_header_where_undeliverable(|_: &Rejection, _: &http::request::Parts| {
        Response::new("")
    })
    .await;
}

#[tokio::test]
async fn an_answer_with_its_own_delivery_control_keeps_it() {
    let disable = |_: &Rejection, _: &http::request::Parts| {
        Response::builder()
            .header(WEBHOOK_DELIVERY, "disable")
            .body("")
            .unwrap()
    };
    let answer = DangerAbortUndeliverable::new(disable);
    let sent = sent(&answer, MalformedEvent, post()).await;
    let values = sent.headers.get_all(WEBHOOK_DELIVERY);
    assert_eq!(values.iter().collect::<Vec<_>>(), ["disable"]);
}

#[tokio::test]
async fn a_layer_that_asks_for_it_aborts_a_malformed_event() {
    let layer = layer()
        .decode::<Json<Vec<u8>>>()
        .rejection_response(DangerAbortUndeliverable::new(EmptyRejectionResponse));
    let service = layer.layer(unreachable_inner());
    let sent = Sent::of(service.oneshot(genuine("{}")).await.unwrap()).await;
    assert_eq!(sent.headers[WEBHOOK_DELIVERY], "abort-message");
}

#[tokio::test]
async fn a_layer_that_asks_for_it_aborts_no_forgery() {
    let answer = DangerAbortUndeliverable::new(EmptyRejectionResponse);
    let sent = sent_to_a_forgery(answer, |_| ()).await;
    assert!(!sent.headers.contains_key(WEBHOOK_DELIVERY));
}
