use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::{
    error::config_error::ConfigError,
    message::{message_id::MessageId, timestamp::Timestamp},
    signature::{HmacSha256Key, SigningSecret},
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
/// # fn sign(id: &MessageId) -> Result<(), Box<dyn std::error::Error>> {
/// let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// let now = Timestamp::from(std::time::SystemTime::now());
/// let mut headers = HeaderMap::new();
/// Signer::new(secret)?.sign(id, now, b"{}", &mut headers);
///
/// let receiver = Receiver::builder([secret]).build()?;
/// assert!(receiver.check_head(&headers)?.check_signature("{}").is_ok());
/// # Ok(())
/// # }
/// # let now = Timestamp::from(std::time::SystemTime::now());
/// # let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// # let request = tower_webhook::testing::Signer::new(secret)?.request("msg_1", now, "[]");
/// # let receiver = Receiver::builder([secret]).build()?;
/// # sign(receiver.check_head(request.headers())?.check_signature("[]")?.id())?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub struct Signer {
    keys: Vec<HmacSha256Key>,
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
        Self { keys: Vec::new() }.also_sign_with(secret)
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
        let secret = secret.try_into().map_err(Into::into)?;
        self.keys.push(HmacSha256Key::new(&secret));
        Ok(self)
    }

    /// Sets `webhook-id`, `webhook-timestamp` and `webhook-signature` for a message.
    pub fn sign(&self, id: &MessageId, timestamp: Timestamp, body: &[u8], headers: &mut HeaderMap) {
        let signatures: Vec<String> = self
            .keys
            .iter()
            .map(|key| {
                let mut hasher = key.hasher();
                hasher.update(format!("{id}.{timestamp}.").as_bytes());
                hasher.update(body);
                hasher.finish().to_header()
            })
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
            .field("secrets", &self.keys.len())
            .finish()
    }
}
