//! What is served.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
    routing::{MethodRouter, post},
};
use bytes::Bytes;
use tower_webhook::{
    ConfigError, Delivery, PeerAddr, Receiver, WebhookEvent, WebhookLayer, provider::Handshake,
    voyado,
};

use crate::{
    explain,
    output::{self, Output},
    server::Throttle,
    settings::{PATH, Sender, Store},
};

/// How much of a path is logged.
const LOGGED_CHARS: usize = 100;

/// What the routes have in common.
pub(crate) struct Endpoint {
    pub(crate) sender: Sender,
    pub(crate) handshakes: Vec<Handshake>,
    pub(crate) receiver: Receiver,
    pub(crate) store: Store,
    /// Whether rejections are explained in the log.
    pub(crate) explain: bool,
}

/// The routes of the sender, with every check that is configured.
pub(crate) fn router(endpoint: Endpoint) -> Result<Router, ConfigError> {
    let paths = endpoint.sender.paths();
    let output = Output::new();
    let route = match endpoint.sender.preset {
        None => endpoint.guard::<voyado::Envelope>(post(on_event).with_state(output))?,
        Some(_) => endpoint.guard::<Bytes>(post(on_untyped_event).with_state(output))?,
    };
    let router = paths
        .iter()
        .fold(Router::new(), |router, path| {
            router.route(path, route.clone())
        })
        .fallback(wrong_path);
    Ok(router.with_state(Arc::new(Throttle::default())))
}

impl Endpoint {
    fn guard<E: WebhookEvent>(
        self,
        route: MethodRouter,
    ) -> Result<MethodRouter<Arc<Throttle>>, ConfigError> {
        let layer = WebhookLayer::new(self.receiver.clone()).decode::<E>();
        let layer = self
            .handshakes
            .into_iter()
            .fold(layer, WebhookLayer::handshake);
        // A line that is being written when the sender leaves is written to its end, and its message is not handled again.
        let route = match self.store {
            Store::Off => route.layer(layer.run_to_completion()),
            Store::Memory(once) => route.layer(layer.idempotency(once)?.run_to_completion()),
            Store::Redis(once) => route.layer(layer.idempotency(once)?.run_to_completion()),
        };
        let route = if self.explain {
            explain::rejections_of::<E>(route, self.receiver)
        } else {
            route
        };
        Ok(route.with_state(()))
    }
}

/// Answers 204 when the line is out, and 500 if it cannot be written: the sender tries again. The layer logs either.
async fn on_event(
    State(output): State<Output>,
    delivery: Delivery<voyado::Envelope>,
) -> StatusCode {
    print(&output, output::line(&delivery)).await
}

/// As [`on_event`].
async fn on_untyped_event(State(output): State<Output>, delivery: Delivery<Bytes>) -> StatusCode {
    print(&output, output::untyped_line(&delivery)).await
}

async fn print(output: &Output, line: serde_json::Result<Vec<u8>>) -> StatusCode {
    let printed = match line {
        Ok(line) => output.write(line).await,
        Err(error) => Err(error.into()),
    };
    match printed {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(error) => {
            tracing::error!(%error, "not written");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
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
