//! What is served.

use std::{error::Error, io, sync::Arc};

use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
    routing::{MethodRouter, post, post_service},
};
use bytes::Bytes;
use tower_webhook::{
    ConfigError, Delivery, PeerAddr, Receiver, WebhookEvent, WebhookLayer,
    inbox::{Target, Worker},
    voyado,
};

use crate::{
    inbox::{self, Inbox},
    output::{self, Output},
    server::Throttle,
    settings::Store,
};

const PATH: &str = "/webhooks/engage";
/// How much of a path is logged.
const LOGGED_CHARS: usize = 100;

/// What is served, and what works beside it.
pub(crate) struct Routes {
    pub(crate) router: Router,
    /// Hands on what the inbox has stored.
    pub(crate) worker: Option<Worker>,
}

/// One route, with every check that is configured.
pub(crate) fn routes(
    receiver: Receiver,
    store: Store,
    inbox: Option<Inbox>,
) -> Result<Routes, Box<dyn Error>> {
    let (route, worker) = match inbox {
        None => (
            guarded::<voyado::Envelope>(printer(), receiver, store)?,
            None,
        ),
        // As it is: an event that cannot be opened is stored too, and found among the dead letters.
        Some(inbox) if receiver.validate_event_type::<Bytes>().is_ok() => {
            stored::<Bytes>(inbox, receiver, store)?
        }
        // With REQUIRE_ENCRYPTION, what is stored has to open.
        Some(inbox) => stored::<voyado::Envelope>(inbox, receiver, store)?,
    };
    let router = Router::new().route(PATH, route).fallback(wrong_path);
    Ok(Routes {
        router: router.with_state(Arc::new(Throttle::default())),
        worker,
    })
}

fn printer<S>() -> MethodRouter<S> {
    post(on_event).with_state(Output::new())
}

type Guarded = MethodRouter<Arc<Throttle>>;

/// Stores deliveries; the worker prints or forwards them.
fn stored<E: WebhookEvent>(
    inbox: Inbox,
    receiver: Receiver,
    store: Store,
) -> Result<(Guarded, Option<Worker>), Box<dyn Error>> {
    let print = Target::new(inbox::PRINT, printer::<()>()).decode::<voyado::Envelope>();
    let (enqueue, worker) = inbox.parts::<E>(&receiver, print)?;
    let route = guarded::<E>(post_service(enqueue), receiver, store)?;
    Ok((route, Some(worker)))
}

fn guarded<E: WebhookEvent>(
    route: Guarded,
    receiver: Receiver,
    store: Store,
) -> Result<Guarded, ConfigError> {
    let layer = WebhookLayer::new(receiver).decode::<E>();
    // A line that is being written when the sender leaves is written to its end, and its message is not handled again.
    Ok(match store {
        Store::Off => route.layer(layer.run_to_completion()),
        Store::Memory(once) => route.layer(layer.idempotency(once)?.run_to_completion()),
        Store::Redis(once) => route.layer(layer.idempotency(once)?.run_to_completion()),
    })
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
