//! A layer that only monitors.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tower::{Layer, ServiceExt, service_fn};
use tower_webhook::{Delivery, Rejection, RejectionKind};

use super::{Frames, genuine, layer, unreachable_inner};

/// What the inner service saw: the verdict, and the body.
async fn seen(request: Request<Frames>) -> (Result<Bytes, RejectionKind>, Bytes) {
    let (tell, told) = std::sync::mpsc::channel();
    let inner = service_fn(move |request: Request<Full<Bytes>>| {
        let tell = tell.clone();
        async move {
            let extensions = request.extensions();
            let delivery: Option<&Delivery<Bytes>> = extensions.get();
            let rejection: Option<&Rejection> = extensions.get();
            let verdict = match (delivery, rejection) {
                (Some(delivery), None) => Ok(delivery.event().clone()),
                (None, Some(rejection)) => Err(rejection.kind()),
                both => panic!("not one verdict: {both:?}"),
            };
            let body = request.into_body().collect().await?.to_bytes();
            tell.send((verdict, body)).unwrap();
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
        }
    });
    let service = layer().danger_monitor_only().layer(inner);
    let response = service.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    told.recv().unwrap()
}

fn with_body(text: &'static str) -> Request<Frames> {
    genuine("{}").map(|_| Frames::new(text.bytes().map(|byte| Ok(Bytes::from(vec![byte])))))
}

#[tokio::test]
async fn a_genuine_request_is_delivered_as_ever() {
    assert_eq!(
        seen(with_body("{}")).await,
        (Ok(Bytes::from("{}")), Bytes::from("{}"))
    );
}

#[tokio::test]
async fn a_forged_request_is_passed_on_whole_with_its_verdict() {
    let forged = seen(with_body("[forged]")).await;
    assert_eq!(
        forged,
        (
            Err(RejectionKind::SignatureMismatch),
            Bytes::from("[forged]")
        )
    );
}

#[tokio::test]
async fn a_request_refused_on_its_head_is_passed_on_whole_with_its_verdict() {
    let mut unsigned = with_body("{}");
    unsigned.headers_mut().remove("svix-id");
    let verdict = RejectionKind::MissingSignatureHeaders;
    assert_eq!(seen(unsigned).await, (Err(verdict), Bytes::from("{}")));
}

#[tokio::test]
async fn a_verdict_that_a_stranger_brought_is_replaced() {
    let mut forged = with_body("forged");
    forged
        .extensions_mut()
        .insert(Rejection::from(RejectionKind::BodyTooLarge));
    assert_eq!(seen(forged).await.0, Err(RejectionKind::SignatureMismatch));
}

#[tokio::test]
async fn a_body_that_is_not_whole_cannot_be_passed_on() {
    let service = layer().danger_monitor_only().layer(unreachable_inner());
    let broken = genuine("{}").map(|_| Frames::new([Ok(Bytes::from("{")), Err("reset")]));
    let response = service.clone().oneshot(broken).await.unwrap();
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    let large = genuine("{}").map(|_| Frames::new([Ok(Bytes::from(vec![0; 1024 * 1024 + 1]))]));
    let response = service.oneshot(large).await.unwrap();
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
}
