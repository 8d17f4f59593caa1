//! Sending a request to the handler again.

use std::{
    convert::Infallible,
    fmt,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use axum::body::Body;
use http::{Request, Response};
use tower_service::Service;

/// In the extensions of a request that the page sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FromConsole;

type Answering = Pin<Box<dyn Future<Output = Response<Body>> + Send>>;
type Call = Arc<dyn Fn(Request<Body>) -> Answering + Send + Sync>;

/// The service that the layer was put around last. Empty until then.
#[derive(Clone, Default)]
pub(crate) struct Handler(Arc<Mutex<Option<Call>>>);

impl Handler {
    pub(crate) fn set<S>(&self, service: S)
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>
            + Clone
            + Send
            + 'static,
        S::Future: Send,
    {
        // `Service` takes `&mut self`, and the router's services are not `Sync`: each call has a clone of its own.
        let service = Mutex::new(service);
        let call: Call = Arc::new(move |request| {
            let mut service = service
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone();
            Box::pin(async move {
                let ready = std::future::poll_fn(|cx| service.poll_ready(cx)).await;
                let Ok(()) = ready;
                let Ok(response) = service.call(request).await;
                response
            })
        });
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(call);
    }

    /// Sends a request through the layer to the handler; `None` if the layer is around none.
    pub(crate) fn send(&self, mut request: Request<Body>) -> Option<Answering> {
        request.extensions_mut().insert(FromConsole);
        let call = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        Some(call(request))
    }
}

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handler").finish_non_exhaustive()
    }
}
