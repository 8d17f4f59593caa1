//! A service that receives the webhooks of Voyado Engage, or of any sender that the crate knows, and prints each as one line
//! of JSON.
//!
//! ```sh
//! SIGNING_SECRETS=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw cargo run --example receiver
//! cargo run --example receiver -- --help
//! ```
//!
//! It is configured by environment variables, which `--help` lists. The command
//! `tower-webhook send` reads the same ones, and sends
//! something to print.

mod arguments;
mod explain;
mod log;
mod output;
mod routes;
mod server;
mod settings;
mod shutdown;
mod timeouts;

use std::{error::Error, process::ExitCode};

use clap::Parser;
use tokio::{net::TcpListener, runtime::Runtime};

use arguments::Arguments;
use routes::Endpoint;
use settings::{Settings, Store};

fn main() -> ExitCode {
    let Arguments {} = Arguments::parse();
    let settings = match Settings::from_env() {
        Ok(settings) => settings,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    match start(settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn start(settings: Settings) -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::new()?;
    let result = runtime.block_on(run(settings));
    // Not waiting for a reader of stdout that is stuck: what is still being written was not acknowledged.
    runtime.shutdown_background();
    result
}

async fn run(settings: Settings) -> Result<(), Box<dyn Error>> {
    let Settings {
        log,
        connections,
        sender,
        handshakes,
        receiver,
        store,
    } = settings;
    let explain = log.explain;
    let _log = log::start(log);
    let shutdown = shutdown::signal()?;
    let listen = connections.listen;
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|error| format!("cannot listen on {listen}: {error}"))?;
    tracing::info!("listening on http://{}", listener.local_addr()?);
    if matches!(store, Store::Off) && !receiver.scheme().has_replay_protection() {
        tracing::warn!(
            sender = receiver.scheme().name(),
            "REPLAYS ARE ACCEPTED: the sender signs no time and IDEMPOTENCY is off, so whoever captured a request can send it again"
        );
    }
    let endpoint = Endpoint {
        sender,
        handshakes,
        receiver,
        store,
        explain,
    };
    let router = timeouts::within(routes::router(endpoint)?);
    server::serve(listener, router, connections.max, shutdown).await;
    Ok(())
}
