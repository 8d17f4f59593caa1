//! How long a request may take, so that nobody holds a connection for ever.

use std::time::{Duration, Instant};

use axum::{
    Router,
    extract::Request,
    http::StatusCode,
    middleware::{Next, from_fn},
    response::Response,
};
use tower_http::timeout::{RequestBodyDeadlineLayer, TimeoutLayer};
use tower_webhook::{Rejection, RejectionKind};

/// For the head to arrive, and for a connection to be idle.
pub(crate) const HEAD: Duration = Duration::from_secs(10);
/// For the body to arrive. Shorter than the whole, so that there is time left for the handler.
const BODY: Duration = Duration::from_secs(10);
/// For the body and the handler: senders give up after 15 seconds, which include connecting.
const REQUEST: Duration = Duration::from_secs(13);
/// For a peer to take what is written to it.
pub(crate) const WRITE: Duration = Duration::from_secs(10);

/// The router within its time-outs; those of the head and of writing are the connection's.
pub(crate) fn within(router: Router) -> Router {
    router
        .layer(RequestBodyDeadlineLayer::new(BODY))
        .layer(from_fn(late_body_is_408))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            REQUEST,
        ))
}

/// The webhook layer answers 400 to a body without an end, be it that it broke off or that it was late.
async fn late_body_is_408(request: Request, next: Next) -> Response {
    let start = Instant::now();
    let mut response = next.run(request).await;
    let rejection = response.extensions().get().map(Rejection::kind);
    if rejection == Some(RejectionKind::BodyIncomplete) && start.elapsed() >= BODY {
        *response.status_mut() = StatusCode::REQUEST_TIMEOUT;
    }
    response
}
