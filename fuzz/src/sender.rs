//! The sender's side by `ring`, so that nothing here shares the crate's cryptography.

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use ring::hmac;
use tower_webhook::{Delivery, Receiver, RejectionKind, event::WebhookEvent, receiver::Verified};

use crate::endpoint::{NOW, SECRET};

/// The id of the samples.
pub const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";

/// The sender whose secret the endpoint knows.
pub static KNOWN: LazyLock<Sender> = LazyLock::new(|| {
    let encoded = SECRET.trim_start_matches("whsec_");
    Sender::new(&STANDARD.decode(encoded).expect("base64"))
});
/// A sender whose secret nobody knows.
pub static STRANGER: LazyLock<Sender> =
    LazyLock::new(|| Sender::new(b"a secret that nobody knows"));

/// Signs with one secret.
pub struct Sender {
    key: hmac::Key,
}

impl Sender {
    /// A sender with the bytes of a secret.
    pub fn new(secret: &[u8]) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        Self { key }
    }

    /// The `v1` entry over id, timestamp and body.
    pub fn entry(&self, id: &[u8], timestamp: &[u8], body: &[u8]) -> String {
        let text = [id, timestamp, body].join(&b'.');
        format!("v1,{}", STANDARD.encode(hmac::sign(&self.key, &text)))
    }
}

/// Has a receiver open a body that the [known](KNOWN) sender signed at [`NOW`].
///
/// # Errors
///
/// Why it was refused.
pub fn open<E: WebhookEvent>(
    receiver: &Receiver,
    body: impl Into<Bytes>,
) -> Result<Delivery<E>, RejectionKind> {
    let body = body.into();
    let timestamp = NOW.to_string();
    let entry = KNOWN.entry(ID.as_bytes(), timestamp.as_bytes(), &body);
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("svix-id", ID),
        ("svix-timestamp", &timestamp),
        ("svix-signature", &entry),
    ] {
        let value = HeaderValue::from_str(value).expect("visible ASCII");
        headers.insert(name, value);
    }
    receiver
        .check_head(&headers)
        .and_then(|head| head.check_signature(body))
        .and_then(Verified::open)
        .map_err(|rejection| rejection.kind())
}
