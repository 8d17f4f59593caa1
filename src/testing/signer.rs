use std::fmt;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Uri, header::CONTENT_TYPE};
use http_body_util::Full;

use crate::{
    error::config_error::ConfigError,
    message::{MessageId, timestamp::Timestamp},
    scheme::{HeaderFamily, KeyInput, Scheme, SigningKey, standard_webhooks},
};

/// Signs as a sender does, by any scheme.
///
/// ```
/// use tower_webhook::{Timestamp, scheme::HeaderFamily, testing::Signer};
///
/// let signer = Signer::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?
///     .header_family(HeaderFamily::Webhook);
/// let request = signer.request(
///     "msg_p5jXN8AQM9LWM0D4loKWxJek",
///     Timestamp::from_unix_seconds(1_614_265_330),
///     r#"{"test": 2432232314}"#,
/// );
/// assert_eq!(
///     request.headers()["webhook-signature"],
///     "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
/// );
/// # Ok::<_, tower_webhook::ConfigError>(())
/// ```
#[must_use]
pub struct Signer {
    key: SigningKey,
    uri: Uri,
}

impl Signer {
    /// A signer of Standard Webhooks, with a secret such as [`Receiver::builder`](crate::Receiver::builder) takes, or with a
    /// private key (`whsk_` and base64 of 32 or 64 bytes, with the feature `ed25519`).
    ///
    /// # Errors
    ///
    /// A secret that the receiver would not take either.
    pub fn new(secret: impl Into<KeyInput>) -> Result<Self, ConfigError> {
        Self::for_scheme(standard_webhooks(), secret)
    }

    /// A signer of another scheme, with a secret as its receiver takes it, or with the private key: for Ed25519 the seed, for
    /// ECDSA the scalar, in hexadecimal or base64.
    ///
    /// # Errors
    ///
    /// A secret that the receiver would not take either.
    pub fn for_scheme(scheme: Scheme, secret: impl Into<KeyInput>) -> Result<Self, ConfigError> {
        Ok(Self {
            key: SigningKey::new(scheme, secret.into())?,
            uri: Uri::from_static("/"),
        })
    }

    /// The headers to sign with, of Standard Webhooks. Default: `svix-*`.
    pub fn header_family(mut self, header_family: HeaderFamily) -> Self {
        self.key.set_header_family(header_family);
        self
    }

    /// The URI of the requests. Default: `/`.
    pub fn uri(mut self, uri: Uri) -> Self {
        self.uri = uri;
        self
    }

    /// The value of a signature header. Empty for a scheme with code of its own: [`sign`](Self::sign) a request instead.
    pub fn signature(&self, id: &str, timestamp: Timestamp, body: &[u8]) -> String {
        self.key.signature(id, timestamp, body)
    }

    /// A signed POST request.
    ///
    /// An id that no header can carry is left out, and so is an empty one. Of a sender whose id is in the body, it is not
    /// written there: the body is the caller's.
    ///
    /// # Panics
    ///
    /// If the scheme cannot sign, see [`CustomScheme::sign`](crate::scheme::CustomScheme::sign).
    pub fn request(
        &self,
        id: &str,
        timestamp: Timestamp,
        body: impl Into<Bytes>,
    ) -> Request<Full<Bytes>> {
        let mut request = Request::new(body.into());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        request
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.sign(&mut request, id, timestamp)
            .expect("a scheme that can sign");
        request.map(Full::new)
    }

    /// Signs a request: sets the headers of the scheme, or changes the body where the signature stands in it.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::SigningUnsupported`](crate::error::ConfigErrorKind::SigningUnsupported) if the scheme cannot sign.
    pub fn sign(
        &self,
        request: &mut Request<Bytes>,
        id: &str,
        timestamp: Timestamp,
    ) -> Result<(), ConfigError> {
        let id = MessageId::parse(id);
        let (mut head, mut body) = std::mem::take(request).into_parts();
        let signed = self.key.sign(&mut head, &mut body, id.as_ref(), timestamp);
        *request = Request::from_parts(head, body);
        signed
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("scheme", self.key.scheme())
            .field("uri", &self.uri)
            .finish_non_exhaustive()
    }
}
