use std::fmt;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Uri, header::CONTENT_TYPE};
use http_body_util::Full;

use crate::{
    error::config_error::ConfigError,
    headers::HeaderFamily,
    message::timestamp::Timestamp,
    signature::{HmacSha256Key, SigningSecret},
};

/// Signs as a sender does.
///
/// ```
/// use tower_webhook::{HeaderFamily, Timestamp, testing::Signer};
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
pub struct Signer {
    key: HmacSha256Key,
    header_family: HeaderFamily,
    uri: Uri,
}

impl Signer {
    /// A signer with a secret such as [`Receiver::builder`](crate::Receiver::builder) takes.
    ///
    /// # Errors
    ///
    /// A secret that the receiver would not take either.
    pub fn new<T>(secret: T) -> Result<Self, ConfigError>
    where
        T: TryInto<SigningSecret, Error: Into<ConfigError>>,
    {
        let secret = secret.try_into().map_err(Into::into)?;
        Ok(Self {
            key: HmacSha256Key::new(&secret),
            header_family: HeaderFamily::default(),
            uri: Uri::from_static("/"),
        })
    }

    /// The headers to sign with. Default: `svix-*`.
    pub fn header_family(mut self, header_family: HeaderFamily) -> Self {
        self.header_family = header_family;
        self
    }

    /// The URI of the requests. Default: `/`.
    pub fn uri(mut self, uri: Uri) -> Self {
        self.uri = uri;
        self
    }

    /// The value of a signature header.
    pub fn signature(&self, id: &str, timestamp: Timestamp, body: &[u8]) -> String {
        let mut hasher = self.key.hasher();
        hasher.update(format!("{id}.{timestamp}.").as_bytes());
        hasher.update(body);
        hasher.finish().to_header()
    }

    /// A signed POST request. An id that no header can carry is left out.
    pub fn request(
        &self,
        id: &str,
        timestamp: Timestamp,
        body: impl Into<Bytes>,
    ) -> Request<Full<Bytes>> {
        let body = body.into();
        let signature = self.signature(id, timestamp, &body);
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let family = self.header_family;
        for (name, value) in [
            (family.id(), id),
            (family.timestamp(), &timestamp.to_string()),
            (family.signature(), &signature),
        ] {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        }
        request
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("header_family", &self.header_family)
            .field("uri", &self.uri)
            .finish_non_exhaustive()
    }
}
