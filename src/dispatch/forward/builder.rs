use std::{fmt, marker::PhantomData, sync::Arc, time::Duration};

use http::Uri;

use super::{Forward, Target, client, cloud_event::EventSource};
use crate::{
    dispatch::Signer,
    error::config_error::{ConfigError, ConfigErrorKind},
    message::{Clock, SystemClock},
    scheme::SigningSecret,
};

/// As long as Svix gives a receiver.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(15);

/// Settings of a [`Forward`].
#[must_use = "a builder does nothing until it is built"]
pub struct ForwardBuilder<E> {
    url: String,
    signer: Result<Signer, ConfigError>,
    timeout: Duration,
    source: Option<String>,
    clock: Arc<dyn Clock>,
    event: PhantomData<fn() -> E>,
}

impl<E> ForwardBuilder<E> {
    pub(super) fn new(url: String, signer: Result<Signer, ConfigError>) -> Self {
        Self {
            url,
            signer,
            timeout: DEFAULT_TIMEOUT,
            source: None,
            clock: Arc::new(SystemClock),
            event: PhantomData,
        }
    }

    /// Names the event type of the [`Delivery`](crate::Delivery) that the layer or the worker in front puts into the
    /// request. Default: [`Bytes`](bytes::Bytes), as the layer's.
    pub fn event<E2>(self) -> ForwardBuilder<E2> {
        ForwardBuilder {
            url: self.url,
            signer: self.signer,
            timeout: self.timeout,
            source: self.source,
            clock: self.clock,
            event: PhantomData,
        }
    }

    /// Signs with this secret too, while the target changes from one secret to another.
    pub fn also_sign_with<T>(mut self, secret: T) -> Self
    where
        T: TryInto<SigningSecret, Error: Into<ConfigError>>,
    {
        self.signer = self.signer.and_then(|signer| signer.also_sign_with(secret));
        self
    }

    /// The time after which an attempt is given up, from connecting to the head of the response. Default: 15 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sends a `CloudEvent` (version 1.0, structured mode, `application/cloudevents+json`) with the body inside, instead
    /// of the body alone. `source` is a URI reference that names where the events come from, `/webhooks/engage` for
    /// instance.
    ///
    /// A JSON body is `data` as it was sent, any other is `data_base64`; `id` is the message id, `type` the event's type
    /// (`webhook` if it has none), `time` the time at which the sender signed. The signature covers the whole envelope.
    pub fn cloud_events(mut self, source: impl Into<String>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Where the time of `webhook-timestamp` comes from. Default: [`SystemClock`].
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Builds the service. Needs no Tokio runtime yet.
    ///
    /// # Errors
    ///
    /// - [`InvalidTargetUrl`](ConfigErrorKind::InvalidTargetUrl): not an absolute `http` or `https` URL, or one with a
    ///   user name or password.
    /// - [`InvalidEventSource`](ConfigErrorKind::InvalidEventSource): no URI reference.
    /// - [`NoRootCertificates`](ConfigErrorKind::NoRootCertificates): an `https` target on a system without
    ///   certificates.
    /// - What is wrong with a secret.
    pub fn build(self) -> Result<Forward<E>, ConfigError> {
        let signer = self.signer?;
        let uri = target_uri(&self.url)?;
        let source = self.source.map(EventSource::parse).transpose()?;
        let client = client::build(&uri)?;
        Ok(Forward {
            target: Arc::new(Target {
                name: uri.authority().map(ToString::to_string).unwrap_or_default(),
                uri,
                client,
                signer,
                timeout: self.timeout,
                source,
                clock: self.clock,
            }),
            event: PhantomData,
        })
    }
}

/// Shows neither the URL, which may hold a token, nor a secret.
impl<E> fmt::Debug for ForwardBuilder<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForwardBuilder")
            .field("timeout", &self.timeout)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

fn target_uri(url: &str) -> Result<Uri, ConfigError> {
    let invalid = ConfigError::new(ConfigErrorKind::InvalidTargetUrl);
    // A URL with a password in it is not repeated, and the password would not be sent.
    if url.contains('@') {
        return Err(invalid);
    }
    let Ok(uri) = url.parse::<Uri>() else {
        return Err(invalid.about(url));
    };
    match (uri.scheme_str(), uri.host()) {
        (Some("http" | "https"), Some(host)) if !host.is_empty() => Ok(uri),
        _ => Err(invalid.about(url)),
    }
}
