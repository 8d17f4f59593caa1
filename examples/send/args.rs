//! The command line.

use std::{num::NonZeroUsize, path::PathBuf};

use clap::{Parser, ValueEnum};
use http::{HeaderName, HeaderValue};
use tower_webhook::{HeaderFamily, voyado::EventType};

/// Sends signed sample webhooks of Voyado Engage.
#[derive(Debug, Parser)]
#[command(name = "send")]
pub(crate) struct Args {
    /// The event types whose samples are sent
    #[arg(value_parser = event_type, required_unless_present_any = ["all", "list", "data"])]
    pub(crate) event_types: Vec<EventType>,

    /// Send a sample of every event type
    #[arg(long, conflicts_with_all = ["event_types", "data"])]
    pub(crate) all: bool,

    /// Print the event types and exit
    #[arg(long)]
    pub(crate) list: bool,

    /// Send the bytes of this file instead of a sample
    #[arg(long, value_name = "FILE")]
    pub(crate) data: Option<PathBuf>,

    /// Where to send
    #[arg(
        long,
        env = "WEBHOOK_URL",
        default_value = "http://127.0.0.1:3000/webhooks/engage"
    )]
    pub(crate) url: String,

    /// What to sign with: whsec_…
    #[arg(
        long,
        env = "SIGNING_SECRET",
        hide_env_values = true,
        required_unless_present = "list"
    )]
    pub(crate) secret: Option<String>,

    /// How often each payload is sent
    #[arg(long, default_value = "1")]
    pub(crate) count: NonZeroUsize,

    /// How many requests are under way at a time
    #[arg(long, default_value = "1")]
    pub(crate) concurrency: NonZeroUsize,

    /// Sign with the headers webhook-* instead of svix-*
    #[arg(long)]
    webhook_headers: bool,

    /// Give every message this id instead of a new one
    #[arg(long)]
    pub(crate) id: Option<String>,

    /// Send this token in the header of --token-header
    #[arg(long, env = "TOKEN", hide_env_values = true)]
    pub(crate) token: Option<HeaderValue>,

    /// The header of --token
    #[arg(long, env = "TOKEN_HEADER", default_value = "x-engage-token")]
    pub(crate) token_header: HeaderName,

    /// Seal the payload with this key of 32 characters
    #[arg(long, env = "ENCRYPTION_KEY", hide_env_values = true)]
    pub(crate) encryption_key: Option<String>,

    /// How to seal it
    #[arg(long, value_enum, env = "CIPHER", default_value = "aes-256-cbc")]
    pub(crate) cipher: Cipher,
}

/// What a payload is sealed with.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Cipher {
    #[value(name = "aes-256-cbc")]
    Aes256Cbc,
    #[value(name = "aes-256-gcm")]
    Aes256Gcm,
}

impl Args {
    /// The headers to sign with.
    pub(crate) fn header_family(&self) -> HeaderFamily {
        if self.webhook_headers {
            HeaderFamily::Webhook
        } else {
            HeaderFamily::Svix
        }
    }
}

fn event_type(text: &str) -> Result<EventType, &'static str> {
    text.parse()
        .map_err(|_| "no such event type; --list prints them all")
}
