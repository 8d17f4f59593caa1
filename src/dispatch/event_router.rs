use std::{any::type_name, borrow::Cow, fmt, sync::Arc};

use super::{
    EventHandler, EventService, check,
    event_service::{BoundHandler, Route},
    once::Once,
};
#[cfg(doc)]
use crate::error::config_error::ConfigErrorKind;
use crate::{
    error::config_error::ConfigError,
    event::{EventTypes, IntoEventTypes},
    idempotency::{Idempotency, IdempotencyStore},
};

/// Calls axum handlers by the type of the event.
///
/// ```
/// use axum::{Router, extract::State, http::StatusCode, routing::post_service};
/// use tower_webhook::{
///     Delivery, Receiver, WebhookLayer,
///     dispatch::{EventRouter, Payload},
///     voyado::{self, Contact, EventType},
/// };
///
/// #[derive(Clone)]
/// struct App { /* a pool of connections */ }
///
/// async fn audit(delivery: Delivery<voyado::Event>) {
///     println!("{}", delivery.id());
/// }
///
/// async fn sync_crm(State(app): State<App>, Payload(contact): Payload<Contact>) -> StatusCode {
///     StatusCode::NO_CONTENT
/// }
///
/// async fn ignore() {}
///
/// let events = EventRouter::<voyado::Event, App>::new()
///     .always(audit)
///     .on([EventType::ContactCreated, EventType::ContactUpdated], sync_crm)
///     .fallback(ignore)
///     .with_state(App {})
///     .build()?;
///
/// let receiver = Receiver::builder(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]).build()?;
/// let webhooks = WebhookLayer::new(receiver).decode::<voyado::Event>();
/// let app: Router = Router::new().route("/webhooks", post_service(events).layer(webhooks));
/// # Ok::<_, tower_webhook::ConfigError>(())
/// ```
///
/// # Which handlers run
///
/// The type is the event's own ([`WebhookEvent::event_type`](crate::event::WebhookEvent::event_type)), or else that of the sender's scheme
/// ([`Delivery::event_type`](crate::Delivery::event_type)): what is signed counts before a header that is not.
///
/// The handlers that are called are, in the order in which they were added: those of [`always`](Self::always), those
/// of [`on`](Self::on) for the event's type, and the [`fallback`](Self::fallback) if there is none of `on`. Each gets
/// the request's head and the verified body. The first response that is not a success (2xx) is the response, and the
/// handlers behind it are not called; else it is the response of the last handler.
///
/// An event that only `always` takes, in a router that has handlers by type, would be acknowledged without having been
/// handled. The response is 501, and it is logged: add a `fallback` for what may be ignored.
///
/// # Errors found when it is built
///
/// [`build`](Self::build) fails for a type that the sender does not document ([`EventTypes::known`]), for a handler
/// whose [`Payload`](super::Payload) an event of its type cannot have, and for handlers that could never run. A
/// payload of another sender's event does not compile.
#[must_use = "a router does nothing until it is built"]
pub struct EventRouter<E, S = ()> {
    entries: Vec<Entry<E, S>>,
    idempotency: Option<Arc<dyn Once>>,
}

/// A handler, before it has its state.
pub(super) struct Entry<E, S> {
    pub(super) takes: Takes,
    pub(super) name: Cow<'static, str>,
    pub(super) can_handle: fn(Option<&str>) -> bool,
    bind: Box<dyn FnOnce(S) -> BoundHandler<E> + Send>,
}

/// Which events a handler is for.
#[derive(Clone, Debug)]
pub(super) enum Takes {
    All,
    Types(Arc<[String]>),
    Others,
}

impl<E, S> EventRouter<E, S>
where
    E: EventTypes,
    S: Clone + Send + Sync + 'static,
{
    /// A router without handlers.
    pub fn new() -> Self {
        Self {
            entries: Vec::new(),
            idempotency: None,
        }
    }

    /// Calls `handler` for events of one type or of several.
    pub fn on<M, H>(self, event_types: impl IntoEventTypes, handler: H) -> Self
    where
        H: EventHandler<E, S, M>,
    {
        let event_types = event_types.into_event_types().into();
        self.add(Takes::Types(event_types), handler)
    }

    /// Calls `handler` for every event, also for those of unknown types.
    pub fn always<M, H>(self, handler: H) -> Self
    where
        H: EventHandler<E, S, M>,
    {
        self.add(Takes::All, handler)
    }

    /// Calls `handler` for events that no handler of [`on`](Self::on) takes, also for those of unknown types.
    pub fn fallback<M, H>(self, handler: H) -> Self
    where
        H: EventHandler<E, S, M>,
    {
        self.add(Takes::Others, handler)
    }

    /// Names the handler that was added last, for the store of [`idempotency`](Self::idempotency). Default: the path of
    /// its function.
    ///
    /// Closures have no path of their own: one may go by `{{closure}}`, and each further one needs a name. A function that moves to another module needs its old path as
    /// its name, or what it has done before is forgotten.
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        if let Some(last) = self.entries.last_mut() {
            last.name = name.into();
        }
        self
    }

    /// Completes each handler for itself, so that a retry calls only those that have not succeeded. Default: a retry
    /// calls all of them.
    ///
    /// It stands beside the layer's own idempotency, which completes the message as a whole, and may be a clone of it: a
    /// handler is remembered under the scope and its name. A handler that another delivery is running, and a store that
    /// is down, get a 503 with `retry-after`. Leases are renewed while a handler runs (feature `tokio`). A request
    /// that is dropped while a handler runs keeps the handler's lease, since its outcome is unknown.
    pub fn idempotency<I: IdempotencyStore>(mut self, idempotency: Idempotency<I>) -> Self {
        self.idempotency = Some(Arc::new(idempotency));
        self
    }

    /// Gives the handlers that were added so far their state, as [`axum::Router::with_state`] does.
    pub fn with_state(self, state: S) -> EventRouter<E> {
        let bind = |entry: Entry<E, S>| {
            let handler = (entry.bind)(state.clone());
            Entry {
                takes: entry.takes,
                name: entry.name,
                can_handle: entry.can_handle,
                bind: Box::new(move |()| handler) as Box<dyn FnOnce(()) -> _ + Send>,
            }
        };
        EventRouter {
            entries: self.entries.into_iter().map(bind).collect(),
            idempotency: self.idempotency,
        }
    }

    fn add<M, H>(mut self, takes: Takes, handler: H) -> Self
    where
        H: EventHandler<E, S, M>,
    {
        self.entries.push(Entry {
            takes,
            name: type_name::<H>().into(),
            can_handle: H::can_handle,
            bind: Box::new(move |state: S| {
                Arc::new(move |request, delivery| {
                    handler.clone().handle(request, delivery, state.clone())
                })
            }),
        });
        self
    }
}

impl<E: EventTypes> EventRouter<E> {
    /// Checks the handlers against the types of the event, and makes the tower service.
    ///
    /// # Errors
    ///
    /// - [`UnknownEventType`](ConfigErrorKind::UnknownEventType): a type that the sender does not document.
    /// - [`PayloadMismatch`](ConfigErrorKind::PayloadMismatch): a handler whose payload an event that it is called for
    ///   cannot have.
    /// - [`UnreachableHandler`](ConfigErrorKind::UnreachableHandler): a second fallback, or `on` without a type.
    /// - [`DuplicateHandlerName`](ConfigErrorKind::DuplicateHandlerName), and what is wrong with an
    ///   [`Idempotency`], if there is one.
    pub fn build(self) -> Result<EventService<E>, ConfigError> {
        check::types_exist(&self.entries)?;
        check::payloads_fit(&self.entries)?;
        if let Some(idempotency) = &self.idempotency {
            idempotency.validate()?;
            check::names_differ(&self.entries)?;
        }
        let route = |entry: Entry<E, ()>| Route {
            once: self
                .idempotency
                .as_ref()
                .map(|idempotency| idempotency.for_handler(&entry.name)),
            takes: entry.takes,
            handler: (entry.bind)(()),
        };
        Ok(EventService::new(
            self.entries.into_iter().map(route).collect(),
        ))
    }
}

impl<E: EventTypes, S: Clone + Send + Sync + 'static> Default for EventRouter<E, S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E, S> fmt::Debug for EventRouter<E, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let handlers = self.entries.iter().map(|entry| (&entry.name, &entry.takes));
        f.debug_map().entries(handlers).finish()
    }
}
