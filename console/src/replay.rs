//! Sending a request to the handler again.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use axum::body::Body;
use http::{Request, Response};

/// In the extensions of a request that the page sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FromConsole {
    /// To a handler that is known.
    Sent,
    /// To a service that may be the router's own response.
    Probe,
}

/// A service that the layer was put around.
pub(crate) trait Target: fmt::Debug + Send + Sync + 'static {
    /// Sends a request through the layer to the handler.
    fn send(
        self: Arc<Self>,
        request: Request<Body>,
    ) -> Pin<Box<dyn Future<Output = Response<Body>> + Send>>;
}

/// Sends a request as one from the page.
pub(crate) async fn send(
    target: Arc<dyn Target>,
    mut request: Request<Body>,
    mark: FromConsole,
) -> Response<Body> {
    request.extensions_mut().insert(mark);
    target.send(request).await
}
