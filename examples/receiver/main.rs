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
mod dead_letters;
mod explain;
mod inbox;
mod log;
mod output;
mod routes;
mod server;
mod settings;
mod shutdown;
mod timeouts;

use std::{error::Error, process::ExitCode};

use clap::Parser;
use tokio::{net::TcpListener, runtime::Runtime, sync::watch};

use arguments::{Arguments, Command};
use inbox::Inbox;
use routes::{Endpoint, Routes};
use settings::{Settings, Store, VariableError};

/// Wrong settings, as clap has it for wrong usage.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Some(Command::Inbox(command)) => dead_letters::manage(&command),
        None => start(),
    };
    result.unwrap_or_else(|error| {
        eprintln!("{error}");
        if error.is::<VariableError>() {
            ExitCode::from(USAGE)
        } else {
            ExitCode::FAILURE
        }
    })
}

fn start() -> Result<ExitCode, Box<dyn Error>> {
    let settings = Settings::from_env()?;
    let runtime = Runtime::new()?;
    let result = runtime.block_on(run(settings));
    // Not waiting for a reader of stdout that is stuck: what is still being written was not acknowledged.
    runtime.shutdown_background();
    result.map(|()| ExitCode::SUCCESS)
}

async fn run(settings: Settings) -> Result<(), Box<dyn Error>> {
    let Settings {
        log,
        connections,
        sender,
        handshakes,
        receiver,
        store,
        inbox,
        warnings,
    } = settings;
    let explain = log.explain;
    let _log = log::start(log);
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    let shutdown = shutdown::signal()?;
    let inbox = match inbox {
        Some(inbox) => Some(Inbox::open(inbox).await?),
        None => None,
    };
    let accepts_replays = matches!(store, Store::Off) && inbox.is_none();
    if accepts_replays && !receiver.scheme().has_replay_protection() {
        tracing::warn!(
            sender = receiver.scheme().name(),
            "REPLAYS ARE ACCEPTED: the sender signs no time and IDEMPOTENCY is off, so whoever captured a request can send it again"
        );
    }
    let Routes { router, worker } = routes::routes(Endpoint {
        sender,
        handshakes,
        receiver,
        store,
        inbox,
        explain,
    })?;
    let listen = connections.listen;
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|error| format!("cannot listen on {listen}: {error}"))?;
    tracing::info!("listening on http://{}", listener.local_addr()?);
    let (stop, mut stopping) = watch::channel(false);
    let shutdown = async move {
        shutdown.await;
        stop.send_replace(true);
    };
    let router = timeouts::within(router);
    let serving = server::serve(listener, router, connections.max, shutdown);
    let working = async {
        if let Some(worker) = worker {
            let stopped = async {
                // Its sender is gone when it is true.
                let _ = stopping.wait_for(|stopping| *stopping).await;
            };
            worker.run(stopped).await;
        }
    };
    tokio::join!(serving, working);
    Ok(())
}
