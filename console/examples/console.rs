//! The console with a few deliveries: what is right, what is rejected, and an inbox with a dead letter.
//!
//! `cargo run -p tower-webhook-console --example console`, then open the address that it prints. `PORT` sets the port,
//! 8092 by default.

use std::{convert::Infallible, env, error::Error, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    routing::{post, post_service},
};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tokio::net::TcpListener;
use tower::{Layer, ServiceExt, service_fn};
use tower_webhook::{
    Delivery, Idempotency, Receiver, Timestamp, WebhookLayer,
    idempotency::MemoryStore,
    inbox::{Enqueue, Inbox, Schedule, SqliteInbox, Target, Worker},
    testing::Signer,
    voyado,
};
use tower_webhook_console::{Console, Sample};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

async fn on_event(delivery: Delivery<voyado::Event>) {
    println!("handled {}", delivery.id());
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = env::var("PORT").map_or(Ok(8092), |port| port.parse())?;
    let receiver = Receiver::builder(SECRET).build()?;
    let directory = env::temp_dir().join(format!("tower-webhook-console-{}", std::process::id()));
    std::fs::create_dir_all(&directory)?;
    let inbox = SqliteInbox::open(directory.join("inbox.db"))?;

    let webhooks = WebhookLayer::new(receiver.clone())
        .decode::<voyado::Event>()
        .idempotency(Idempotency::new("console", MemoryStore::new(10_000)?))?;
    let enqueue = Enqueue::new(inbox.clone(), &receiver).targets(["crm"]);
    let storing = WebhookLayer::<Bytes>::new(receiver.clone()).layer(enqueue);
    let console = Console::builder(receiver.clone())
        .event::<voyado::Event>()
        .signer(Signer::new(SECRET)?)
        .samples(Sample::voyado())
        .inbox(Arc::new(inbox.clone()))
        .build();
    let app = Router::new()
        .route(
            "/webhooks",
            post(on_event).layer(webhooks).layer(console.layer()),
        )
        .route("/inbox", post_service(storing))
        .nest("/console", console.router());
    tokio::spawn(failing_worker(inbox.clone(), receiver)?.run(std::future::pending()));

    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("webhooks at http://{}/webhooks", listener.local_addr()?);
    println!("console at http://{}/console", listener.local_addr()?);
    deliver(&app.clone().with_state(())).await?;
    axum::serve(listener, app).await?;
    Ok(())
}

/// Handles what is in the inbox, in vain.
fn failing_worker(inbox: impl Inbox, receiver: Receiver) -> Result<Worker, Box<dyn Error>> {
    let crm = service_fn(async |_: Request<Full<Bytes>>| {
        let mut response = Response::new(());
        *response.status_mut() = http::StatusCode::UNPROCESSABLE_ENTITY;
        Ok::<_, Infallible>(response)
    });
    let worker = Worker::new(inbox, receiver, Target::new("crm", crm));
    Ok(worker
        .schedule(Schedule::from_seconds("0.2")?)
        .poll_interval(Duration::from_secs(1)))
}

/// What senders do, right and wrong.
async fn deliver(app: &Router) -> Result<(), Box<dyn Error>> {
    let (signer, stranger) = (Signer::new(SECRET)?, Signer::new(OTHER_SECRET)?);
    let now = Timestamp::from(std::time::SystemTime::now());
    let hours_ago = Timestamp::from_unix_seconds(now.unix_seconds() - 5 * 3600);
    let mut samples = voyado::EventType::ALL
        .iter()
        .map(|event_type| event_type.sample());
    let mut sample = || samples.next().unwrap_or("{}");

    let first = sample();
    let right = signer.request("msg_1", now, first);
    let twice = signer.request("msg_1", now, first);
    let other_secret = stranger.request("msg_2", now, sample());
    let old = signer.request("msg_3", hours_ago, sample());
    let unknown = signer.request(
        "msg_4",
        now,
        r#"{"eventType":"contact.adopted","payload":"<b>&</b>"}"#,
    );
    let (head, _) = signer
        .request("msg_5", now, r#"{"id": "5", "total": 1.50}"#)
        .into_parts();
    let reserialized = Request::from_parts(head, Full::from(r#"{"id":"5","total":1.50}"#));
    let another = signer.request("msg_6", now, sample());
    for request in [
        right,
        twice,
        other_secret,
        old,
        unknown,
        reserialized,
        another,
    ] {
        let mut request = request.map(Body::new);
        *request.uri_mut() = "/webhooks".parse()?;
        app.clone().oneshot(request).await?;
    }
    let mut stored = signer.request("msg_7", now, sample()).map(Body::new);
    *stored.uri_mut() = "/inbox".parse()?;
    app.clone().oneshot(stored).await?;
    Ok(())
}
