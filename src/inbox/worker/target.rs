use std::{
    error::Error,
    fmt,
    future::poll_fn,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::{Extensions, Request, Response, response::Parts};
use http_body_util::Full;
use tower_service::Service;

use super::Schedule;
use crate::{
    error::rejection::Rejection, event::WebhookEvent, inbox::DEFAULT_TARGET, receiver::Verified,
};

/// Opens a verified request and puts the delivery into the extensions.
pub(super) type Open = fn(Verified, &mut Extensions) -> Result<(), Rejection>;

/// Calls the service: the head of its response, or its error's text.
pub(super) type Handler = dyn Fn(Request<Full<Bytes>>) -> Handling + Send + Sync;
pub(super) type Handling = Pin<Box<dyn Future<Output = Result<Parts, String>> + Send>>;

/// One system that takes deliveries, with its own attempts and dead letters.
#[must_use]
pub struct Target {
    pub(super) name: Arc<str>,
    pub(super) handler: Box<Handler>,
    pub(super) open: Option<Open>,
    pub(super) schedule: Option<Schedule>,
    pub(super) timeout: Duration,
}

impl Target {
    /// A target with a name, which [`Enqueue::targets`](crate::inbox::Enqueue::targets) has to have too, and the tower service that takes
    /// its deliveries.
    ///
    /// Of the response, the status and `retry-after` decide; the body is not read. The text of an error is stored
    /// as the reason, so it must not have a secret.
    pub fn new<S, ResBody>(name: impl Into<Arc<str>>, service: S) -> Self
    where
        S: Service<Request<Full<Bytes>>, Response = Response<ResBody>> + Clone + Send + 'static,
        S::Error: Into<Box<dyn Error + Send + Sync>>,
        S::Future: Send,
        ResBody: 'static,
    {
        // Services need not be `Sync`; it is locked only while it is cloned.
        let service = Mutex::new(service);
        let handler = move |request| -> Handling {
            let service = service
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone();
            Box::pin(call(service, request))
        };
        Self {
            name: name.into(),
            handler: Box::new(handler),
            open: None,
            schedule: None,
            timeout: Duration::from_secs(15 * 60),
        }
    }

    /// The event type that the service expects in its `Delivery<E>`. Default: that of the
    /// [worker](super::Worker::decode).
    pub fn decode<E: WebhookEvent>(mut self) -> Self {
        self.open = Some(open_into::<E>);
        self
    }

    /// The delays between the attempts. Default: those of the [worker](super::Worker::schedule).
    pub fn schedule(mut self, schedule: Schedule) -> Self {
        self.schedule = Some(schedule);
        self
    }

    /// How long an attempt may take; its future is then dropped, and the attempt has failed. Default: 15 minutes.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }
}

async fn call<S, ResBody>(mut service: S, request: Request<Full<Bytes>>) -> Result<Parts, String>
where
    S: Service<Request<Full<Bytes>>, Response = Response<ResBody>>,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let text = |error: S::Error| error.into().to_string();
    poll_fn(|cx| service.poll_ready(cx)).await.map_err(text)?;
    let response = service.call(request).await.map_err(text)?;
    Ok(response.into_parts().0)
}

pub(super) fn open_into<E: WebhookEvent>(
    verified: Verified,
    extensions: &mut Extensions,
) -> Result<(), Rejection> {
    extensions.insert(verified.open::<E>()?);
    Ok(())
}

/// A service alone is the target [`DEFAULT_TARGET`].
impl<S, ResBody> From<S> for Target
where
    S: Service<Request<Full<Bytes>>, Response = Response<ResBody>> + Clone + Send + 'static,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    S::Future: Send,
    ResBody: 'static,
{
    fn from(service: S) -> Self {
        Self::new(DEFAULT_TARGET, service)
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("name", &self.name)
            .field("schedule", &self.schedule)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
