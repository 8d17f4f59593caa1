//! The command line.

use clap::Parser;

use crate::settings;

/// Receives the webhooks of Voyado Engage, or of another PROVIDER, and prints each as one line of JSON.
///
/// The response to `POST /webhooks/engage`, or `/webhooks/` and the PROVIDER, is 204, once the line is written. The log is on
/// stderr and shows no payload.
#[derive(Debug, Parser)]
#[command(name = "receiver", version, after_help = settings::table())]
pub(crate) struct Arguments {}
