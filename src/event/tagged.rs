use std::{fmt, marker::PhantomData};

use serde::de::DeserializeOwned;

use super::{
    AuthenticBody, DecodeError, RawEvent, WebhookEvent,
    members::{member, text},
};

/// JSON whose type is named by a field, `type` by default: a known type is read into `T`, an unknown one is kept.
///
/// `T` is usually an enum with one variant for each type that the application handles. A body that does not fit it is
/// not malformed, since the sender adds types and fields when it likes: it is delivered as
/// [`Unknown`](TaggedEvent::Unknown), with its type, its body and the place at which it did not fit. Only a body that
/// is not JSON is rejected. A byte order mark is skipped.
///
/// ```
/// use tower_webhook::{Timestamp, event::{Tagged, TaggedEvent}, testing::Signer};
/// # use tower_webhook::{Delivery, Receiver};
///
/// #[derive(serde::Deserialize)]
/// #[serde(tag = "type", content = "data")]
/// enum Billing {
///     #[serde(rename = "invoice.paid")]
///     InvoicePaid { number: u32 },
/// }
///
/// # fn open(body: &'static str) -> Result<Delivery<Tagged<Billing>>, Box<dyn std::error::Error>> {
/// #     let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// #     let now = Timestamp::from(std::time::SystemTime::now());
/// #     let request = Signer::new(secret)?.request("msg_1", now, body);
/// #     let receiver = Receiver::builder([secret]).build()?;
/// #     Ok(receiver.check_head(request.headers())?.check_signature(body)?.open()?)
/// # }
/// let paid = open(r#"{"type": "invoice.paid", "data": {"number": 17}}"#)?;
/// assert!(matches!(**paid.event(), TaggedEvent::Known(Billing::InvoicePaid { number: 17 })));
///
/// let refunded = open(r#"{"type": "invoice.refunded", "data": {"number": 17}}"#)?;
/// assert_eq!(refunded.event().event_type(), Some("invoice.refunded"));
/// let TaggedEvent::Unknown { raw, .. } = &**refunded.event() else { panic!("is unknown") };
/// assert_eq!(raw.json::<serde_json::Value>()?["data"]["number"], 17);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// Another field is named by a type of its own:
///
/// ```
/// use tower_webhook::event::{Tagged, TypeField};
///
/// struct Kind;
///
/// impl TypeField for Kind {
///     const NAME: &'static str = "kind";
/// }
///
/// type Event = Tagged<serde_json::Value, Kind>;
/// ```
///
/// # Types of other crates
///
/// `T` may come from the sender's client crate. Stripe's events are `Tagged<stripe::Event>` (or
/// [`Json<stripe::Event>`](super::Json), which rejects what does not fit). GitHub names the type in a header, so
/// `octocrab`'s events are read from the body as it is, in the handler:
///
/// ```ignore
/// async fn on_event(delivery: Delivery<Bytes>) -> Result<StatusCode, AppError> {
///     let event_type = delivery.event_type().unwrap_or_default();
///     let event = octocrab::models::webhook_events::WebhookEvent::try_from_header_and_body(
///         event_type,
///         delivery.body(),
///     )?;
///     handle(event).await
/// }
/// ```
pub struct Tagged<T, F = DefaultTypeField> {
    event_type: Option<String>,
    event: TaggedEvent<T>,
    field: PhantomData<fn() -> F>,
}

/// What a [`Tagged`] body turned out to be.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum TaggedEvent<T> {
    /// It fits `T`.
    Known(T),
    /// It does not: its type is new, or its content is not what `T` expects.
    Unknown {
        /// The type and the body as they were sent.
        raw: RawEvent,
        /// Where the body did not fit `T`.
        error: DecodeError,
    },
}

/// The field of a JSON object that names the type of the event.
pub trait TypeField: 'static {
    /// The name of the field, case-sensitive.
    const NAME: &'static str;
}

/// `type`, as Standard Webhooks, Stripe and most others name it.
#[derive(Clone, Copy, Debug)]
pub enum DefaultTypeField {}

impl TypeField for DefaultTypeField {
    const NAME: &'static str = "type";
}

impl<T, F> Tagged<T, F> {
    /// The event's type as it was sent; `None` if the body does not name one as a text or a number.
    pub fn event_type(&self) -> Option<&str> {
        self.event_type.as_deref()
    }

    /// The event; `None` if it is unknown.
    pub fn known(&self) -> Option<&T> {
        match &self.event {
            TaggedEvent::Known(event) => Some(event),
            TaggedEvent::Unknown { .. } => None,
        }
    }

    /// The event without its wrapping.
    pub fn into_event(self) -> TaggedEvent<T> {
        self.event
    }
}

impl<T, F> std::ops::Deref for Tagged<T, F> {
    type Target = TaggedEvent<T>;

    fn deref(&self) -> &TaggedEvent<T> {
        &self.event
    }
}

impl<T, F> WebhookEvent for Tagged<T, F>
where
    T: DeserializeOwned + Send + Sync + 'static,
    F: TypeField,
{
    const CAN_DECRYPT: bool = false;

    fn decode(body: &AuthenticBody<'_>) -> Result<Self, DecodeError> {
        let event_type = member(body.as_bytes(), F::NAME)?.and_then(text);
        let event = match body.json() {
            Ok(event) => TaggedEvent::Known(event),
            Err(error) => TaggedEvent::Unknown {
                raw: RawEvent::new(event_type.clone(), body.to_bytes()),
                error,
            },
        };
        Ok(Self {
            event_type,
            event,
            field: PhantomData,
        })
    }

    fn event_type(&self) -> Option<&str> {
        self.event_type()
    }
}

impl<T: Clone, F> Clone for Tagged<T, F> {
    fn clone(&self) -> Self {
        Self {
            event_type: self.event_type.clone(),
            event: self.event.clone(),
            field: PhantomData,
        }
    }
}

impl<T: fmt::Debug, F> fmt::Debug for Tagged<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tagged")
            .field("event_type", &self.event_type)
            .field("event", &self.event)
            .finish()
    }
}
