//! Every order of a `ServiceBuilder`: the layer above and below what people put around it.

use std::{convert::Infallible, time::Duration};

use axum::{Router, body::Body, extract::Request, middleware::from_fn, routing::post};
use bytes::Bytes;
use http::{Response, StatusCode};
use http_body_util::Full;
use tower::{Layer as _, ServiceBuilder, ServiceExt, service_fn};
use tower_http::{compression::CompressionLayer, timeout::TimeoutLayer, trace::TraceLayer};
use tower_webhook::{Delivery, Receiver, WebhookLayer, layer::RequestBody};

use super::{builder, genuine};

fn receiver() -> Receiver {
    builder().build().unwrap()
}

async fn handler(delivery: Delivery<Bytes>) -> StatusCode {
    assert_eq!(delivery.body(), "{}");
    StatusCode::NO_CONTENT
}

async fn pass(request: Request, next: axum::middleware::Next) -> axum::response::Response {
    next.run(request).await
}

fn time_out() -> TimeoutLayer {
    TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, Duration::from_secs(5))
}

async fn assert_guarded(app: Router) {
    let accepted = app.clone().oneshot(genuine("{}").map(Body::new));
    assert_eq!(accepted.await.unwrap().status(), StatusCode::NO_CONTENT);
    let forged = genuine("{}").map(|_| Body::from("[]"));
    let rejected = app.oneshot(forged).await.unwrap();
    assert_eq!(rejected.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn above_trace_and_compression_and_time_out_in_one_service_builder() {
    let stack = ServiceBuilder::new()
        .layer(WebhookLayer::new(receiver()))
        .layer(TraceLayer::new_for_http())
        .layer(CompressionLayer::new())
        .layer(time_out());
    assert_guarded(Router::new().route("/", post(handler)).layer(stack)).await;
}

#[tokio::test]
async fn below_trace_and_compression_and_time_out_in_one_service_builder() {
    let stack = ServiceBuilder::new()
        .layer(TraceLayer::new_for_http())
        .layer(CompressionLayer::new())
        .layer(time_out())
        .layer(WebhookLayer::new(receiver()));
    assert_guarded(Router::new().route("/", post(handler)).layer(stack)).await;
}

#[tokio::test]
async fn between_compression_and_trace_above_from_fn() {
    let stack = ServiceBuilder::new()
        .layer(CompressionLayer::new())
        .layer(WebhookLayer::new(receiver()).inner_body::<Body>())
        .layer(from_fn(pass))
        .layer(TraceLayer::new_for_http());
    assert_guarded(Router::new().route("/", post(handler)).layer(stack)).await;
}

#[tokio::test]
async fn below_from_fn_and_run_to_completion() {
    let stack = ServiceBuilder::new()
        .layer(from_fn(pass))
        .layer(WebhookLayer::new(receiver()).run_to_completion());
    assert_guarded(Router::new().route("/", post(handler)).layer(stack)).await;
}

#[tokio::test]
async fn on_one_route_beside_others() {
    let app = Router::new()
        .route("/", post(handler).layer(WebhookLayer::new(receiver())))
        .route("/health", axum::routing::get(async || "ok"));
    let health = Request::get("/health").body(Body::empty()).unwrap();
    let open = app.clone().oneshot(health).await.unwrap();
    assert_eq!(open.status(), StatusCode::OK);
    assert_guarded(app).await;
}

#[tokio::test]
async fn twice_around_a_service_of_ones_own() {
    let inner = service_fn(async |request: http::Request<RequestBody>| {
        assert_eq!(request.into_body().as_bytes(), "{}");
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
    });
    let layer = || WebhookLayer::new(receiver());
    let service = layer().layer(layer().layer(inner));
    let response = service.oneshot(genuine("{}")).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
}
