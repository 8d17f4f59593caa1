use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::{
    crypto::{self, Algorithm, Encoding},
    error::config_error::ConfigError,
    message::{MessageId, Timestamp},
    scheme::SigningSecret,
};

const WEBHOOK_ID: HeaderName = HeaderName::from_static("webhook-id");
const WEBHOOK_TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const WEBHOOK_SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// Signs messages as the Standard Webhooks specification asks of a sender: HMAC-SHA256 over id, timestamp and body.
///
/// ```
/// use http::HeaderMap;
/// use tower_webhook::{MessageId, Receiver, Timestamp, dispatch::Signer};
///
/// let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// let id = MessageId::parse("msg_1").ok_or("no message id")?;
/// let now = Timestamp::from(std::time::SystemTime::now());
/// let mut headers = HeaderMap::new();
/// Signer::new(secret)?.sign(&id, now, b"{}", &mut headers);
///
/// let receiver = Receiver::builder([secret]).build()?;
/// let verified = receiver.check_head(&headers)?.check_signature("{}")?;
/// assert_eq!(verified.id(), &id);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub struct Signer {
    secrets: Vec<SigningSecret>,
}

impl Signer {
    /// A signer with a secret such as [`Receiver::builder`](crate::Receiver::builder) takes.
    ///
    /// # Errors
    ///
    /// A secret that a receiver would not take either.
    pub fn new<T>(secret: T) -> Result<Self, ConfigError>
    where
        T: TryInto<SigningSecret, Error: Into<ConfigError>>,
    {
        Self {
            secrets: Vec::new(),
        }
        .also_sign_with(secret)
    }

    /// Signs with this secret too: while the receivers change from one secret to another, either is accepted.
    ///
    /// # Errors
    ///
    /// A secret that a receiver would not take either.
    pub fn also_sign_with<T>(mut self, secret: T) -> Result<Self, ConfigError>
    where
        T: TryInto<SigningSecret, Error: Into<ConfigError>>,
    {
        self.secrets.push(secret.try_into().map_err(Into::into)?);
        Ok(self)
    }

    /// Sets `webhook-id`, `webhook-timestamp` and `webhook-signature` for a message.
    ///
    /// Give each message an id of its own without a dot, and the same id on each attempt to deliver it: receivers reject an
    /// id with a dot, since the dot also separates it from the timestamp in what is signed.
    pub fn sign(&self, id: &MessageId, timestamp: Timestamp, body: &[u8], headers: &mut HeaderMap) {
        let head = format!("{id}.{timestamp}.");
        let text = [head.as_bytes(), body];
        let signatures: Vec<String> = self
            .secrets
            .iter()
            .map(|secret| crypto::tag(Algorithm::HmacSha256, secret.as_bytes(), &text))
            .map(|tag| format!("v1,{}", Encoding::Base64.encode(&tag)))
            .collect();
        for (name, value) in [
            (WEBHOOK_ID, id.to_string()),
            (WEBHOOK_TIMESTAMP, timestamp.to_string()),
            (WEBHOOK_SIGNATURE, signatures.join(" ")),
        ] {
            let value = HeaderValue::try_from(value)
                .unwrap_or_else(|_| unreachable!("ids, digits and base64 are visible ASCII"));
            headers.insert(name, value);
        }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("secrets", &self.secrets.len())
            .finish()
    }
}
