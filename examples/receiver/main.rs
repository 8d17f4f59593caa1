//! A service that receives the webhooks of Voyado Engage and prints each as one line of JSON.
//!
//! ```sh
//! SIGNING_SECRETS=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw cargo run --example receiver
//! ```
//!
//! | variable | meaning | default |
//! |---|---|---|
//! | `SIGNING_SECRETS` | the secrets, separated by commas | required |
//! | `LISTEN` | address and port | `127.0.0.1:3000` |
//! | `TOLERANCE_SECS` | how far a timestamp may be off | 300 |
//! | `MAX_BODY_BYTES` | the largest body | 1 MiB |
//! | `TOKEN_HEADER`, `TOKENS` | a header, and the values that are accepted in it, separated by commas | none |
//! | `ALLOWED_SOURCES` | addresses, networks, and presets such as `svix-eu`, separated by commas | everywhere |
//! | `TRUSTED_PROXIES` | addresses and networks of the proxies in front, separated by commas | none |
//! | `FORWARDED_HEADER` | the header in which they name the source | `x-forwarded-for` |
//! | `DECRYPTION_KEY` | 32 characters | none |
//! | `CIPHER` | `aes-256-cbc` or `aes-256-gcm` | `aes-256-cbc` |
//! | `REQUIRE_ENCRYPTION` | `true` refuses what is not encrypted | `false` |
//! | `IDEMPOTENCY` | `memory` or `redis` handles each message once | `off` |
//! | `REDIS_URL` | `redis://user:password@host:port/database`, or `rediss://` | required with `redis` |
//!
//! `POST /webhooks/engage` answers 204 once the line is written. The log is on stderr and shows no
//! payload. The example `send` sends something to print.

mod config;
mod env;
mod output;
mod shutdown;

use std::{
    error::Error,
    io::{self, IsTerminal},
    net::SocketAddr,
    process::ExitCode,
    time::Duration,
};

use axum::{Router, http::StatusCode, routing::post};
use tokio::net::TcpListener;
use tower_http::timeout::TimeoutLayer;
use tower_webhook::{Delivery, Idempotency, WebhookLayer, voyado};

use config::{Config, Store};

/// Senders give up after 15 seconds.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .init();
    let config = match Config::from_env() {
        Ok(config) => config,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    match run(config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(config: Config) -> Result<(), Box<dyn Error>> {
    let shutdown = shutdown::signal()?;
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", config.listen))?;
    tracing::info!("listening on http://{}", listener.local_addr()?);
    let service = router(config).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service)
        .with_graceful_shutdown(shutdown)
        .await?;
    Ok(())
}

fn router(config: Config) -> Router {
    let layer = WebhookLayer::<voyado::Envelope>::new(config.receiver);
    let route = Router::new().route("/webhooks/engage", post(on_event));
    let route = match config.store {
        Store::Off => route.route_layer(layer),
        Store::Memory(store) => route.route_layer(layer.idempotency(Idempotency::new(store))),
        Store::Redis(store) => route.route_layer(layer.idempotency(Idempotency::new(store))),
    };
    route.layer(TimeoutLayer::with_status_code(
        StatusCode::REQUEST_TIMEOUT,
        REQUEST_TIMEOUT,
    ))
}

/// Answers 204 when the line is out, and 500 if it cannot be written: the sender tries again. The layer logs either.
async fn on_event(delivery: Delivery<voyado::Envelope>) -> StatusCode {
    match print(&delivery).await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(error) => {
            tracing::error!(%error, "not written");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

/// Writes on a thread that may block, since whoever reads stdout may be slow.
async fn print(delivery: &Delivery<voyado::Envelope>) -> Result<(), Box<dyn Error + Send + Sync>> {
    let line = output::line(delivery)?;
    tokio::task::spawn_blocking(move || output::write(&line)).await??;
    Ok(())
}
