//! The axum extractor.

use std::{convert::Infallible, error::Error, fmt};

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    response::{IntoResponse, Response},
};
use http::{StatusCode, request::Parts};

use crate::{event::WebhookEvent, receiver::Delivery, telemetry};

/// Takes the delivery that [`WebhookLayer`](crate::WebhookLayer) put into the request.
impl<S, E> FromRequestParts<S> for Delivery<E>
where
    S: Sync,
    E: WebhookEvent,
{
    type Rejection = MissingDelivery;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, MissingDelivery> {
        parts.extensions.get().cloned().ok_or(MissingDelivery {
            event: std::any::type_name::<E>(),
        })
    }
}

/// `None` behind a layer that [only monitors](crate::WebhookLayer::danger_monitor_only), where the request was to be
/// rejected.
impl<S, E> OptionalFromRequestParts<S> for Delivery<E>
where
    S: Sync,
    E: WebhookEvent,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>, Infallible> {
        Ok(parts.extensions.get().cloned())
    }
}

/// A handler asks for a [`Delivery`] on a route that has no [`WebhookLayer`](crate::WebhookLayer) for its event type.
/// The caller gets a 500 without a body; the reason is in the log (feature `tracing`).
#[derive(Clone, Copy, Debug)]
pub struct MissingDelivery {
    event: &'static str,
}

impl fmt::Display for MissingDelivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let event = self.event;
        write!(
            f,
            "no `Delivery<{event}>` in the request's extensions: \
             add `.layer(WebhookLayer::new(receiver).decode::<{event}>())` to the route"
        )
    }
}

impl Error for MissingDelivery {}

impl IntoResponse for MissingDelivery {
    fn into_response(self) -> Response {
        telemetry::missing_delivery(self.event);
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}
