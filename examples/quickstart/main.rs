//! The crate in one command: `cargo run -p quickstart`.
//!
//! Starts an axum receiver with every check on a free loopback port, sends it one genuine delivery of each Voyado event type
//! and a forged one for each check over real HTTP, and prints what was sent, the status of the response, and what the handler
//! saw or why the delivery was rejected. Exits with a failure if anything is not as it should be.

mod deliveries;

use std::{
    error::Error,
    net::SocketAddr,
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, Uri},
    middleware::map_response_with_state,
    response::Response,
    routing::post,
};
use bytes::Bytes;
use comfy_table::{Table, presets::UTF8_FULL_CONDENSED};
use deliveries::{KEY, MAX_BODY_BYTES, PATH, SECRET, TOKEN};
use http_body_util::Full;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use tower_webhook::{
    Delivery, Receiver, Rejection, SourceIp, Timestamp, WebhookLayer, decrypt::Aes256Cbc,
    receiver::source_ip::svix, voyado,
};

/// What became of a delivery.
enum Seen {
    Handled(String),
    Rejected(String),
}

/// What was seen since the last look.
#[derive(Clone, Default)]
struct LastSeen(Arc<Mutex<Option<Seen>>>);

impl LastSeen {
    fn put(&self, seen: Seen) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
    }

    fn take(&self) -> Option<Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

async fn on_event(
    State(seen): State<LastSeen>,
    delivery: Delivery<voyado::Envelope>,
) -> StatusCode {
    let envelope = delivery.event();
    let contact = envelope.event.contact_id().unwrap_or("-");
    let beginning: String = contact.chars().take(8).collect();
    seen.put(Seen::Handled(format!("contact {beginning}…")));
    StatusCode::NO_CONTENT
}

/// The reason of a rejection is in the response's extensions: for us, never for the caller.
async fn on_response(State(seen): State<LastSeen>, response: Response) -> Response {
    if let Some(rejection) = response.extensions().get::<Rejection>() {
        seen.put(Seen::Rejected(rejection.to_string()));
    }
    response
}

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let seen = LastSeen::default();
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
        .layer(map_response_with_state(seen.clone(), on_response))
        .with_state(seen.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url: Uri = format!("http://{}{PATH}", listener.local_addr()?).parse()?;
    tokio::spawn(async {
        axum::serve(
            listener,
            app.into_make_service_with_connect_info::<SocketAddr>(),
        )
        .await
    });

    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header([
        "sent",
        "status",
        "handled, or why rejected",
        "",
    ]);
    let mut failures = 0;
    for delivery in deliveries::all(Timestamp::from(SystemTime::now()))? {
        let mut request = delivery.request.map(Full::new);
        *request.uri_mut() = url.clone();
        let status = client.request(request).await?.status();
        let (was_handled, what) = match seen.take() {
            Some(Seen::Handled(what)) => (true, what),
            Some(Seen::Rejected(why)) => (false, why),
            None => (false, "nothing was seen of it".to_owned()),
        };
        let as_expected = status == delivery.answer && was_handled == delivery.answer.is_success();
        failures += usize::from(!as_expected);
        table.add_row([
            delivery.description,
            status.as_u16().to_string(),
            what,
            if as_expected { "ok" } else { "WRONG" }.into(),
        ]);
    }
    println!("{table}");
    if failures > 0 {
        eprintln!("{failures} deliveries did not get the response that they should");
        return Ok(ExitCode::FAILURE);
    }
    println!(
        "Next: the layer around routes of your own, README.md, \"Add it to a router\"; or a complete service, `cargo run --example receiver`."
    );
    Ok(ExitCode::SUCCESS)
}
