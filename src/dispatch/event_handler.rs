use std::pin::Pin;

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    handler::Handler,
    response::{IntoResponse, Response},
};
use http::StatusCode;

use super::Payload;
use crate::{
    event::{EventPayload, WebhookEvent},
    receiver::Delivery,
    telemetry,
};

/// The response of a handler that is running.
pub(super) type Responding = Pin<Box<dyn Future<Output = Response> + Send>>;

/// A handler of an [`EventRouter`](super::EventRouter): what axum takes as a handler, or an async function of which one
/// argument is a [`Payload`].
///
/// `M` distinguishes the shapes of functions and is inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot handle events of `{E}`",
    label = "not a handler for an `EventRouter<{E}, {S}>`",
    note = "a handler is an async function of at most six extractors that returns `impl IntoResponse`; one of them may be \
            `Payload<P>`, where `P` is a payload of `{E}`; the last other one may take the body"
)]
pub trait EventHandler<E, S, M>: Clone + Send + Sync + Sized + 'static {
    /// Whether it can handle events of this type; `None` stands for a type that the sender does not document.
    #[doc(hidden)]
    fn can_handle(event_type: Option<&str>) -> bool;

    #[doc(hidden)]
    fn handle(self, request: Request, delivery: Delivery<E>, state: S) -> Responding;
}

/// The shape of what axum takes as a handler.
#[derive(Debug)]
pub struct Plain<T>(T);

impl<H, T, E, S> EventHandler<E, S, Plain<T>> for H
where
    H: Handler<T, S>,
    S: 'static,
{
    fn can_handle(_event_type: Option<&str>) -> bool {
        true
    }

    fn handle(self, request: Request, _delivery: Delivery<E>, state: S) -> Responding {
        Box::pin(self.call(request, state))
    }
}

/// The shape of a function that takes a payload between other arguments.
#[derive(Debug)]
pub struct WithPayload<P, A>(P, A);

/// Implements [`EventHandler`] for functions with a [`Payload`] behind `before` and in front of `after`, of which the
/// last may take the body.
macro_rules! with_payload {
    ([$($before:ident),*], [$($after:ident),*] $(, $last:ident)?) => {
        #[diagnostic::do_not_recommend]
        #[allow(non_snake_case, unused_mut, unused_variables, reason = "a type and its value have one name, and not every shape has all")]
        impl<H, Fut, Res, E, S, P, $($before,)* $($after,)* $($last, M)?>
            EventHandler<E, S, WithPayload<P, ($(M, $last,)? ($($before,)*), ($($after,)*))>> for H
        where
            H: FnOnce($($before,)* Payload<P>, $($after,)* $($last)?) -> Fut + Clone + Send + Sync + 'static,
            Fut: Future<Output = Res> + Send,
            Res: IntoResponse,
            E: WebhookEvent,
            S: Send + Sync + 'static,
            P: EventPayload<E>,
            $($before: FromRequestParts<S> + Send,)*
            $($after: FromRequestParts<S> + Send,)*
            $($last: FromRequest<S, M> + Send,)?
        {
            fn can_handle(event_type: Option<&str>) -> bool {
                P::is_payload_of(event_type)
            }

            fn handle(self, request: Request, delivery: Delivery<E>, state: S) -> Responding {
                Box::pin(async move {
                    let payload = match payload_of::<E, P>(&delivery) {
                        Ok(payload) => payload,
                        Err(status) => return status.into_response(),
                    };
                    let (mut parts, body) = request.into_parts();
                    $(
                        let $before = match $before::from_request_parts(&mut parts, &state).await {
                            Ok(value) => value,
                            Err(rejection) => return rejection.into_response(),
                        };
                    )*
                    $(
                        let $after = match $after::from_request_parts(&mut parts, &state).await {
                            Ok(value) => value,
                            Err(rejection) => return rejection.into_response(),
                        };
                    )*
                    $(
                        let request = Request::from_parts(parts, body);
                        let $last = match $last::from_request(request, &state).await {
                            Ok(value) => value,
                            Err(rejection) => return rejection.into_response(),
                        };
                    )?
                    self($($before,)* Payload(payload), $($after,)* $($last)?).await.into_response()
                })
            }
        }
    };
}

with_payload!([], []);
with_payload!([A], []);
with_payload!([A, B], []);
with_payload!([A, B, C], []);
with_payload!([A, B, C, D], []);
with_payload!([A, B, C, D, F], []);
with_payload!([], [], L);
with_payload!([], [A], L);
with_payload!([], [A, B], L);
with_payload!([], [A, B, C], L);
with_payload!([], [A, B, C, D], L);
with_payload!([A], [], L);
with_payload!([A], [B], L);
with_payload!([A], [B, C], L);
with_payload!([A], [B, C, D], L);
with_payload!([A, B], [], L);
with_payload!([A, B], [C], L);
with_payload!([A, B], [C, D], L);
with_payload!([A, B, C], [], L);
with_payload!([A, B, C], [D], L);
with_payload!([A, B, C, D], [], L);

/// Takes the payload out of a delivery. The sender learns the status and the operator the place.
fn payload_of<E: WebhookEvent, P: EventPayload<E>>(
    delivery: &Delivery<E>,
) -> Result<P, StatusCode> {
    P::from_event(delivery.event(), delivery.body()).map_err(|error| {
        telemetry::payload_does_not_fit(
            delivery.id(),
            delivery.event_type(),
            std::any::type_name::<P>(),
            &error,
        );
        StatusCode::UNPROCESSABLE_ENTITY
    })
}
