//! Load and faults over loopback against the example `receiver`, which is built and runs as a process of its own.
//!
//! ```sh
//! cargo run --release -p load                       # everything, in about five minutes
//! cargo run --release -p load -- soak --soak 30m
//! cargo run --release -p load -- inbox-soak --soak 60m
//! cargo run --release -p load -- kill --deliveries 10000
//! cargo run --release -p load -- --help
//! ```
//!
//! Memory and open files are read from `/proc`, so it needs Linux. It fails at the first thing that is not as it should
//! be.

mod args;
mod crowd;
mod dead_log;
mod deliveries;
mod figures;
mod garbage;
mod inbox_soak;
mod kill;
mod ledger;
mod limits;
mod open_files;
#[path = "../../postgres/tests/it/server.rs"]
mod postgres_server;
mod receiver;
mod resources;
mod shutdown;
mod slow;
mod soak;
mod stalls;
mod streams;
mod stuck_output;
mod traffic;
mod unread;
mod vanishing;
mod wire;

use std::{
    env,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Parser;
use escargot::CargoBuild;

use args::{Args, Scenario};
use figures::{Figures, Table};

/// How long the soaks last unless the command line says otherwise.
const SOAK: Duration = Duration::from_secs(40);
const INBOX_SOAK: Duration = Duration::from_secs(20);

#[tokio::main]
async fn main() {
    let args = Args::parse();
    resources::raise_descriptor_limit(args.open_files());
    stalls::watch();
    let receiver = args.receiver.clone().unwrap_or_else(build_receiver);

    let mut table = Table::new();
    for scenario in args.scenarios() {
        eprintln!("{}: {}", scenario.name(), scenario.purpose());
        let figures = run(scenario, &receiver, &args).await;
        table.add(scenario.name(), figures);
    }
    println!("{table}");
}

fn build_receiver() -> PathBuf {
    let build = CargoBuild::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml"))
        .example("receiver")
        .current_release();
    // What cargo tells this program about its package would have the build scripts of dependencies run again.
    let of_cargo = env::vars_os().map(|(name, _)| name).filter(|name| {
        let name = name.to_string_lossy();
        name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
    });
    let build = of_cargo.fold(build, CargoBuild::env_remove);
    let build = build.run().expect("the receiver builds");
    build.path().to_owned()
}

async fn run(scenario: Scenario, program: &Path, args: &Args) -> Figures {
    match scenario {
        Scenario::Soak => soak::run(program, args.soak.unwrap_or(SOAK), args.senders).await,
        Scenario::InboxSoak => {
            let plan = inbox_soak::Plan {
                duration: args.soak.unwrap_or(INBOX_SOAK),
                per_second: args.rate,
            };
            inbox_soak::run(program, plan).await
        }
        Scenario::Slow => slow::run(program, args.slow).await,
        Scenario::Crowd => crowd::run(program).await,
        Scenario::Vanishing => vanishing::run(program).await,
        Scenario::Garbage => garbage::run(program, args.mutations).await,
        Scenario::Limits => limits::run(program).await,
        Scenario::Shutdown => shutdown::run(program, args.senders).await,
        Scenario::StuckOutput => stuck_output::run(program, args.senders).await,
        Scenario::Unread => unread::run(program).await,
        Scenario::Streams => streams::run(program).await,
        Scenario::DeadLog => dead_log::run(program, args.senders).await,
        Scenario::OpenFiles => open_files::run(program).await,
        Scenario::Kill => kill::run(program, args.deliveries, args.senders).await,
    }
}
