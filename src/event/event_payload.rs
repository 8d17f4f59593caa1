use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::{
    DecodeError, Json, RawEvent, StandardEvent, Tagged, TypeField,
    authentic_body::{read_json, skip_byte_order_mark},
};

/// What a handler can take as the payload of an event of type `E`.
///
/// | event | payload |
/// |---|---|
/// | [`voyado::Event`](crate::voyado::Event) | the payload's own type, such as [`voyado::Contact`](crate::voyado::Contact) |
/// | [`StandardEvent`] | any `serde` type, read from `data` |
/// | [`Bytes`], [`RawEvent`], [`Tagged<T>`](Tagged) | any `serde` type, read from the whole body as JSON |
/// | [`Json<T>`](Json) | `T` |
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a payload of `{E}`",
    label = "no event of `{E}` has this payload",
    note = "the payload is the type inside the event's variant, or any `serde` type where the event is kept as JSON"
)]
pub trait EventPayload<E>: Sized + Send + 'static {
    /// Whether events of this type have this payload; `None` stands for a type that the sender does not document.
    ///
    /// Default: `true`, which is right where the payload is read from JSON.
    fn is_payload_of(event_type: Option<&str>) -> bool {
        let _ = event_type;
        true
    }

    /// Takes the payload from an event and its verified body.
    ///
    /// # Errors
    ///
    /// The event does not have this payload, or its JSON does not fit.
    fn from_event(event: &E, body: &Bytes) -> Result<Self, DecodeError>;
}

impl<P: DeserializeOwned + Send + 'static> EventPayload<Bytes> for P {
    fn from_event(_event: &Bytes, body: &Bytes) -> Result<Self, DecodeError> {
        whole(body)
    }
}

impl<P: DeserializeOwned + Send + 'static> EventPayload<RawEvent> for P {
    fn from_event(event: &RawEvent, _body: &Bytes) -> Result<Self, DecodeError> {
        event.json()
    }
}

impl<P, T, F> EventPayload<Tagged<T, F>> for P
where
    P: DeserializeOwned + Send + 'static,
    F: TypeField,
{
    fn from_event(_event: &Tagged<T, F>, body: &Bytes) -> Result<Self, DecodeError> {
        whole(body)
    }
}

impl<P: DeserializeOwned + Send + 'static> EventPayload<StandardEvent> for P {
    fn from_event(event: &StandardEvent, _body: &Bytes) -> Result<Self, DecodeError> {
        read_json(event.data.get().as_bytes()).map_err(|error| {
            // The line and the column within `data` would be mistaken for those within the body.
            DecodeError::malformed().with_path(match error.path() {
                Some(path) => format!("data.{path}"),
                None => "data".to_owned(),
            })
        })
    }
}

impl<T: Clone + Send + 'static> EventPayload<Json<T>> for T {
    fn from_event(event: &Json<T>, _body: &Bytes) -> Result<Self, DecodeError> {
        Ok(event.0.clone())
    }
}

#[cfg(feature = "axum")]
impl<T: Clone + Send + 'static> EventPayload<axum::Json<T>> for T {
    fn from_event(event: &axum::Json<T>, _body: &Bytes) -> Result<Self, DecodeError> {
        Ok(event.0.clone())
    }
}

fn whole<P: DeserializeOwned>(body: &Bytes) -> Result<P, DecodeError> {
    read_json(skip_byte_order_mark(body))
}
