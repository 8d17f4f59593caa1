//! Five senders on one router: each has its scheme, its secrets and its route; they share a store.
//!
//! ```sh
//! cargo run --example many_senders
//! ```
//!
//! Starts the server on a free loopback port and sends it what each of them would: a genuine delivery (204), the same once
//! more (200, it was handled before) and a forged one (401); then Slack's handshake, which the layer responds to.

use std::{error::Error, net::SocketAddr, time::SystemTime};

use axum::{Router, http::StatusCode, routing::post};
use bytes::Bytes;
use serde::Deserialize;
use tokio::net::TcpListener;
use tower_webhook::{
    ConfigError, Delivery, Idempotency, Json, Receiver, Timestamp, WebhookLayer,
    event::WebhookEvent,
    idempotency::MemoryStore,
    layer::RequestBody,
    provider::{self, Handshake},
    receiver::ReceiverBuilder,
    scheme::Scheme,
    testing::Signer,
};

/// In an application these come from its configuration.
const GITHUB_SECRET: &str = "It's a Secret to Everybody";
const STRIPE_SECRET: &str = "whsec_of_the_endpoint";
const SLACK_SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
/// Klarna names the key that signed.
const KLARNA_SECRET: &str = "krn-key-1=the signing key";
const SQUARE_SECRET: &str = "the signature key";
/// Square signs the URL too: the one that is registered there, whatever the proxies in front make of it.
const SQUARE_URL: &str = "https://shop.example/webhooks/square";

/// The part of a Stripe event that the application needs.
#[derive(Clone, Debug, Deserialize)]
pub struct StripeEvent {
    id: String,
    #[serde(rename = "type")]
    event_type: String,
}

/// The application's routes.
///
/// # Errors
///
/// A configuration that a layer does not take.
pub fn app() -> Result<Router, ConfigError> {
    let store = MemoryStore::new(100_000)?;
    let github = Receiver::builder(GITHUB_SECRET).scheme(provider::github());
    let stripe = Receiver::builder(STRIPE_SECRET).scheme(provider::stripe());
    let slack = Receiver::builder(SLACK_SECRET).scheme(provider::slack());
    let klarna = Receiver::builder(KLARNA_SECRET).scheme(provider::klarna());
    let square = Receiver::builder(SQUARE_SECRET).scheme(provider::square(SQUARE_URL));
    Ok(Router::new()
        .route(
            "/webhooks/github",
            post(on_event).layer(layer::<Bytes>("github", github, &store)?),
        )
        .route(
            "/webhooks/stripe",
            post(on_stripe).layer(layer::<Json<StripeEvent>>("stripe", stripe, &store)?),
        )
        .route(
            "/webhooks/slack",
            post(on_event)
                .layer(layer::<Bytes>("slack", slack, &store)?.handshake(Handshake::slack())),
        )
        .route(
            "/webhooks/klarna",
            post(on_event).layer(layer::<Bytes>("klarna", klarna, &store)?),
        )
        .route(
            "/webhooks/square",
            post(on_event).layer(layer::<Bytes>("square", square, &store)?),
        ))
}

/// What the five have in common. Three of them sign no time, so that a captured request could be sent again for ever if the
/// store did not remember it; each has a scope of its own in it.
fn layer<E: WebhookEvent>(
    name: &'static str,
    receiver: ReceiverBuilder,
    store: &MemoryStore,
) -> Result<WebhookLayer<E, RequestBody, MemoryStore>, ConfigError> {
    WebhookLayer::new(receiver.deduplicated().build()?)
        .name(name)
        .decode::<E>()
        .idempotency(Idempotency::new(name, store.clone()))
}

/// Of an event whose type the application does not need, the body is enough.
async fn on_event(delivery: Delivery<Bytes>) -> StatusCode {
    let event_type = delivery.event_type().unwrap_or("an event");
    println!("  handled: {event_type}, {} bytes", delivery.event().len());
    StatusCode::NO_CONTENT
}

async fn on_stripe(delivery: Delivery<Json<StripeEvent>>) -> StatusCode {
    let Json(event) = delivery.event();
    println!("  handled: {}, {}", event.event_type, event.id);
    StatusCode::NO_CONTENT
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(axum::serve(listener, app()?).into_future());

    for (name, scheme, secret, body) in [
        (
            "github",
            provider::github(),
            GITHUB_SECRET,
            r#"{"ref":"refs/heads/main"}"#,
        ),
        (
            "stripe",
            provider::stripe(),
            STRIPE_SECRET,
            r#"{"id":"evt_1","type":"charge.succeeded"}"#,
        ),
        (
            "slack",
            provider::slack(),
            SLACK_SECRET,
            r#"{"type":"event_callback","event_id":"Ev1"}"#,
        ),
        (
            "klarna",
            provider::klarna(),
            KLARNA_SECRET,
            r#"{"metadata":{"event_id":"1"}}"#,
        ),
        (
            "square",
            provider::square(SQUARE_URL),
            SQUARE_SECRET,
            r#"{"event_id":"1","type":"payment.created"}"#,
        ),
    ] {
        let genuine = signed(name, scheme, secret, body)?;
        let mut forged = genuine.clone();
        *forged.body_mut() = Bytes::from(body.replace('1', "2").replace("main", "fork"));
        let (first, _) = send(address, genuine.clone()).await?;
        let (again, _) = send(address, genuine).await?;
        let (rejected, _) = send(address, forged).await?;
        println!("{name}: {first}, once more {again}, forged {rejected}");
        if (first.as_u16(), again.as_u16(), rejected.as_u16()) != (204, 200, 401) {
            return Err(format!("not the responses that were expected of {name}").into());
        }
    }

    let body = r#"{"type":"url_verification","challenge":"3eZbrw1aB"}"#;
    let handshake = signed("slack", provider::slack(), SLACK_SECRET, body)?;
    let (status, challenge) = send(address, handshake).await?;
    println!("slack's handshake: {status} {challenge}");
    if (status.as_u16(), challenge.as_str()) == (200, "3eZbrw1aB") {
        Ok(())
    } else {
        Err("not the challenge that was sent".into())
    }
}

/// A request as the sender would sign it.
fn signed(
    name: &str,
    scheme: Scheme,
    secret: &str,
    body: &'static str,
) -> Result<http::Request<Bytes>, Box<dyn Error>> {
    let uri = format!("/webhooks/{name}");
    let mut request = http::Request::post(uri).body(Bytes::from_static(body.as_bytes()))?;
    let now = Timestamp::from(SystemTime::now());
    Signer::for_scheme(scheme, secret)?.sign(&mut request, "msg_1", now)?;
    Ok(request)
}

async fn send(
    address: SocketAddr,
    request: http::Request<Bytes>,
) -> Result<(StatusCode, String), Box<dyn Error>> {
    let (head, body) = request.into_parts();
    let response = reqwest::Client::new()
        .post(format!("http://{address}{}", head.uri))
        .headers(head.headers)
        .body(body)
        .send()
        .await?;
    Ok((response.status(), response.text().await?))
}
