use serde::de::DeserializeOwned;

use super::{AuthenticBody, DecodeError, WebhookEvent};

/// Decodes the whole body as JSON into any `serde` type.
///
/// ```
/// use tower_webhook::{Json, Receiver, WebhookLayer};
///
/// #[derive(serde::Deserialize)]
/// struct Invoice {
///     number: String,
/// }
///
/// let receiver = Receiver::builder(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]).build()?;
/// let layer = WebhookLayer::new(receiver).decode::<Json<Invoice>>();
/// # Ok::<_, tower_webhook::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T> WebhookEvent for Json<T>
where
    T: DeserializeOwned + Send + Sync + 'static,
{
    const CAN_DECRYPT: bool = false;

    fn decode(body: &AuthenticBody<'_>) -> Result<Self, DecodeError> {
        Ok(Self(serde_json::from_slice(body.as_bytes())?))
    }
}
