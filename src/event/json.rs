use serde::de::DeserializeOwned;

use super::{AuthenticBody, DecodeError, WebhookEvent};

/// Decodes the whole body as JSON into any `serde` type. A byte order mark in front of it is skipped.
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
///
/// How much memory a body takes is up to the type: a small struct takes little, while `serde_json::Value` can take
/// a hundred and thirty times the bytes of a body that a holder of the secret made for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T> WebhookEvent for Json<T>
where
    T: DeserializeOwned + Send + Sync + 'static,
{
    const CAN_DECRYPT: bool = false;

    fn decode(body: &AuthenticBody<'_>) -> Result<Self, DecodeError> {
        body.json().map(Self)
    }
}

/// The same as [`Json`], so that either name will do where axum's is imported.
#[cfg(feature = "axum")]
impl<T> WebhookEvent for axum::Json<T>
where
    T: DeserializeOwned + Send + Sync + 'static,
{
    const CAN_DECRYPT: bool = false;

    fn decode(body: &AuthenticBody<'_>) -> Result<Self, DecodeError> {
        body.json().map(Self)
    }
}
