//! The tower layer: what a request passes through before it reaches the inner service.
//!
//! 1. The **head** is checked before a byte of the body is read, by [`Receiver::check_head`].
//! 2. The **body** is collected within the limits, and hashed as it arrives.
//! 3. The **signature** is verified.
//! 4. The message is **claimed**, if there is an [idempotency store](WebhookLayer::idempotency).
//! 5. It is **opened**: decrypted where it is encrypted, and decoded.
//! 6. The inner service is called, with a [`Delivery`](crate::Delivery) in the request's extensions.
//! 7. The claim is **settled** by the response.
//!
//! A rejection is a response made by a [`RejectionResponse`], with the [`Rejection`](crate::Rejection) in its extensions. The
//! inner service's error passes through untouched.
//!
//! # The place among other layers
//!
//! - Decompression stands outside of this layer, so that what was signed is what is hashed.
//! - Time-outs and limits of concurrency stand outside, so that slow bodies count too.
//! - Tracing, compression of responses and anything else stand where they like; above axum's `from_fn` the inner body is named by
//!   [`WebhookLayer::inner_body`].
//!
//! # Customised
//!
//! ```
//! use bytes::Bytes;
//! use http::{Request, Response, StatusCode, header::CONTENT_TYPE};
//! use http_body_util::Full;
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//! use tower_webhook::{
//!     Delivery, Idempotency, Json, Receiver, Timestamp, WebhookLayer, idempotency::MemoryStore,
//!     layer::{ProblemDetails, RequestBody}, testing::Signer,
//! };
//!
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
//! let webhooks = WebhookLayer::new(Receiver::builder(secret).build()?)
//!     .decode::<Json<u32>>()
//!     .name("orders")
//!     .idempotency(Idempotency::new("orders", MemoryStore::new(1_000)?))?
//!     .rejection_response(ProblemDetails);
//! let service = ServiceBuilder::new()
//!     .layer(webhooks)
//!     .service(service_fn(async |request: Request<RequestBody>| {
//!         let delivery = request.extensions().get::<Delivery<Json<u32>>>().expect("a delivery");
//!         assert_eq!(delivery.event().0, 42);
//!         let mut response = Response::new(Full::<Bytes>::default());
//!         *response.status_mut() = StatusCode::CREATED;
//!         Ok::<_, std::convert::Infallible>(response)
//!     }));
//!
//! // Accepted once; the sender's retry is not handled again.
//! for status in [StatusCode::CREATED, StatusCode::OK] {
//!     let request = Signer::new(secret)?.request("msg_1", Timestamp::now(), "42");
//!     assert_eq!(service.clone().oneshot(request).await?.status(), status);
//! }
//!
//! // Rejected: genuine, and not what the event type expects.
//! let request = Signer::new(secret)?.request("msg_2", Timestamp::now(), "forty-two");
//! let response = service.oneshot(request).await?;
//! assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
//! assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Inside
//!
//! `service` checks the head; `handshake` responds to what senders ask for before they deliver; `machine` is the state machine of
//! one request, `exchange` what it works with; `claim`,
//! `renewal` and `completion` keep what the idempotency store is told true; `response` builds the responses to rejections.

mod claim;
mod completion;
mod exchange;
#[cfg(feature = "axum")]
mod extract;
mod future;
mod handshake;
mod machine;
mod renewal;
mod reply;
mod request_body;
pub(crate) mod response;
#[cfg(feature = "tokio")]
mod run_to_completion;
mod service;
mod shared;

pub use crate::message::Handshake;
#[cfg(feature = "axum")]
pub use extract::MissingDelivery;
pub use future::ResponseFuture;
pub use request_body::RequestBody;
pub use response::{
    DangerAbortUndeliverable, EmptyRejectionResponse, GrpcRejectionResponse, ProblemDetails,
    RejectionResponse, ResponseBody,
};
#[cfg(feature = "tokio")]
pub use run_to_completion::{RunToCompletion, RunToCompletionFuture};
pub use service::WebhookService;

use std::{fmt, marker::PhantomData, sync::Arc};

use bytes::Bytes;
use tower_layer::Layer;

use crate::{
    error::config_error::ConfigError,
    event::WebhookEvent,
    idempotency::{Idempotency, IdempotencyStore, Unguarded},
    receiver::Receiver,
    telemetry::{self, Observer},
};
use shared::{Enforcement, ReusedIds, SettlingTime, Shared, Unverified};

/// Lets only genuine webhooks reach the inner service, with a [`Delivery<E>`](crate::Delivery) in the
/// request's extensions.
///
/// `E` is the event type (see [`decode`](Self::decode)), `B` the body that the inner service receives (see
/// [`inner_body`](Self::inner_body)), `I` the idempotency store.
///
/// ```
/// use bytes::Bytes;
/// use http::{Request, Response, StatusCode};
/// use http_body_util::Full;
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
/// use tower_webhook::{Delivery, Receiver, Timestamp, WebhookLayer, layer::RequestBody, testing::Signer};
///
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// let service = ServiceBuilder::new()
///     .layer(WebhookLayer::new(Receiver::builder([secret]).build()?))
///     .service(service_fn(async |request: Request<RequestBody>| {
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
/// let rejected = service.oneshot(forged).await?;
/// assert_eq!(rejected.status(), StatusCode::UNAUTHORIZED);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub struct WebhookLayer<E = Bytes, B = RequestBody, I = Unguarded> {
    shared: Shared<I>,
    types: PhantomData<fn() -> (E, B)>,
}

impl WebhookLayer {
    /// Creates a layer that verifies requests with `receiver` and delivers their bodies as [`Bytes`].
    pub fn new(receiver: Receiver) -> Self {
        Self::of(Shared {
            receiver,
            rejections: Arc::new(EmptyRejectionResponse),
            unverified: Unverified::ByKind,
            enforcement: Enforcement::Enforce,
            idempotency: Idempotency::default(),
            reused_ids: ReusedIds::Reject,
            settling: SettlingTime::Head,
            unstored: completion::UnstoredCompletions::default(),
            observer: Observer::default(),
            handshakes: Vec::new(),
        })
    }
}

impl<E, B, I> WebhookLayer<E, B, I> {
    fn of(shared: Shared<I>) -> Self {
        Self {
            shared,
            types: PhantomData,
        }
    }

    /// Decodes each verified body into an `E2`: [`Json<T>`](crate::Json), an event type of a provider, or any other
    /// [`WebhookEvent`]. Default: `Bytes`, the body as it was sent.
    pub fn decode<E2: WebhookEvent>(self) -> WebhookLayer<E2, B, I> {
        WebhookLayer::of(self.shared)
    }

    /// Names the body type of the inner service, where that accepts only one: above axum's
    /// `middleware::from_fn` in a `ServiceBuilder` it is `axum::body::Body`. Default: [`RequestBody`].
    pub fn inner_body<B2: From<Bytes>>(self) -> WebhookLayer<E, B2, I> {
        WebhookLayer::of(self.shared)
    }

    /// Names the endpoint in the log (`layer`) and in the metrics (label `layer`). Default: no name, no label.
    pub fn name(mut self, name: impl Into<Arc<str>>) -> Self {
        self.shared.observer = Observer::named(name.into());
        self
    }

    /// Handles each message once, as far as that can be had: at least once, never two deliveries at a time while a lease
    /// lives, and not again after its completion is stored. Default: each delivery is handled, as often as it comes.
    ///
    /// A message is known by [`Delivery::deduplication_id`](crate::Delivery::deduplication_id), else by its id; one that has
    /// neither, and whose body can be another event's too, is delivered unguarded.
    ///
    /// | what happened | the claim | the sender's retry |
    /// |---|---|---|
    /// | the inner service responded with 2xx | completed | 200, not handled again |
    /// | any other status, an error, a panic | released | handled |
    /// | the request was dropped before the inner service was called | released | handled |
    /// | the request was dropped while the inner service ran | kept until its lease ends, since the outcome is unknown | 409 until then |
    /// | the store did not take the completion | kept; with the feature `tokio` the completion is tried again | 200 by this process, 409 by others until the lease ends |
    ///
    /// With gRPC, a `grpc-status` in the head other than 0 releases the claim too; for one in trailers see
    /// [`settle_after_body`](Self::settle_after_body).
    ///
    /// With the feature `tokio`, on a Tokio runtime whose timer is enabled, the lease is renewed while the inner service's
    /// future is pending; without it a handler has to end within its lease.
    ///
    /// # Errors
    ///
    /// Those of [`Idempotency::validate`].
    pub fn idempotency<I2: IdempotencyStore>(
        self,
        idempotency: Idempotency<I2>,
    ) -> Result<WebhookLayer<E, B, I2>, ConfigError> {
        idempotency.validate()?;
        Ok(WebhookLayer::of(self.shared.with_idempotency(idempotency)))
    }

    /// Believes a success only when the response's body has ended, and not on its head. Default: on its head.
    ///
    /// For handlers that go on working while their response is streamed, and for gRPC, whose status can come in the trailers:
    /// a body that fails, or a `grpc-status` in the trailers other than 0, releases the claim; a body that is dropped midway
    /// keeps it until its lease ends. The lease is not renewed while the body is sent.
    pub fn settle_after_body(mut self) -> Self {
        self.shared.settling = SettlingTime::EndOfBody;
        self
    }

    /// Delivers a message whose id came before with another body, unguarded. Default: it is rejected with 422 as
    /// [`MessageIdReused`](crate::RejectionKind::MessageIdReused), since the sender has used one id for two messages, or
    /// writes a body anew for each attempt.
    pub fn danger_deliver_reused_ids(mut self) -> Self {
        self.shared.reused_ids = ReusedIds::Deliver;
        self
    }

    /// Responds to a handshake of the sender, such as [`provider::Handshake::slack`](crate::provider::Handshake::slack). Each
    /// call adds one. Default: none, and a handshake is a request like any other.
    ///
    /// One that carries no signature is responded to before the method is checked, from an allowed source address only; one
    /// that is signed once its signature is verified, before the message is claimed. Neither reaches the inner service.
    pub fn handshake(mut self, handshake: impl Handshake) -> Self {
        self.shared.handshakes.push(Arc::new(handshake));
        self
    }

    /// Disables enforcement: every request with a complete body within the limits reaches the inner service, even a
    /// forged one.
    ///
    /// For a roll-out: the verdict is in the request's extensions, a [`Delivery<E>`](crate::Delivery) or a
    /// [`Rejection`](crate::Rejection), and in the log and the metrics.
    pub fn danger_monitor_only(mut self) -> Self {
        self.shared.enforcement = Enforcement::MonitorOnly;
        self
    }

    /// Replaces the response to a rejection. Default: [`EmptyRejectionResponse`].
    ///
    /// A message that was handled before is no rejection to the sender: a closure is not asked about it, and the layer
    /// responds with 200.
    pub fn rejection_response(mut self, rejection_response: impl RejectionResponse) -> Self {
        self.shared.rejections = Arc::new(rejection_response);
        self
    }

    /// Gives every request whose signature is not verified the same response: that to a
    /// [`SignatureMismatch`](crate::RejectionKind::SignatureMismatch), 401 by default. Default: the status of its kind, from
    /// which an unauthenticated client can learn, for example, that its source address and header token are right.
    ///
    /// The time until the response still differs: the response to a rejected head comes before the body is read.
    pub fn uniform_rejections(mut self) -> Self {
        self.shared.unverified = Unverified::Alike;
        self
    }

    /// Runs each delivery in a task of its own once its inner service is called, so that a disconnect or a time-out outside
    /// of this layer neither cancels it nor leaves its outcome unknown. The last setting: it returns another layer.
    ///
    /// A request that is dropped before that point is cancelled as ever. A handler that panics leads to a 500, and its
    /// claim is released.
    #[cfg(feature = "tokio")]
    pub fn run_to_completion(self) -> RunToCompletion<Self> {
        RunToCompletion::new(self)
    }
}

impl<S, E, B, I: IdempotencyStore> Layer<S> for WebhookLayer<E, B, I> {
    type Service = WebhookService<S, E, B, I>;

    fn layer(&self, inner: S) -> Self::Service {
        let Shared {
            receiver,
            idempotency,
            ..
        } = &self.shared;
        if receiver.needs_idempotency() && !idempotency.store.is_enabled() {
            telemetry::replays_unguarded(receiver.scheme().name());
        }
        WebhookService::new(inner, Arc::new(self.shared.clone()))
    }
}

impl<E, B, I: Clone> Clone for WebhookLayer<E, B, I> {
    fn clone(&self) -> Self {
        Self::of(self.shared.clone())
    }
}

impl<E, B, I> fmt::Debug for WebhookLayer<E, B, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookLayer")
            .field("receiver", &self.shared.receiver)
            .field("observer", &self.shared.observer)
            .finish_non_exhaustive()
    }
}
