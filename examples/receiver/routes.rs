//! What is served.

use std::{io, sync::Arc};

use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
    routing::post,
};
use tower_webhook::{ConfigError, Delivery, PeerAddr, Receiver, WebhookLayer, voyado};

use crate::{
    output::{self, Output},
    server::Throttle,
    settings::Store,
};

const PATH: &str = "/webhooks/engage";
/// How much of a path is logged.
const LOGGED_CHARS: usize = 100;

/// One route, with every check that is configured.
pub(crate) fn router(receiver: Receiver, store: Store) -> Result<Router, ConfigError> {
    let layer = WebhookLayer::new(receiver).decode::<voyado::Envelope>();
    let route = post(on_event).with_state(Output::new());
    // A line that is being written when the sender leaves is written to its end, and its message is not handled again.
    let route = match store {
        Store::Off => route.layer(layer.run_to_completion()),
        Store::Memory(once) => route.layer(layer.idempotency(once)?.run_to_completion()),
        Store::Redis(once) => route.layer(layer.idempotency(once)?.run_to_completion()),
    };
    let router = Router::new().route(PATH, route).fallback(wrong_path);
    Ok(router.with_state(Arc::new(Throttle::default())))
}

/// Answers 204 when the line is out, and 500 if it cannot be written: the sender tries again. The layer logs either.
async fn on_event(
    State(output): State<Output>,
    delivery: Delivery<voyado::Envelope>,
) -> StatusCode {
    match print(&output, &delivery).await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(error) => {
            tracing::error!(%error, "not written");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

async fn print(output: &Output, delivery: &Delivery<voyado::Envelope>) -> io::Result<()> {
    let line = output::line(delivery)?;
    output.write(line).await
}

/// A sender that was told a wrong address is found here, since nothing else logs it.
async fn wrong_path(State(log): State<Arc<Throttle>>, request: Request) -> StatusCode {
    if let Some(left_out) = log.admit() {
        let path: String = request.uri().path().chars().take(LOGGED_CHARS).collect();
        let peer = request.extensions().get().map(|PeerAddr(peer)| peer);
        tracing::warn!(method = %request.method(), ?path, ?peer, left_out, "wrong path: webhooks go to {PATH}");
    }
    StatusCode::NOT_FOUND
}
