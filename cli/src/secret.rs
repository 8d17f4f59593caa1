//! `tower-webhook secret`.

use std::{io::Write, process::ExitCode};

use base64::{Engine, engine::general_purpose::STANDARD};
use clap::{Args, Subcommand};
use serde_json::json;

use crate::{failure::Failure, output};

#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0; 2 for wrong arguments, or where the system has no randomness."
)]
pub(crate) struct SecretArgs {
    #[command(subcommand)]
    command: SecretCommand,
}

#[derive(Debug, Subcommand)]
enum SecretCommand {
    /// Print a new secret of Standard Webhooks: whsec_ and base64
    New {
        /// How many random bytes; the specification asks for 24 to 64
        #[arg(long, default_value = "32", value_parser = clap::value_parser!(u8).range(24..=64))]
        bytes: u8,

        /// Print JSON: {"secret"}
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn run(args: &SecretArgs) -> Result<ExitCode, Failure> {
    let SecretCommand::New { bytes, json } = args.command;
    let mut random = vec![0; usize::from(bytes)];
    getrandom::fill(&mut random).map_err(|error| Failure(format!("no randomness: {error}")))?;
    let secret = format!("whsec_{}", STANDARD.encode(random));
    let mut out = output::stdout();
    if json {
        writeln!(out, "{}", json!({ "secret": secret }))?;
    } else {
        writeln!(out, "{secret}")?;
    }
    Ok(ExitCode::SUCCESS)
}
