use std::{
    any::type_name,
    convert::Infallible,
    fmt,
    future::ready,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{Request, StatusCode, request::Parts};
use tower_service::Service;

use super::{
    event_handler::Responding,
    event_router::Takes,
    once::{Identity, Once},
};
use crate::{
    error::rejection::Rejection, event::WebhookEvent, idempotency::BodyDigest, receiver::Delivery,
    telemetry,
};

/// Calls the handlers of an [`EventRouter`](super::EventRouter) for the [`Delivery`] in a request's extensions.
///
/// The body of the request is not read, whatever its type is: the handlers get the verified body of the delivery.
///
/// A request without a delivery reaches no handler. Behind a layer that
/// [only monitors](crate::WebhookLayer::danger_monitor_only) the response has the status of the rejection, else it is a
/// bare 500, and the log names the missing layer.
pub struct EventService<E> {
    routes: Arc<[Route<E>]>,
}

/// A handler and the events that it is for.
pub(super) struct Route<E> {
    pub(super) takes: Takes,
    pub(super) handler: BoundHandler<E>,
    pub(super) once: Option<Arc<dyn Once>>,
}

/// A handler with its state.
pub(super) type BoundHandler<E> =
    Arc<dyn Fn(Request<Body>, Delivery<E>) -> Responding + Send + Sync>;

impl<E> EventService<E> {
    pub(super) fn new(routes: Arc<[Route<E>]>) -> Self {
        Self { routes }
    }
}

impl<E: WebhookEvent, B> Service<Request<B>> for EventService<E> {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (parts, _) = request.into_parts();
        let Some(delivery) = parts.extensions.get::<Delivery<E>>().cloned() else {
            return Box::pin(ready(Ok(without_delivery::<E>(&parts).into_response())));
        };
        let routes = Arc::clone(&self.routes);
        Box::pin(async move { Ok(dispatch(&routes, parts, delivery).await) })
    }
}

/// A layer that only monitors has said why there is no delivery; else there is no layer.
fn without_delivery<E>(parts: &Parts) -> StatusCode {
    if let Some(rejection) = parts.extensions.get::<Rejection>() {
        return rejection.status();
    }
    telemetry::missing_delivery(type_name::<E>());
    StatusCode::INTERNAL_SERVER_ERROR
}

async fn dispatch<E: WebhookEvent>(
    routes: &[Route<E>],
    parts: Parts,
    delivery: Delivery<E>,
) -> Response {
    let event_type = delivery.event_type().map(str::to_owned);
    let event_type = event_type.as_deref();
    let is_routed = routes.iter().any(|route| route.takes.names(event_type));
    let mut is_handled = !routes
        .iter()
        .any(|route| matches!(route.takes, Takes::Types(_)));
    let mut response = StatusCode::OK.into_response();
    for route in routes {
        match route.takes {
            Takes::All => {}
            Takes::Types(_) if route.takes.names(event_type) => is_handled = true,
            Takes::Others if !is_routed => is_handled = true,
            Takes::Types(_) | Takes::Others => continue,
        }
        response = route.respond(&parts, &delivery).await;
        if !response.status().is_success() {
            return response;
        }
    }
    // A success would tell the sender that the event was handled, and it would be lost.
    if !is_handled || routes.is_empty() {
        telemetry::event_without_handler(delivery.id(), event_type);
        return StatusCode::NOT_IMPLEMENTED.into_response();
    }
    response
}

impl<E: WebhookEvent> Route<E> {
    /// Calls the handler with a request of its own.
    fn respond(&self, parts: &Parts, delivery: &Delivery<E>) -> Responding {
        let request = Request::from_parts(parts.clone(), Body::from(delivery.body().clone()));
        let handler = Arc::clone(&self.handler);
        let delivery = delivery.clone();
        let (Some(once), Some(id)) = (&self.once, delivery.claimable_id()) else {
            return handler(request, delivery);
        };
        let message = Identity {
            tenant: delivery.tenant().unwrap_or_default().into(),
            id: id.clone(),
            digest: BodyDigest::of(delivery.body()),
        };
        once.run(message, Box::new(move || handler(request, delivery)))
    }
}

impl Takes {
    fn names(&self, event_type: Option<&str>) -> bool {
        match (self, event_type) {
            (Self::Types(names), Some(event_type)) => names.iter().any(|name| name == event_type),
            _ => false,
        }
    }
}

impl<E> Clone for EventService<E> {
    fn clone(&self) -> Self {
        Self {
            routes: Arc::clone(&self.routes),
        }
    }
}

impl<E> fmt::Debug for EventService<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventService")
            .field("handlers", &self.routes.len())
            .finish_non_exhaustive()
    }
}
