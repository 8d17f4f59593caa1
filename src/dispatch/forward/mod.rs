//! Sends deliveries to internal systems.

mod builder;
mod client;
mod cloud_event;

pub use builder::ForwardBuilder;

use std::{
    any::type_name,
    convert::Infallible,
    error::Error,
    fmt,
    future::ready,
    marker::PhantomData,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{
    HeaderValue, Method, Request, Response, StatusCode, Uri,
    header::{CONTENT_TYPE, RETRY_AFTER, USER_AGENT},
};
use http_body_util::Full;
use tower_service::Service;

use super::Signer;
use crate::{
    error::config_error::ConfigError,
    event::WebhookEvent,
    message::{Clock, MessageId, Timestamp},
    receiver::Delivery,
    scheme::SigningSecret,
    telemetry,
};
use client::Client;
use cloud_event::EventSource;

const OUR_USER_AGENT: HeaderValue =
    HeaderValue::from_static(concat!("tower-webhook/", env!("CARGO_PKG_VERSION")));

/// Sends a delivery to an internal HTTP target, signed anew (Standard Webhooks).
///
/// ```
/// use std::time::Duration;
/// use tower_webhook::dispatch::Forward;
///
/// let crm = Forward::builder(
///     "http://crm.internal/webhooks",
///     "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
/// )
/// .timeout(Duration::from_secs(5))
/// .build()?;
/// # Ok::<_, tower_webhook::ConfigError>(())
/// ```
///
/// It is a tower service over requests with a [`Delivery`] in their extensions: behind a
/// [`WebhookLayer`](crate::WebhookLayer) it is a relay, as a handler of a worker each target has its own retries, and
/// with the feature `axum` it is a handler of an [`EventRouter`](super::EventRouter), best
/// [`named`](super::EventRouter::named).
///
/// # What the target gets
///
/// A POST with the body byte for byte as it was received, so that what came encrypted stays so, and with its
/// `content-type`. `webhook-id` is the id as received, `webhook-timestamp` and `webhook-signature` are new for each
/// attempt. No other header is passed on. The target verifies with a [`Receiver`](crate::Receiver) that has the
/// secret.
///
/// # What comes back
///
/// | target | response |
/// |---|---|
/// | responds | its status, and its `retry-after`; redirects are not followed |
/// | cannot be reached, or does not speak HTTP | 502 |
/// | has not responded in [time](ForwardBuilder::timeout) | 504 |
///
/// The body of its response is dropped: up to 64 KiB are read, for at most a second, so that the connection can be used
/// again. Failures are logged with the host, since a path can hold a token.
///
/// An `https` target is verified by the certificates of the system; `SSL_CERT_FILE` names others.
pub struct Forward<E = Bytes> {
    target: Arc<Target>,
    event: PhantomData<fn() -> E>,
}

/// Where deliveries are sent, and how.
struct Target {
    uri: Uri,
    /// The host, for the log.
    name: String,
    client: Client,
    signer: Signer,
    timeout: Duration,
    source: Option<EventSource>,
    clock: Arc<dyn Clock>,
}

impl Forward {
    /// A target by its URL, and the secret that it shares with this sender.
    pub fn builder<T>(url: impl Into<String>, secret: T) -> ForwardBuilder<Bytes>
    where
        T: TryInto<SigningSecret, Error: Into<ConfigError>>,
    {
        ForwardBuilder::new(url.into(), Signer::new(secret))
    }
}

impl<E: WebhookEvent, B> Service<Request<B>> for Forward<E> {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<String>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let Some(delivery) = request.extensions().get::<Delivery<E>>().cloned() else {
            telemetry::missing_delivery(type_name::<E>());
            return Box::pin(ready(Ok(status(StatusCode::INTERNAL_SERVER_ERROR))));
        };
        let target = Arc::clone(&self.target);
        let content_type = request.headers().get(CONTENT_TYPE).cloned();
        Box::pin(async move { Ok(target.forward(&delivery, content_type).await) })
    }
}

/// A handler of an [`EventRouter`](super::EventRouter), beside other arguments of none.
#[cfg(feature = "axum")]
impl<E: WebhookEvent, S> axum::handler::Handler<Forward<E>, S> for Forward<E> {
    type Future = Pin<Box<dyn Future<Output = axum::response::Response> + Send>>;

    fn call(mut self, request: axum::extract::Request, _state: S) -> Self::Future {
        let forwarding = Service::call(&mut self, request);
        Box::pin(async move {
            match forwarding.await {
                Ok(response) => response.map(axum::body::Body::from),
                Err(never) => match never {},
            }
        })
    }
}

impl Target {
    async fn forward<E: WebhookEvent>(
        &self,
        delivery: &Delivery<E>,
        content_type: Option<HeaderValue>,
    ) -> Response<String> {
        let request = self.request(delivery, content_type);
        let responding = tokio::time::timeout(self.timeout, self.client.request(request));
        let response = match responding.await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => {
                return self.failed(delivery.id(), StatusCode::BAD_GATEWAY, &Causes(&error));
            }
            Err(elapsed) => {
                return self.failed(
                    delivery.id(),
                    StatusCode::GATEWAY_TIMEOUT,
                    &Causes(&elapsed),
                );
            }
        };
        let mut passed_on = status(response.status());
        if let Some(retry_after) = response.headers().get(RETRY_AFTER) {
            passed_on
                .headers_mut()
                .insert(RETRY_AFTER, retry_after.clone());
        }
        client::drain(response.into_body()).await;
        passed_on
    }

    /// The request of one attempt.
    fn request<E: WebhookEvent>(
        &self,
        delivery: &Delivery<E>,
        content_type: Option<HeaderValue>,
    ) -> Request<Full<Bytes>> {
        let (body, content_type) = match &self.source {
            None => (delivery.body().clone(), content_type),
            Some(source) => {
                let envelope = source.envelope(
                    delivery.id(),
                    delivery.event_type(),
                    delivery.timestamp(),
                    content_type.as_ref(),
                    delivery.body(),
                );
                (envelope, Some(cloud_event::CONTENT_TYPE))
            }
        };
        let now = Timestamp::from(self.clock.unix_time());
        let mut request = Request::new(Full::new(body.clone()));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        let headers = request.headers_mut();
        if let Some(content_type) = content_type {
            headers.insert(CONTENT_TYPE, content_type);
        }
        headers.insert(USER_AGENT, OUR_USER_AGENT);
        self.signer.sign(delivery.id(), now, &body, headers);
        request
    }

    fn failed(
        &self,
        id: &MessageId,
        code: StatusCode,
        error: &dyn fmt::Display,
    ) -> Response<String> {
        telemetry::target_failed(id, &self.name, error);
        status(code)
    }
}

fn status(code: StatusCode) -> Response<String> {
    let mut response = Response::new(String::new());
    *response.status_mut() = code;
    response
}

/// An error with all of its causes: the client's own message is "client error (Connect)".
struct Causes<'e>(&'e dyn Error);

impl fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.0, f)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl<E> Clone for Forward<E> {
    fn clone(&self) -> Self {
        Self {
            target: Arc::clone(&self.target),
            event: PhantomData,
        }
    }
}

/// Shows the host, not the whole URL, which may hold a token.
impl<E> fmt::Debug for Forward<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Forward")
            .field("to", &self.target.name)
            .finish_non_exhaustive()
    }
}
