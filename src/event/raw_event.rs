use std::fmt;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::{
    AuthenticBody, DecodeError, WebhookEvent,
    authentic_body::{read_json, skip_byte_order_mark},
    members::{member, text},
};

/// The body as it was sent, and the event's type where the body is a JSON object that names it as `type`.
///
/// Suits every sender, since no body is malformed: a form, XML or an array is a `RawEvent` without a type. Where the
/// sender names the type in a header, [`Delivery::event_type`](crate::Delivery::event_type) has it.
///
/// ```
/// use tower_webhook::{Timestamp, event::RawEvent, testing::Signer};
/// # use tower_webhook::Receiver;
/// # let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// # let body = r#"{"type": "invoice.paid", "number": 17}"#;
/// # let now = Timestamp::from(std::time::SystemTime::now());
/// # let request = Signer::new(secret)?.request("msg_1", now, body);
/// # let receiver = Receiver::builder([secret]).build()?;
/// # let verified = receiver.check_head(request.headers())?.check_signature(body)?;
/// #[derive(serde::Deserialize)]
/// struct Invoice {
///     number: u32,
/// }
///
/// let delivery = verified.open::<RawEvent>()?;
/// assert_eq!(delivery.event().event_type(), Some("invoice.paid"));
/// assert_eq!(delivery.event().json::<Invoice>()?.number, 17);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct RawEvent {
    event_type: Option<String>,
    body: Bytes,
}

impl RawEvent {
    pub(super) fn new(event_type: Option<String>, body: Bytes) -> Self {
        Self { event_type, body }
    }

    /// The event's type, where the body names it.
    pub fn event_type(&self) -> Option<&str> {
        self.event_type.as_deref()
    }

    /// The whole body, exactly as it was signed.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Reads the whole body as JSON; a byte order mark before it is skipped.
    ///
    /// # Errors
    ///
    /// The place at which the body does not fit `T`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        read_json(skip_byte_order_mark(&self.body))
    }
}

impl WebhookEvent for RawEvent {
    const CAN_DECRYPT: bool = false;

    fn decode(body: &AuthenticBody<'_>) -> Result<Self, DecodeError> {
        let event_type = member(body.as_bytes(), "type")
            .ok()
            .flatten()
            .and_then(text);
        Ok(Self::new(event_type, body.to_bytes()))
    }

    fn event_type(&self) -> Option<&str> {
        self.event_type()
    }
}

/// Shows the length of the body, never its content.
impl fmt::Debug for RawEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawEvent")
            .field("event_type", &self.event_type)
            .field("body_len", &self.body.len())
            .finish()
    }
}
