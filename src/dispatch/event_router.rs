use std::{any::type_name, collections::BTreeSet, fmt, sync::Arc};

use super::{
    EventHandler, EventService,
    event_handler::Responding,
    event_service::{Route, RouteTable},
};
use crate::{
    error::config_error::{ConfigError, ConfigErrorKind},
    event::{EventTypes, IntoEventTypes},
    receiver::Delivery,
};

/// Calls axum handlers by the type of the event.
///
/// ```
/// use axum::{Router, extract::State, http::StatusCode, routing::post_service};
/// use tower::Layer;
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
/// let webhooks = WebhookLayer::<voyado::Event>::new(receiver);
/// let app: Router = Router::new().route("/webhooks", post_service(webhooks.layer(events)));
/// # Ok::<_, tower_webhook::ConfigError>(())
/// ```
///
/// # Which handlers run
///
/// The handlers that are called are, in the order in which they were added: those of [`always`](Self::always), those
/// of [`on`](Self::on) for the event's type, and the [`fallback`](Self::fallback) if there is none of `on`. Each gets
/// the request's head and the verified body. The first response that is not a success (2xx) is the response, and the
/// handlers behind it are not called; else it is the response of the last handler.
///
/// An event that only `always` takes, in a router that has handlers by type, would be acknowledged without having been
/// handled. It is answered 501 and logged: add a `fallback` for what may be ignored.
///
/// # Errors found when it is built
///
/// [`build`](Self::build) fails for a type that the sender does not document ([`EventTypes::known`]), for a handler
/// whose [`Payload`](super::Payload) an event of its type cannot have, and for handlers that could never run. A
/// payload of another sender's event does not compile.
#[must_use = "a router does nothing until it is built"]
pub struct EventRouter<E, S = ()> {
    entries: Vec<Entry<E, S>>,
}

struct Entry<E, S> {
    takes: Takes,
    name: &'static str,
    can_handle: fn(Option<&str>) -> bool,
    bind: Box<dyn FnOnce(S) -> BoundHandler<E> + Send>,
}

/// Which events a handler is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    All,
    Types(Arc<[String]>),
    Others,
}

/// A handler with its state.
pub(super) type BoundHandler<E> =
    Arc<dyn Fn(axum::extract::Request, Delivery<E>) -> Responding + Send + Sync>;

impl<E, S> EventRouter<E, S>
where
    E: EventTypes,
    S: Clone + Send + Sync + 'static,
{
    /// A router without handlers.
    pub fn new() -> Self {
        Self {
            entries: Vec::new(),
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
        }
    }

    fn add<M, H>(mut self, takes: Takes, handler: H) -> Self
    where
        H: EventHandler<E, S, M>,
    {
        self.entries.push(Entry {
            takes,
            name: type_name::<H>(),
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
    pub fn build(self) -> Result<EventService<E>, ConfigError> {
        self.check()?;
        let route = |entry: Entry<E, ()>| Route {
            takes: entry.takes,
            handler: (entry.bind)(()),
        };
        Ok(EventService::new(RouteTable::new(
            self.entries.into_iter().map(route).collect(),
        )))
    }

    fn check(&self) -> Result<(), ConfigError> {
        let known = E::known();
        let mut routed = BTreeSet::new();
        for entry in &self.entries {
            if let Takes::Types(event_types) = &entry.takes {
                if event_types.is_empty() {
                    return Err(unreachable(entry.name));
                }
                routed.extend(event_types.iter().map(String::as_str));
            }
        }
        if let (Some(known), Some(unknown)) = (known, known.and_then(|known| {
            routed.iter().find(|name| !known.contains(*name))
        })) {
            let _ = known;
            return Err(ConfigError::new(ConfigErrorKind::UnknownEventType).about(*unknown));
        }
        let mut has_fallback = false;
        for entry in &self.entries {
            let known = known.unwrap_or_default().iter().copied();
            let misfit = match &entry.takes {
                Takes::Types(event_types) => event_types
                    .iter()
                    .map(String::as_str)
                    .find(|name| !(entry.can_handle)(Some(name))),
                Takes::All => entry.first_misfit(known),
                Takes::Others => {
                    if std::mem::replace(&mut has_fallback, true) {
                        return Err(unreachable(entry.name));
                    }
                    entry.first_misfit(known.filter(|name| !routed.contains(name)))
                }
            };
            if let Some(event_type) = misfit {
                let culprit = format!("{} for {event_type}", entry.name);
                return Err(ConfigError::new(ConfigErrorKind::PayloadMismatch).about(culprit));
            }
        }
        Ok(())
    }
}
