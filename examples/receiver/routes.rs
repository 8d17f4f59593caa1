//! What is served.

use std::{io, sync::Arc};

use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
    routing::post,
};
use tower_webhook::{Delivery, Idempotency, PeerAddr, Receiver, WebhookLayer, voyado};

use crate::{
    output::{self, Output},
    server::Throttle,
    settings::Store,
};

const PATH: &str = "/webhooks/engage";
/// How much of a path is logged.
const LOGGED_CHARS: usize = 100;

/// One route, with every check that is configured.
pub(crate) fn router(receiver: Receiver, store: Store) -> Router {
    let layer = WebhookLayer::<voyado::Envelope>::new(receiver);
    let route = post(on_event).with_state(Output::new());
    let route = match store {
        Store::Off => route.layer(layer),
        Store::Memory(scope, store) => {
            route.layer(layer.idempotency(Idempotency::new(store).scope(scope)))
        }
        Store::Redis(scope, store) => {
            route.layer(layer.idempotency(Idempotency::new(store).scope(scope)))
        }
    };
    Router::new()
        .route(PATH, route)
        .fallback(wrong_path)
        .with_state(Arc::new(Throttle::default()))
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
