//! What a verified body is decoded into.
//!
//! | event | for |
//! |---|---|
//! | [`Bytes`] | the body as it was sent. The default of a [`WebhookLayer`](crate::WebhookLayer) |
//! | [`Json<T>`] | any `serde` type |
//! | [`Tagged<T>`] | JSON whose type is named by a field; unknown types are kept |
//! | [`StandardEvent<T>`] | the payload that Standard Webhooks recommends |
//! | [`RawEvent`] | any JSON, unread |
//! | [`voyado::Event`](crate::voyado::Event), [`voyado::Envelope`](crate::voyado::Envelope) | Voyado Engage |
//! | a type of yours | implements [`WebhookEvent`] |
//!
//! A body that does not decode is rejected with 422, and the sender tries again until it gives up. So an event type should
//! take what it does not know yet: [`Tagged`] and Voyado's do.
//!
//! ```
//! use tower_webhook::{Receiver, RejectionKind, Timestamp, event::{Json, Tagged}, testing::Signer};
//!
//! #[derive(Debug, serde::Deserialize)]
//! #[serde(tag = "type")]
//! enum Order {
//!     #[serde(rename = "order.paid")]
//!     Paid { number: u32 },
//! }
//!
//! let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
//! let receiver = Receiver::builder(secret).build()?;
//! let body = r#"{"type": "order.refunded", "number": 17}"#;
//! let (head, _) = Signer::new(secret)?.request("msg_1", Timestamp::now(), body).into_parts();
//! let verify = || receiver.check_head(&head)?.check_signature(body);
//!
//! // A type that is not known yet is delivered all the same, with its body.
//! let delivery = verify()?.open::<Tagged<Order>>()?;
//! assert_eq!(delivery.event().event_type(), Some("order.refunded"));
//!
//! // `Json` rejects it, and the detail shows where it does not fit.
//! let rejected = verify()?.open::<Json<Order>>().unwrap_err();
//! assert_eq!(rejected.kind(), RejectionKind::MalformedEvent);
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

mod authentic_body;
mod decode_error;
mod event_payload;
mod event_types;
mod json;
mod json_path;
mod members;
mod raw_event;
mod standard_event;
mod tagged;

pub use authentic_body::AuthenticBody;
#[cfg(any(feature = "forward", feature = "voyado"))]
pub(crate) use authentic_body::skip_byte_order_mark;
pub use decode_error::{DecodeError, DecodeErrorKind};
pub use event_payload::EventPayload;
pub use event_types::{EventTypes, IntoEventTypes};
pub use json::Json;
pub use raw_event::RawEvent;
pub use standard_event::StandardEvent;
pub use tagged::{DefaultTypeField, Tagged, TaggedEvent, TypeField};

use bytes::Bytes;

/// A type that a webhook's body can be decoded into.
///
/// Implemented here for [`Json<T>`] (any `serde` type), for [`Bytes`] (the body as it was sent) and for
/// the events of [`voyado`](crate::voyado).
///
/// The only argument is an [`AuthenticBody`], which this crate makes after the signature is verified and never
/// before: an implementation cannot be handed the bytes of a stranger.
///
/// ```
/// use tower_webhook::event::{AuthenticBody, DecodeError, WebhookEvent};
///
/// /// A sender that posts one decimal number as text.
/// struct Count(u64);
///
/// impl WebhookEvent for Count {
///     fn decode(body: &AuthenticBody<'_>) -> Result<Self, DecodeError> {
///         let text = std::str::from_utf8(body.as_bytes()).map_err(|_| DecodeError::malformed())?;
///         text.trim().parse().map(Count).map_err(|_| DecodeError::malformed())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "a webhook's body cannot be decoded into `{Self}`",
    label = "not an event type",
    note = "name `tower_webhook::Json<T>` for a `serde` type `T`, `Tagged<T>` for one of several types, `Bytes` for the \
            body as it is, or implement `WebhookEvent`"
)]
pub trait WebhookEvent: Sized + Send + Sync + 'static {
    /// Whether [`decode`](Self::decode) can open an encrypted payload. Default: true.
    ///
    /// A type that never calls [`AuthenticBody::decrypt`] sets it to false: under
    /// [`require_encryption`](crate::receiver::ReceiverBuilder::require_encryption) its every delivery would be rejected, which
    /// [`Receiver::validate_event_type`](crate::Receiver::validate_event_type) finds at the start.
    const CAN_DECRYPT: bool = true;

    /// Decodes the body of a genuine webhook.
    ///
    /// # Errors
    ///
    /// A [`DecodeError`] if the body is not what the type expects. The delivery is then rejected and the
    /// sender tries again, so an event of an unknown kind is better decoded into a variant for it.
    fn decode(body: &AuthenticBody<'_>) -> Result<Self, DecodeError>;

    /// The name of the event's type, for the log, and by which `EventRouter` (feature `axum`) finds the handlers; where it is none,
    /// that is [`Delivery::event_type`](crate::Delivery::event_type). Default: none.
    fn event_type(&self) -> Option<&str> {
        None
    }

    /// Whose event it is, for the log. Default: none.
    fn tenant(&self) -> Option<&str> {
        None
    }
}

/// The body as it was sent, for handlers that decode it themselves.
impl WebhookEvent for Bytes {
    const CAN_DECRYPT: bool = false;

    fn decode(body: &AuthenticBody<'_>) -> Result<Self, DecodeError> {
        Ok(body.to_bytes())
    }
}
