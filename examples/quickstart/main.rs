//! The crate in one command: `cargo run --example quickstart`.
//!
//! Starts an axum receiver with every layer of security on a free loopback port, sends it one genuine delivery of each
//! Voyado event type and a forged one for each layer over real HTTP, and prints what was sent, the response, and what the handler saw. Exits
//! with a failure if anything is not as it should be.

mod deliveries;

use std::{
    error::Error,
    net::SocketAddr,
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use axum::{Router, extract::State, http::StatusCode, routing::post};
use comfy_table::{Table, presets::UTF8_FULL_CONDENSED};
use deliveries::{KEY, MAX_BODY_BYTES, PATH, SECRET, TOKEN};
use tower_webhook::{
    Aes256Cbc, Delivery, Receiver, SourceIp, Timestamp, WebhookLayer, source_ip::svix, voyado,
};

/// What the handler was called with since the last look.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Option<String>>>);

impl Seen {
    fn put(&self, text: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(text);
    }

    fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

async fn on_event(State(seen): State<Seen>, delivery: Delivery<voyado::Envelope>) -> StatusCode {
    let envelope = delivery.event();
    let contact = envelope.event.contact_id().unwrap_or("-");
    seen.put(format!("{} of contact {contact}", envelope.event_type));
    StatusCode::NO_CONTENT
}

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let seen = Seen::default();
    let proxy_in_front = ["127.0.0.1"];
    let receiver = Receiver::builder([SECRET])
        .source_ip(SourceIp::allow(svix::EU).trusted_proxies(proxy_in_front))
        .header_token(TOKEN.0, [TOKEN.1])
        .decrypt(Aes256Cbc::new(KEY)?)
        .max_body_bytes(MAX_BODY_BYTES)
        .build()?;
    let app = Router::new()
        .route(PATH, post(on_event))
        .layer(WebhookLayer::new(receiver).decode::<voyado::Envelope>())
        .with_state(seen.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let origin = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async {
        axum::serve(
            listener,
            app.into_make_service_with_connect_info::<SocketAddr>(),
        )
        .await
    });

    let client = reqwest::Client::builder().no_proxy().build()?;
    let mut table = Table::new();
    table
        .load_style(UTF8_FULL_CONDENSED)
        .set_header(["sent", "response", "the handler saw", ""]);
    let mut failures = 0;
    for delivery in deliveries::all(Timestamp::from(SystemTime::now()))? {
        let (parts, body) = delivery.request.into_parts();
        let response = client
            .post(format!("{origin}{PATH}"))
            .headers(parts.headers)
            .body(body)
            .send()
            .await?;
        let saw = seen.take();
        let as_expected =
            response.status() == delivery.answer && saw.is_some() == delivery.answer.is_success();
        failures += usize::from(!as_expected);
        table.add_row([
            delivery.description,
            response.status().to_string(),
            saw.unwrap_or_else(|| "-".into()),
            if as_expected { "ok" } else { "NOT AS EXPECTED" }.into(),
        ]);
    }
    println!("{table}");
    if failures > 0 {
        eprintln!("{failures} deliveries did not get the response that they should");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
