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
//! | `MAX_CONNECTIONS` | how many are open at a time; more have to wait | 4096 |
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
mod server;
mod shutdown;
mod timeouts;

use std::{
    error::Error,
    io::{self, IsTerminal},
    process::ExitCode,
};

use axum::{Router, extract::State, http::StatusCode, routing::post};
use tokio::{net::TcpListener, runtime::Runtime};
use tower_webhook::{ConfigError, Delivery, Idempotency, WebhookLayer, voyado};

use config::{Config, Store};
use output::Output;

fn main() -> ExitCode {
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
    match start(config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn start(config: Config) -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::new()?;
    let result = runtime.block_on(run(config));
    // Not waiting for a reader of stdout that is stuck: what is still being written was not acknowledged.
    runtime.shutdown_background();
    result
}

async fn run(config: Config) -> Result<(), Box<dyn Error>> {
    let shutdown = shutdown::signal()?;
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", config.listen))?;
    tracing::info!("listening on http://{}", listener.local_addr()?);
    let max_connections = config.max_connections;
    let router = timeouts::within(router(config)?);
    server::serve(listener, router, max_connections, shutdown).await;
    Ok(())
}

fn router(config: Config) -> Result<Router, ConfigError> {
    let layer = WebhookLayer::new(config.receiver).decode::<voyado::Envelope>();
    let route = Router::new()
        .route("/webhooks/engage", post(on_event))
        .with_state(Output::new());
    Ok(match config.store {
        Store::Off => route.route_layer(layer),
        Store::Memory(store) => {
            route.route_layer(layer.idempotency(Idempotency::new("receiver", store))?)
        }
        Store::Redis(store) => {
            route.route_layer(layer.idempotency(Idempotency::new("receiver", store))?)
        }
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
