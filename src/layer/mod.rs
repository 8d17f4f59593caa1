//! The tower layer: what a request passes through before it reaches the inner service.

mod enforcement;
#[cfg(feature = "axum")]
mod extract;
mod future;
pub(crate) mod response;
mod service;

#[cfg(feature = "axum")]
pub use extract::MissingDelivery;
pub use future::ResponseFuture;
pub use response::{
    DangerAbortUndeliverable, EmptyRejectionResponse, GrpcRejectionResponse, ProblemDetails,
    RejectionResponse,
};
pub use service::WebhookService;

use std::{fmt, marker::PhantomData};

use bytes::Bytes;
use http_body_util::Full;
use tower_layer::Layer;

use crate::{
    error::config_error::ConfigError,
    idempotency::{Idempotency, IdempotencyStore, Unguarded},
    layer::enforcement::Enforcement,
    receiver::Receiver,
    telemetry::Observer,
};

/// Lets only genuine webhooks reach the inner service, with a [`Delivery<E>`](crate::Delivery) in the
/// request's extensions.
///
/// `E` is the event type, `B` the body that the inner service receives (see
/// [`inner_body`](Self::inner_body)), `R` what answers refusals, `I` what remembers the messages that were handled.
///
/// ```
/// use bytes::Bytes;
/// use http::{Request, Response, StatusCode};
/// use http_body_util::Full;
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
/// use tower_webhook::{Delivery, Receiver, Timestamp, WebhookLayer, testing::Signer};
///
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// let service = ServiceBuilder::new()
///     .layer(WebhookLayer::<Bytes>::new(Receiver::builder([secret]).build()?))
///     .service(service_fn(async |request: Request<Full<Bytes>>| {
///         assert!(request.extensions().get::<Delivery<Bytes>>().is_some());
///         Ok::<_, std::convert::Infallible>(Response::new(Full::<Bytes>::default()))
///     }));
///
/// let now = Timestamp::from(std::time::SystemTime::now());
/// let genuine = Signer::new(secret)?.request("msg_1", now, "{}");
/// let accepted = service.clone().oneshot(genuine).await?;
/// assert_eq!(accepted.status(), StatusCode::OK);
///
/// let forged = Signer::new("whsec_Zm9yZ2VkIGZvcmdlZCBmb3JnZWQ=")?.request("msg_1", now, "{}");
/// let refused = service.oneshot(forged).await?;
/// assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub struct WebhookLayer<E, B = Full<Bytes>, R = EmptyRejectionResponse, I = Unguarded> {
    receiver: Receiver,
    rejection_response: R,
    enforcement: Enforcement,
    idempotency: Idempotency<I>,
    observer: Observer,
    types: PhantomData<fn() -> (E, B)>,
}

impl<E> WebhookLayer<E> {
    /// A layer that checks and opens with `receiver`.
    pub fn new(receiver: Receiver) -> Self {
        Self {
            receiver,
            rejection_response: EmptyRejectionResponse,
            enforcement: Enforcement::default(),
            idempotency: Idempotency::default(),
            observer: Observer::default(),
            types: PhantomData,
        }
    }
}

impl<E, B, R, I> WebhookLayer<E, B, R, I> {
    /// Names the body type of the inner service, where that accepts only one: above axum's
    /// `middleware::from_fn` in a `ServiceBuilder` it is `axum::body::Body`. Default: `Full<Bytes>`.
    pub fn inner_body<B2: From<Bytes>>(self) -> WebhookLayer<E, B2, R, I> {
        WebhookLayer {
            receiver: self.receiver,
            rejection_response: self.rejection_response,
            enforcement: self.enforcement,
            idempotency: self.idempotency,
            observer: self.observer,
            types: PhantomData,
        }
    }

    /// Handles each message once. Default: each delivery, as often as it comes.
    ///
    /// The message is claimed after its signature held. A 2xx of the inner service completes the claim; any other answer, an
    /// error, a panic, or a request that is dropped releases it, so that the sender's retry is handled. With gRPC, a
    /// `grpc-status` in the head other than 0 releases it too; one in trailers, behind a message, comes too late to be seen.
    ///
    /// # Errors
    ///
    /// Those of [`Idempotency::validate`].
    pub fn idempotency<I2: IdempotencyStore>(
        self,
        idempotency: Idempotency<I2>,
    ) -> Result<WebhookLayer<E, B, R, I2>, ConfigError> {
        idempotency.validate()?;
        Ok(WebhookLayer {
            receiver: self.receiver,
            rejection_response: self.rejection_response,
            enforcement: self.enforcement,
            idempotency,
            observer: self.observer,
            types: PhantomData,
        })
    }

    /// Protects nothing: passes on every request whose body arrives whole within the limit, also one that is forged.
    ///
    /// For a roll-out: the verdict is in the request's extensions, a [`Delivery<E>`](crate::Delivery) or a
    /// [`Rejection`](crate::Rejection), and in the log and the metrics.
    pub fn danger_monitor_only(mut self) -> Self {
        self.enforcement = Enforcement::MonitorOnly;
        self
    }

    /// Replaces the answer to a refusal. Default: [`EmptyRejectionResponse`].
    pub fn rejection_response<R2>(self, rejection_response: R2) -> WebhookLayer<E, B, R2, I> {
        WebhookLayer {
            receiver: self.receiver,
            rejection_response,
            enforcement: self.enforcement,
            idempotency: self.idempotency,
            observer: self.observer,
            types: PhantomData,
        }
    }
}

impl<S, E, B, R: Clone, I: Clone> Layer<S> for WebhookLayer<E, B, R, I> {
    type Service = WebhookService<S, E, B, R, I>;

    fn layer(&self, inner: S) -> Self::Service {
        WebhookService::new(
            inner,
            self.receiver.clone(),
            self.rejection_response.clone(),
            self.enforcement,
            self.idempotency.clone(),
            self.observer.clone(),
        )
    }
}

impl<E, B, R: Clone, I: Clone> Clone for WebhookLayer<E, B, R, I> {
    fn clone(&self) -> Self {
        Self {
            receiver: self.receiver.clone(),
            rejection_response: self.rejection_response.clone(),
            enforcement: self.enforcement,
            idempotency: self.idempotency.clone(),
            observer: self.observer.clone(),
            types: PhantomData,
        }
    }
}

impl<E, B, R, I> fmt::Debug for WebhookLayer<E, B, R, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookLayer")
            .field("receiver", &self.receiver)
            .finish_non_exhaustive()
    }
}
