//! Requests of senders whose schemes have code of their own, and damage done to them.

use arbitrary::Arbitrary;
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use ring::{digest, hmac};
use tower_webhook::{Receiver, RejectionKind, scheme::Scheme};

use crate::endpoint::{NOW, clock, set_clock};

/// The secret of those senders.
pub const SECRET: &str = "6162636465666768616263646566676861626364656667686162636465666768";

/// One byte of a request is another.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct Damage {
    /// The number of the header, or the body if there are fewer.
    header: u8,
    at: u16,
    by: u8,
}

/// A request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sent {
    /// The query of its URI.
    pub query: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

impl Sent {
    /// A request with that body.
    pub fn new(body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: body.into(),
            ..Self::default()
        }
    }

    /// Sets a header, unless no request can carry it.
    pub fn set(&mut self, name: &'static str, value: impl AsRef<[u8]>) {
        if let Ok(value) = HeaderValue::from_bytes(value.as_ref()) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
    }

    /// The same request, damaged; `None` if no request can be that.
    pub fn damaged(&self, damage: Damage) -> Option<Self> {
        let mut damaged = self.clone();
        let flip = |bytes: &mut [u8]| {
            let at = usize::from(damage.at) % bytes.len().max(1);
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= damage.by.max(1);
            }
        };
        match damaged.headers.values_mut().nth(damage.header.into()) {
            Some(value) => {
                let mut bytes = value.as_bytes().to_vec();
                flip(&mut bytes);
                *value = HeaderValue::from_bytes(&bytes).ok()?;
            }
            None => flip(&mut damaged.body),
        }
        (damaged != *self).then_some(damaged)
    }

    /// What a receiver says at [`NOW`].
    ///
    /// # Errors
    ///
    /// Why it rejects.
    pub fn verdict(&self, scheme: Scheme, key: &str) -> Result<(), RejectionKind> {
        set_clock(NOW);
        let receiver = Receiver::builder(key)
            .scheme(scheme)
            .danger_accept_replays()
            .clock(clock)
            .build();
        let uri = format!("/hooks?{}", self.query);
        let mut request = Request::post(uri)
            .body(())
            .map_err(|_| RejectionKind::SignatureMismatch)?;
        *request.headers_mut() = self.headers.clone();
        let (head, ()) = request.into_parts();
        receiver
            .expect("a configuration")
            .check_head(&head)
            .and_then(|head| head.check_signature(self.body.clone()))
            .map(drop)
            .map_err(|rejection| rejection.kind())
    }
}

/// HMAC-SHA256 by the text of [`SECRET`].
pub fn hmac_sha256(text: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    hmac::sign(&key, text).as_ref().to_vec()
}

/// SHA-256.
pub fn sha256(text: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, text).as_ref().to_vec()
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Base64 with padding.
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
