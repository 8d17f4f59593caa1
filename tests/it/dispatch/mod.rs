//! What comes behind the layer: handlers by event type, and targets to forward to.

mod cloud_events;
mod example;
mod forward;
mod forward_tls;
mod lost_leases;
mod mistakes;
mod once;
mod payloads;
mod router;
mod store_failures;
mod tagged;
mod target;
mod targets_built;
mod told;

use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use tower::ServiceExt;
use tower_service::Service;
use tower_webhook::{
    dispatch::{EventService, Forward},
    event::WebhookEvent,
};

use crate::support::open;

/// A request as the layer hands it over: its delivery in the extensions.
fn delivered<E: WebhookEvent>(body: impl Into<Bytes>) -> Request<Body> {
    let body = body.into();
    let mut request = Request::new(Body::from(body.clone()));
    request.extensions_mut().insert(open::<E>(body).unwrap());
    request
}

/// The status of a router's response to an event.
async fn status<E>(events: &EventService<E>, body: impl Into<Bytes>) -> StatusCode
where
    E: WebhookEvent,
{
    respond(events, body).await.status()
}

async fn respond<E>(events: &EventService<E>, body: impl Into<Bytes>) -> Response<Body>
where
    E: WebhookEvent,
{
    events.clone().oneshot(delivered::<E>(body)).await.unwrap()
}

/// The whole text of a response.
async fn text(response: Response<Body>) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Any type of request body will do, since the delivery has its own.
#[allow(dead_code, reason = "compiling it is the test")]
fn a_router_takes_requests_of_any_body<B>(
    events: EventService<Bytes>,
) -> impl Service<Request<B>, Response = Response<Body>> {
    events
}

#[test]
fn services_are_shared_between_threads() {
    fn is_shared<T: Clone + Send + Sync + Unpin + std::fmt::Debug + 'static>() {}
    is_shared::<EventService<Bytes>>();
    is_shared::<Forward>();
}
