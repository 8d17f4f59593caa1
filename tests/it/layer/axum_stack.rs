//! Every place in which axum takes a layer.

use axum::{
    Router,
    body::Body,
    extract::{FromRequestParts, Request},
    http::StatusCode,
    middleware::{Next, from_fn},
    response::Response,
    routing::post,
};
use bytes::Bytes;
use http_body_util::BodyExt;
use tower::{ServiceBuilder, ServiceExt};
use tower_webhook::Delivery;

use super::{genuine, layer};
use crate::support::ID;

async fn handler(delivery: Delivery<Bytes>, body: Bytes) -> StatusCode {
    assert_eq!(delivery.event(), &body);
    StatusCode::NO_CONTENT
}

async fn pass(request: Request, next: Next) -> Response {
    next.run(request).await
}

async fn assert_guarded(app: Router) {
    let accepted = app
        .clone()
        .oneshot(genuine("{}").map(Body::new))
        .await
        .unwrap();
    assert_eq!(accepted.status(), StatusCode::NO_CONTENT);
    let forged = genuine("{}").map(|_| Body::from("[]"));
    let refused = app.oneshot(forged).await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn router_layer_guards_the_routes() {
    assert_guarded(Router::new().route("/", post(handler)).layer(layer())).await;
}

#[tokio::test]
async fn route_layer_guards_the_routes() {
    assert_guarded(Router::new().route("/", post(handler)).route_layer(layer())).await;
}

#[tokio::test]
async fn method_router_layer_guards_the_route() {
    assert_guarded(Router::new().route("/", post(handler).layer(layer()))).await;
}

#[tokio::test]
async fn a_service_builder_above_from_fn_guards_the_routes() {
    let stack = ServiceBuilder::new()
        .layer(layer().inner_body::<Body>())
        .layer(from_fn(pass));
    assert_guarded(Router::new().route("/", post(handler)).layer(stack)).await;
}

#[tokio::test]
async fn a_handler_without_the_layer_responds_with_a_bare_500() {
    let app = Router::new().route("/", post(handler));
    let response = app.oneshot(genuine("{}").map(Body::new)).await.unwrap();
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let text = response.into_body().collect().await.unwrap().to_bytes();
    assert!(text.is_empty(), "{text:?}");
}

#[tokio::test]
async fn an_optional_delivery_is_none_without_the_layer_and_where_a_request_is_only_monitored() {
    async fn handler(delivery: Option<Delivery<Bytes>>) -> String {
        delivery.map_or("none".to_owned(), |delivery| delivery.id().to_string())
    }
    let app = || Router::new().route("/", post(handler));
    let forged = || genuine("{}").map(|_| Body::from("[]"));
    let monitored = app().layer(layer().danger_monitor_only());
    for (app, request, expected) in [
        (app(), genuine("{}").map(Body::new), "none"),
        (app().layer(layer()), genuine("{}").map(Body::new), ID),
        (monitored.clone(), genuine("{}").map(Body::new), ID),
        (monitored, forged(), "none"),
    ] {
        let response = app.oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let text = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(text, expected);
    }
}

#[tokio::test]
async fn a_delivery_that_is_missing_says_which_layer_would_have_put_it_there() {
    let (mut parts, _) = genuine("{}").into_parts();
    let error = Delivery::<Bytes>::from_request_parts(&mut parts, &())
        .await
        .unwrap_err();
    let event = std::any::type_name::<Bytes>();
    let expected = format!(
        "no `Delivery<{event}>` in the request's extensions: \
         add `.layer(WebhookLayer::new(receiver).decode::<{event}>())` to the route"
    );
    assert_eq!(error.to_string(), expected);
}
