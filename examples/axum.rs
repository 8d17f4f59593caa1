//! The layer on a route of an axum router.
//!
//! ```sh
//! cargo run --example axum
//! ```
//!
//! Starts the server on a free loopback port, sends it one genuine delivery, the same once more, and a forged one, and
//! prints the responses: 204, 200 (it was handled before) and 401.

use std::{error::Error, net::SocketAddr, time::SystemTime};

use axum::{Router, extract::State, http::StatusCode, routing::post};
use tokio::net::TcpListener;
use tower_webhook::{
    ConfigError, Delivery, Idempotency, Receiver, Timestamp, WebhookLayer,
    idempotency::MemoryStore,
    testing::Signer,
    voyado::{Event, EventType},
};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const FORGED_SECRET: &str = "whsec_Zm9yZ2VkIGZvcmdlZCBmb3JnZWQ=";

/// What the handlers share: pools, clients, settings.
#[derive(Clone)]
pub struct App {
    name: &'static str,
}

/// The application's routes.
///
/// # Errors
///
/// A configuration that the layer does not take.
pub fn app(secret: &str) -> Result<Router, ConfigError> {
    let receiver = Receiver::builder([secret]).build()?;
    let idempotency = Idempotency::new("engage", MemoryStore::new(100_000)?);
    let webhooks = WebhookLayer::new(receiver)
        .decode::<Event>()
        .idempotency(idempotency)?;
    Ok(Router::new()
        .route("/webhooks/engage", post(on_event).layer(webhooks))
        .route("/health", axum::routing::get(|| async { "well" }))
        .with_state(App { name: "crm" }))
}

/// Reached by genuine deliveries alone. A 2xx says that the event is handled; after anything else the sender tries again.
async fn on_event(State(app): State<App>, delivery: Delivery<Event>) -> StatusCode {
    match delivery.event() {
        Event::ContactCreated(contact) | Event::ContactUpdated(contact) => {
            println!("{}: store the contact {}", app.name, contact.contact_id);
            StatusCode::NO_CONTENT
        }
        other => {
            println!("{}: nothing to do for {}", app.name, other.event_type());
            StatusCode::NO_CONTENT
        }
    }
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(axum::serve(listener, app(SECRET)?).into_future());

    let genuine = send(address, SECRET, "msg_1").await?;
    println!("genuine: {genuine}");
    let again = send(address, SECRET, "msg_1").await?;
    println!("the same once more: {again}");
    let forged = send(address, FORGED_SECRET, "msg_2").await?;
    println!("forged: {forged}");
    if (genuine.as_u16(), again.as_u16(), forged.as_u16()) == (204, 200, 401) {
        Ok(())
    } else {
        Err("not the responses that were expected".into())
    }
}

/// Sends one delivery as the sender would.
async fn send(address: SocketAddr, secret: &str, id: &str) -> Result<StatusCode, Box<dyn Error>> {
    let now = Timestamp::from(SystemTime::now());
    let body = EventType::ContactCreated.sample();
    let signed = Signer::new(secret)?.request(id, now, body);
    let response = reqwest::Client::new()
        .post(format!("http://{address}/webhooks/engage"))
        .headers(signed.headers().clone())
        .body(body)
        .send()
        .await?;
    Ok(response.status())
}
