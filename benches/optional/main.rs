//! Measures what needs more than the default features: `cargo bench -p benches --features optional --bench optional`.
//!
//! It prints what it measured as JSON, for the report, which runs it.

mod accepting;
mod console;
mod ed25519;
mod postgres;
#[path = "../../postgres/tests/it/server.rs"]
mod postgres_server;
mod presets;
mod sqlite;

use std::{error::Error, io};

use clap::Parser;
use indicatif::ProgressIterator;

use benches::{Case, interleave::Measured};

type Group = fn() -> Vec<Case>;

/// With how many rounds each group is measured: fewer where a visit takes long.
const GROUPS: [(Group, usize); 6] = [
    (ed25519::cases, 101),
    (presets::cases, 101),
    (presets::cases_of_members, 101),
    (console::cases, 101),
    (sqlite::cases, 31),
    (postgres::cases, 31),
];

#[derive(Parser)]
struct Arguments {
    /// Once and briefly, to see that it runs
    #[arg(long)]
    test: bool,
    /// What `cargo bench` says to every bench
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let measured: Vec<Measured> = GROUPS
        .into_iter()
        .progress()
        .map(|(cases, rounds)| {
            Measured::interleaved(cases(), if arguments.test { 1 } else { rounds })
        })
        .collect();
    serde_json::to_writer(io::stdout(), &measured)?;
    println!();
    Ok(())
}
