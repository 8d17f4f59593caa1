use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::{AuthenticBody, DecodeError, WebhookEvent};

/// The payload that the Standard Webhooks specification recommends: `{"type": …, "timestamp": …, "data": {…}}`
/// ("Payload structure").
///
/// By default `data` is kept as it was sent, so that every type is delivered. Name a type, `StandardEvent<Invoice>`,
/// where the sender has only one; use [`Tagged`](super::Tagged) with
/// `#[serde(tag = "type", content = "data")]` where it has several.
///
/// ```
/// use tower_webhook::{Timestamp, event::StandardEvent, testing::Signer};
/// # use tower_webhook::Receiver;
/// # let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// # let now = Timestamp::from(std::time::SystemTime::now());
/// # let body = r#"{"type": "user.created", "timestamp": "2026-11-25T12:00:00Z", "data": {"id": 5}}"#;
/// # let request = Signer::new(secret)?.request("msg_1", now, body);
/// # let receiver = Receiver::builder([secret]).build()?;
/// # let verified = receiver.check_head(request.headers())?.check_signature(body)?;
/// let delivery = verified.open::<StandardEvent>()?;
/// let event = delivery.event();
/// assert_eq!(event.event_type, "user.created");
/// assert_eq!(event.timestamp.as_deref(), Some("2026-11-25T12:00:00Z"));
/// assert_eq!(event.data.get(), r#"{"id": 5}"#);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct StandardEvent<T = Box<RawValue>> {
    /// The type of the event, a full-stop delimited name such as `invoice.paid`.
    #[serde(rename = "type")]
    pub event_type: String,
    /// When the event occurred, in ISO 8601, as it was sent. Not when this delivery was signed: that is
    /// [`Delivery::timestamp`](crate::Delivery::timestamp).
    #[serde(default)]
    pub timestamp: Option<String>,
    /// The event's own data.
    pub data: T,
}

impl<T> WebhookEvent for StandardEvent<T>
where
    T: DeserializeOwned + Send + Sync + 'static,
{
    const CAN_DECRYPT: bool = false;

    fn decode(body: &AuthenticBody<'_>) -> Result<Self, DecodeError> {
        body.json()
    }

    fn event_type(&self) -> Option<&str> {
        Some(&self.event_type)
    }
}
