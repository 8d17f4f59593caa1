//! What is served: the page, and everything else for deliveries.

use std::{io, sync::Arc, time::Instant};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use bytes::Bytes;
use http::{StatusCode, request::Parts};
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
};
use tower_webhook::{Delivery, Receiver, Rejection, WebhookLayer, provider::Handshake};
use tower_webhook_console::Console;

use super::{
    CONSOLE,
    forward::{Forward, Forwarded},
    record::{Record, Records, Verdict},
};

/// As much as a receiver reads.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// What the routes need.
pub(super) struct Serving {
    pub(super) receiver: Receiver,
    pub(super) handshake: Option<Handshake>,
    pub(super) console: Console,
    pub(super) forward: Option<Forward>,
    pub(super) records: Arc<Records>,
}

#[derive(Clone)]
struct Recorder {
    receiver: Receiver,
    records: Arc<Records>,
}

/// SIGINT and SIGTERM, noticed from when it is made.
pub(super) struct Ending {
    interrupt: Signal,
    terminate: Signal,
}

impl Ending {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }
}

/// Serves until the end.
pub(super) async fn serve(
    listener: TcpListener,
    serving: Serving,
    mut ending: Ending,
) -> io::Result<()> {
    let Serving {
        receiver,
        handshake,
        console,
        forward,
        records,
    } = serving;
    let recorder = Recorder {
        receiver: receiver.clone(),
        records,
    };
    let mut webhooks = WebhookLayer::new(receiver);
    if let Some(handshake) = handshake {
        webhooks = webhooks.handshake(handshake);
    }
    let deliveries: Router = Router::new()
        .fallback(deliver)
        .with_state(forward)
        .layer(webhooks)
        .layer(middleware::from_fn_with_state(recorder, record))
        .layer(console.layer());
    let app = Router::new()
        .nest(CONSOLE, console.router())
        .route(
            &format!("{CONSOLE}/"),
            get(|| async { Redirect::permanent(CONSOLE) }),
        )
        .fallback_service(deliveries);
    tokio::select! {
        served = async { axum::serve(listener, app).await } => served,
        // The event stream of an open page never ends: what is in flight is not waited for.
        _ = ending.interrupt.recv() => Ok(()),
        _ = ending.terminate.recv() => Ok(()),
    }
}

/// Responds with the target's response, or 200.
async fn deliver(State(forward): State<Option<Forward>>, request: Request) -> Response {
    let delivery: Option<Delivery<Bytes>> = request.extensions().get().cloned();
    let Some(delivery) = delivery else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = match forward {
        Some(forward) => {
            let (head, _) = request.into_parts();
            forward.pass_on(&head, delivery.body().clone()).await
        }
        None => StatusCode::OK.into_response(),
    };
    response.extensions_mut().insert(delivery);
    response
}

/// Notes what came and what became of it.
async fn record(State(recorder): State<Recorder>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY_BYTES).await else {
        let record = Record::new(&head, Bytes::new(), StatusCode::PAYLOAD_TOO_LARGE);
        recorder
            .records
            .push(record.rejected("body_too_large", Vec::new()));
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let request = Request::from_parts(head.clone(), Body::from(body.clone()));
    let response = next.run(request).await;
    let mut record = Record::new(&head, body.clone(), response.status());
    record.duration = started.elapsed();
    let extensions = response.extensions();
    if let Some(Forwarded(forwarded)) = extensions.get() {
        record.forwarded = Some(forwarded.clone());
    }
    if let Some(delivery) = extensions.get::<Delivery<Bytes>>() {
        record.verdict = Verdict::Verified;
        record.message_id = Some(delivery.id().to_string());
        if let Some(event_type) = delivery.event_type() {
            record.event_type = Some(event_type.to_owned());
        }
    } else if let Some(rejection) = extensions.get::<Rejection>() {
        let kind = rejection.kind().as_str();
        record = record.rejected(kind, causes(recorder.receiver, head, body).await);
    } else {
        record.verdict = Verdict::Handshake;
    }
    recorder.records.push(record);
    response
}

/// Why it was rejected, a line each.
async fn causes(receiver: Receiver, head: Parts, body: Bytes) -> Vec<String> {
    // It hashes the body some hundred times.
    let explaining = tokio::task::spawn_blocking(move || receiver.explain(&head, &body));
    let Ok(explanation) = explaining.await else {
        return Vec::new();
    };
    let causes = explanation.causes().iter();
    causes
        .map(|cause| format!("{}: {} {}", cause.kind(), cause.proof(), cause.cure()))
        .collect()
}
