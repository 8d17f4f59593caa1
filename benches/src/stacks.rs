//! One axum route, without verification and with three kinds of it.

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::StatusCode,
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::post,
};
use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use tower_webhook::{Delivery, WebhookLayer};

use crate::{
    genuine::{SECRET, receiver},
    handwritten::Verifier,
};

pub const PATH: &str = "/webhooks/engage";
const LIMIT: usize = 2 * 1024 * 1024;

/// Every stack, by name.
pub fn stacks() -> [(&'static str, Router); 4] {
    [
        ("no verification", unverified()),
        ("ours", ours()),
        ("svix", svix()),
        ("handwritten", handwritten()),
    ]
}

fn unverified() -> Router {
    Router::new().route(PATH, post(with_body))
}

fn ours() -> Router {
    let layer = WebhookLayer::new(receiver());
    Router::new().route(PATH, post(with_delivery).layer(layer))
}

/// The middleware that the documentation of `svix` leads to.
fn svix() -> Router {
    async fn verify(
        State(webhook): State<&'static svix::webhooks::Webhook>,
        request: Request,
        next: Next,
    ) -> Response {
        let (parts, body) = request.into_parts();
        let Ok(body) = to_bytes(body, LIMIT).await else {
            return StatusCode::PAYLOAD_TOO_LARGE.into_response();
        };
        if webhook.verify(&body, &parts.headers).is_err() {
            return StatusCode::UNAUTHORIZED.into_response();
        }
        next.run(Request::from_parts(parts, Body::from(body))).await
    }
    let webhook: &'static _ = Box::leak(Box::new(
        svix::webhooks::Webhook::new(SECRET).expect("a secret"),
    ));
    Router::new().route(
        PATH,
        post(with_body).layer(from_fn_with_state(webhook, verify)),
    )
}

/// The same, by a careful hand: the head first, then a limited body.
fn handwritten() -> Router {
    async fn verify(State(verifier): State<Verifier>, request: Request, next: Next) -> Response {
        if !Verifier::accepts_head(request.headers()) {
            return StatusCode::BAD_REQUEST.into_response();
        }
        let (parts, body) = request.into_parts();
        let Ok(collected) = Limited::new(body, LIMIT).collect().await else {
            return StatusCode::PAYLOAD_TOO_LARGE.into_response();
        };
        let body = collected.to_bytes();
        if !verifier.verify(&parts.headers, &body) {
            return StatusCode::UNAUTHORIZED.into_response();
        }
        next.run(Request::from_parts(parts, Body::from(body))).await
    }
    let layer = from_fn_with_state(Verifier::new(SECRET), verify);
    Router::new().route(PATH, post(with_body).layer(layer))
}

async fn with_body(body: Bytes) -> StatusCode {
    status(&body)
}

async fn with_delivery(delivery: Delivery<Bytes>) -> StatusCode {
    status(delivery.body())
}

fn status(body: &Bytes) -> StatusCode {
    if body.is_empty() {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::NO_CONTENT
    }
}
