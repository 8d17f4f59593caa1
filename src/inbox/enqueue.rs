use std::{
    any::type_name,
    convert::Infallible,
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Request, Response, StatusCode,
    header::{CONTENT_TYPE, RETRY_AFTER},
    request::Parts,
};
use http_body_util::Full;
use tower_service::Service;

use super::{
    Accepted, DEFAULT_ENDPOINT, DEFAULT_TARGET, HeaderLines, Inbox, InboxError, StoredRequest,
    telemetry,
};
use crate::{
    event::WebhookEvent,
    idempotency::OwnerToken,
    receiver::{Receiver, delivery::Delivery},
};

/// When the sender should come back to an inbox that cannot store, in seconds.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("5");

/// Responds to a delivery once it is stored: a tower service for the place of the handler, behind
/// [`WebhookLayer`](crate::WebhookLayer).
///
/// | response | means |
/// |---|---|
/// | 202 | stored, on disk |
/// | 200 | its message was stored before, whether it is handled already or not |
/// | 422 | another body was stored under the same id; this one is not |
/// | 500 | there is no `Delivery<E>`: the layer is missing or decodes another type (logged) |
/// | 503 with `retry-after` | the inbox cannot store (logged) |
///
/// `E` is the event type of the layer. The best is the default, `Bytes`: an event that does not parse is then stored and becomes
/// a dead letter that the operator sees, where otherwise the sender would be told to try again.
#[must_use]
pub struct Enqueue<E = Bytes> {
    shared: Arc<Shared<E>>,
}

struct Shared<E> {
    inbox: Arc<dyn Inbox>,
    endpoint: String,
    targets: Arc<[Arc<str>]>,
    headers: Vec<HeaderName>,
    order_key: Option<OrderKey<E>>,
}

type OrderKey<E> = Arc<dyn Fn(&Delivery<E>) -> Option<String> + Send + Sync>;

impl Enqueue {
    /// Stores in `inbox` what `receiver`'s layer lets through, for the target [`DEFAULT_TARGET`].
    ///
    /// Stored are the headers that the receiver's signatures need and `content-type`, and no others: a header token never gets into
    /// the store. Of a sender of plain tokens (`provider::…_token_unsigned`) the token is what is verified again, and is stored.
    pub fn new(inbox: impl Inbox, receiver: &Receiver) -> Self {
        let mut headers = receiver.scheme().headers();
        if !headers.contains(&CONTENT_TYPE) {
            headers.push(CONTENT_TYPE);
        }
        Self {
            shared: Arc::new(Shared {
                inbox: Arc::new(inbox),
                endpoint: DEFAULT_ENDPOINT.to_owned(),
                targets: [DEFAULT_TARGET.into()].into(),
                headers,
                order_key: None,
            }),
        }
    }

    /// Names the event type of the layer. Default: `Bytes`. An [order](Enqueue::order_by) is named after it.
    pub fn decode<E: WebhookEvent>(self) -> Enqueue<E> {
        let Shared {
            inbox,
            endpoint,
            targets,
            headers,
            order_key: _,
        } = Arc::unwrap_or_clone(self.shared);
        Enqueue {
            shared: Arc::new(Shared {
                inbox,
                endpoint,
                targets,
                headers,
                order_key: None,
            }),
        }
    }
}

impl<E: WebhookEvent> Enqueue<E> {
    /// Names the endpoint, where several share an inbox: ids are unique within it, and its [`Worker`](super::Worker) claims
    /// only what it accepted. Default: [`DEFAULT_ENDPOINT`].
    pub fn endpoint(self, endpoint: impl Into<String>) -> Self {
        self.with(|shared| shared.endpoint = endpoint.into())
    }

    /// Names the targets, each with a fate of its own: those of the [`Worker`](super::Worker). A name without a worker
    /// waits for one. Default, also if none is named: [`DEFAULT_TARGET`] alone, so that nothing is stored without a target.
    pub fn targets<T: Into<Arc<str>>>(self, targets: impl IntoIterator<Item = T>) -> Self {
        let mut targets: Vec<Arc<str>> = targets.into_iter().map(Into::into).collect();
        if targets.is_empty() {
            targets.push(DEFAULT_TARGET.into());
        }
        self.with(|shared| shared.targets = targets.into())
    }

    /// Stores one more header, for a [`SecretSource`](crate::receiver::SecretSource) that reads it. Not one with a secret.
    pub fn store_header(self, name: HeaderName) -> Self {
        self.with(|shared| {
            if !shared.headers.contains(&name) {
                shared.headers.push(name);
            }
        })
    }

    /// Keeps the order of messages with the same key, such as a contact: at each target, the next is handled when the one before it
    /// is done or dead. Default: no order is kept. Returning `None` keeps none for a message.
    pub fn order_by(
        self,
        key: impl Fn(&Delivery<E>) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.with(|shared| shared.order_key = Some(Arc::new(key)))
    }

    /// What is stored of a delivery, for a handler that accepts it itself: as a part of its own transaction, for example.
    pub fn stored_request(&self, parts: &Parts, delivery: &Delivery<E>) -> StoredRequest {
        self.shared.stored_request(parts, delivery)
    }

    /// The names of the targets.
    pub fn target_names(&self) -> &[Arc<str>] {
        &self.shared.targets
    }

    fn with(self, change: impl FnOnce(&mut Shared<E>)) -> Self {
        let mut shared = Arc::unwrap_or_clone(self.shared);
        change(&mut shared);
        Self {
            shared: Arc::new(shared),
        }
    }
}

impl<E: WebhookEvent> Shared<E> {
    fn stored_request(&self, parts: &Parts, delivery: &Delivery<E>) -> StoredRequest {
        StoredRequest {
            endpoint: self.endpoint.clone(),
            tenant: delivery.tenant().unwrap_or_default().to_owned(),
            message_id: stored_id(delivery),
            event_type: delivery.event().event_type().map(ToOwned::to_owned),
            order_key: self.order_key.as_ref().and_then(|key| key(delivery)),
            timestamp: delivery.timestamp(),
            uri: parts
                .uri
                .path_and_query()
                .map_or("/", |path| path.as_str())
                .to_owned(),
            headers: HeaderLines::select(&parts.headers, &self.headers),
            body: delivery.body().clone(),
        }
    }

    async fn accept(&self, request: StoredRequest) -> Response<Full<Bytes>> {
        let id = request.message_id.clone();
        let accepted = self.inbox.accept(request, &self.targets).await;
        response(&id, accepted)
    }
}

/// What the message is known by in the inbox. Where nothing tells two deliveries apart, each has an id of its own: a
/// [`MessageId`](crate::MessageId) and, after a dot, a random number.
fn stored_id<E>(delivery: &Delivery<E>) -> String {
    match delivery.claimable_id() {
        Some(id) => id.as_str().to_owned(),
        None => format!("{}.{}", delivery.id(), OwnerToken::random()),
    }
}

fn response(id: &str, accepted: Result<Accepted, InboxError>) -> Response<Full<Bytes>> {
    match accepted {
        Ok(Accepted::Stored) => status(StatusCode::ACCEPTED),
        Ok(Accepted::Duplicate) => status(StatusCode::OK),
        Ok(Accepted::OtherBody) => {
            telemetry::other_body(id);
            status(StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(error) => {
            telemetry::not_stored(id, &error);
            let mut response = status(StatusCode::SERVICE_UNAVAILABLE);
            response
                .headers_mut()
                .insert(RETRY_AFTER, RETRY_AFTER_SECONDS);
            response
        }
    }
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}

impl<E: WebhookEvent, B> Service<Request<B>> for Enqueue<E> {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (parts, _) = request.into_parts();
        let Some(delivery) = parts.extensions.get::<Delivery<E>>() else {
            telemetry::missing_delivery(type_name::<E>());
            return Box::pin(async { Ok(status(StatusCode::INTERNAL_SERVER_ERROR)) });
        };
        let request = self.shared.stored_request(&parts, delivery);
        let shared = Arc::clone(&self.shared);
        Box::pin(async move { Ok(shared.accept(request).await) })
    }
}

impl<E> Clone for Enqueue<E> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<E> Clone for Shared<E> {
    fn clone(&self) -> Self {
        Self {
            inbox: Arc::clone(&self.inbox),
            endpoint: self.endpoint.clone(),
            targets: Arc::clone(&self.targets),
            headers: self.headers.clone(),
            order_key: self.order_key.clone(),
        }
    }
}

impl<E> fmt::Debug for Enqueue<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Enqueue")
            .field("endpoint", &self.shared.endpoint)
            .field("targets", &self.shared.targets)
            .finish_non_exhaustive()
    }
}
