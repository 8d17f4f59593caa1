use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::{Json, RawEvent, StandardEvent, Tagged, TypeField, WebhookEvent};

/// An event type whose deliveries can be routed by what happened.
///
/// Implemented for every ready-made event. Implement it for one of your own, empty if the sender may add types:
///
/// ```
/// use tower_webhook::event::{AuthenticBody, DecodeError, EventTypes, WebhookEvent};
///
/// enum Door {
///     Opened,
///     Closed,
/// }
///
/// impl WebhookEvent for Door {
///     fn decode(body: &AuthenticBody<'_>) -> Result<Self, DecodeError> {
///         match body.as_bytes() {
///             b"door.opened" => Ok(Self::Opened),
///             b"door.closed" => Ok(Self::Closed),
///             _ => Err(DecodeError::malformed()),
///         }
///     }
///
///     fn event_type(&self) -> Option<&str> {
///         Some(match self {
///             Self::Opened => "door.opened",
///             Self::Closed => "door.closed",
///         })
///     }
/// }
///
/// impl EventTypes for Door {
///     fn known() -> Option<&'static [&'static str]> {
///         Some(&["door.opened", "door.closed"])
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which event types it has",
    label = "an `EventRouter` cannot route this event",
    note = "add `impl EventTypes for {Self} {{}}`; every ready-made event (`Bytes`, `RawEvent`, `Json<T>`, `Tagged<T>`, \
            `StandardEvent`, `voyado::Event`) has it"
)]
pub trait EventTypes: WebhookEvent {
    /// The types that the sender documents, as it names them. A handler for another one is a configuration error.
    ///
    /// Default: `None`, the set is open and any name is taken.
    fn known() -> Option<&'static [&'static str]> {
        None
    }
}

impl EventTypes for Bytes {}

impl EventTypes for RawEvent {}

impl<T: DeserializeOwned + Send + Sync + 'static> EventTypes for Json<T> {}

#[cfg(feature = "axum")]
impl<T: DeserializeOwned + Send + Sync + 'static> EventTypes for axum::Json<T> {}

impl<T: DeserializeOwned + Send + Sync + 'static> EventTypes for StandardEvent<T> {}

impl<T: DeserializeOwned + Send + Sync + 'static, F: TypeField> EventTypes for Tagged<T, F> {}

/// One event type or several: a text, an enum such as [`voyado::EventType`](crate::voyado::EventType), or an array, a
/// slice or a `Vec` of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name event types",
    label = "expected a text such as \"invoice.paid\", an event type, or an array of them"
)]
pub trait IntoEventTypes {
    /// The names, as the sender writes them.
    fn into_event_types(self) -> Vec<String>;
}

impl IntoEventTypes for &str {
    fn into_event_types(self) -> Vec<String> {
        vec![self.to_owned()]
    }
}

impl IntoEventTypes for String {
    fn into_event_types(self) -> Vec<String> {
        vec![self]
    }
}

impl IntoEventTypes for &String {
    fn into_event_types(self) -> Vec<String> {
        vec![self.clone()]
    }
}

impl<T: IntoEventTypes, const N: usize> IntoEventTypes for [T; N] {
    fn into_event_types(self) -> Vec<String> {
        self.into_iter().flat_map(T::into_event_types).collect()
    }
}

impl<T: IntoEventTypes> IntoEventTypes for Vec<T> {
    fn into_event_types(self) -> Vec<String> {
        self.into_iter().flat_map(T::into_event_types).collect()
    }
}

impl<T: IntoEventTypes + Clone> IntoEventTypes for &[T] {
    fn into_event_types(self) -> Vec<String> {
        self.iter().cloned().flat_map(T::into_event_types).collect()
    }
}
