//! What is served.

use std::{error::Error, sync::Arc};

use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
    routing::{MethodRouter, post, post_service},
};
use bytes::Bytes;
use tower_webhook::{
    ConfigError, Delivery, Receiver, WebhookLayer,
    event::WebhookEvent,
    inbox::{Target, Worker},
    provider::{Handshake, Preset},
    receiver::PeerAddr,
    voyado,
};

use crate::{
    explain,
    inbox::{self, Inbox},
    output::{self, Output},
    server::Throttle,
    settings::{PATH, Sender, Store},
};

/// How much of a path is logged.
const LOGGED_CHARS: usize = 100;

/// What is served, and what works beside it.
pub(crate) struct Routes {
    pub(crate) router: Router,
    /// Hands on what the inbox has stored.
    pub(crate) worker: Option<Worker>,
}

/// What the routes have in common.
pub(crate) struct Endpoint {
    pub(crate) sender: Sender,
    pub(crate) handshakes: Vec<Handshake>,
    pub(crate) receiver: Receiver,
    pub(crate) store: Store,
    pub(crate) inbox: Option<Inbox>,
    /// Whether rejections are explained in the log.
    pub(crate) explain: bool,
}

/// The routes of the sender, with every check that is configured.
pub(crate) fn routes(mut endpoint: Endpoint) -> Result<Routes, Box<dyn Error>> {
    let paths = endpoint.sender.paths();
    let is_typed = endpoint.sender.preset.is_none();
    let (route, worker) = match endpoint.inbox.take() {
        None if is_typed => (endpoint.guard::<voyado::Envelope>(printer(is_typed))?, None),
        None => (endpoint.guard::<Bytes>(printer(is_typed))?, None),
        // As it is: an event that cannot be opened is stored too, and found among the dead letters.
        Some(inbox) if endpoint.receiver.validate_event_type::<Bytes>().is_ok() => {
            endpoint.store::<Bytes>(inbox)?
        }
        // With REQUIRE_ENCRYPTION, what is stored has to open.
        Some(inbox) => endpoint.store::<voyado::Envelope>(inbox)?,
    };
    let router = paths
        .iter()
        .fold(Router::new(), |router, path| {
            router.route(path, route.clone())
        })
        .fallback(wrong_path);
    Ok(Routes {
        router: router.with_state(Arc::new(Throttle::default())),
        worker,
    })
}

/// Prints deliveries, typed or as they are.
fn printer(is_typed: bool) -> MethodRouter {
    let output = Output::new();
    if is_typed {
        post(on_event).with_state(output)
    } else {
        post(on_untyped_event).with_state(output)
    }
}

/// A route behind every check.
type Guarded = MethodRouter<Arc<Throttle>>;

impl Endpoint {
    /// Stores deliveries; the worker prints or forwards them.
    fn store<E: WebhookEvent>(
        self,
        inbox: Inbox,
    ) -> Result<(Guarded, Option<Worker>), Box<dyn Error>> {
        let preset = self.sender.preset;
        let print = Target::new(inbox::PRINT, printer(preset.is_none()));
        let print = match preset {
            None => print.decode::<voyado::Envelope>(),
            Some(_) => print.decode::<Bytes>(),
        };
        let name = preset.map_or(inbox::ENGAGE, Preset::slug);
        let (enqueue, worker) = inbox.parts::<E>(name, &self.receiver, print)?;
        let route = self.guard::<E>(post_service(enqueue))?;
        Ok((route, Some(worker)))
    }

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
