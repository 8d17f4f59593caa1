//! Receive, send, sign, verify and explain webhooks of any sender.
#![forbid(unsafe_code)]
#![allow(
    clippy::doc_markdown,
    reason = "the doc comments of arguments are the text of --help"
)]

mod args;
mod capture;
mod client;
mod complete;
mod describe;
mod explain;
mod failure;
mod inbox;
mod input;
mod listen;
mod nearest;
mod output;
mod provider;
mod runtime;
mod secret;
mod send;
mod sign;
mod time;
mod verify;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};
use failure::Failure;

/// Exit codes: 0 if all went well or the request is verified, 1 if a request was rejected or a delivery failed, 2 for wrong
/// usage, settings or input.
fn main() -> ExitCode {
    let args = Args::parse();
    let done = match args.command {
        Command::Complete(args) => complete::run(&args),
        Command::Describe(args) => describe::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Inbox(args) => inbox::run(&args),
        Command::Listen(args) => listen::run(&args),
        Command::Secret(args) => secret::run(&args),
        Command::Send(args) => send::run(&args),
        Command::Sign(args) => sign::run(&args),
        Command::Verify(args) => verify::run(&args),
    };
    done.unwrap_or_else(|Failure(message)| {
        eprintln!("tower-webhook: {message}");
        ExitCode::from(2)
    })
}
