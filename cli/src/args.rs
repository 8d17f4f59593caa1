//! The command line.

use clap::{Parser, Subcommand};

use crate::{
    complete::CompleteArgs, describe::DescribeArgs, explain::ExplainArgs, inbox::InboxArgs,
    listen::ListenArgs, secret::SecretArgs, send::SendArgs, sign::SignArgs, verify::VerifyArgs,
};

/// Receive, send, sign, verify and explain webhooks of any sender
///
/// Exit codes: 0 if all went well or the request is verified; 1 if a request was rejected or a delivery failed; 2 for wrong
/// usage, settings or input.
#[derive(Debug, Parser)]
#[command(name = "tower-webhook", version, max_term_width = 100)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Receive deliveries on a local port and show them on a live page
    Listen(ListenArgs),
    /// Send signed sample deliveries
    Send(Box<SendArgs>),
    /// Tell why a captured request is rejected
    Explain(ExplainArgs),
    /// Tell whether a captured request is genuine
    Verify(VerifyArgs),
    /// Print the headers that sign a body
    Sign(SignArgs),
    /// Make signing secrets
    Secret(SecretArgs),
    /// List, show, redrive and purge the dead letters of an inbox
    Inbox(InboxArgs),
    /// Print JSON Schema, OpenAPI or AsyncAPI of the typed events
    Describe(DescribeArgs),
    /// Print completions for a shell
    #[command(name = "completions")]
    Complete(CompleteArgs),
}
