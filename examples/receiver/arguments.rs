//! The command line.

use clap::{Parser, Subcommand};

use crate::settings;

/// Receives the webhooks of Voyado Engage, or of another PROVIDER, and prints each as one line of JSON.
///
/// The response to `POST /webhooks/engage`, or `/webhooks/` and the PROVIDER, is 204 once the line is written, or with `INBOX_URL`
/// 202 once the delivery is stored. The log is on stderr and shows no payload.
#[derive(Debug, Parser)]
#[command(name = "receiver", version, after_help = settings::table())]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What can be done instead of receiving.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Manages the dead letters of the inbox at `INBOX_URL`, whether a receiver is running or not
    ///
    /// Exit codes: 0; 1 if there is no dead letter with the id; 2 for wrong usage, wrong settings or an inbox that fails.
    #[command(subcommand)]
    Inbox(InboxCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum InboxCommand {
    /// Prints the dead letters, each as one line of JSON, those that died first at the front
    List,
    /// Prints the dead letters of a message: what failed at each target, and why
    Show {
        /// The message id
        id: String,
    },
    /// Sends a message again to the targets at which it is dead, with all attempts
    Redrive {
        /// The message id
        id: String,
    },
    /// Deletes all dead letters. Their ids are kept, so that they count as received
    Purge,
}
