//! The command line.

use std::{num::NonZeroUsize, path::PathBuf};

use clap::Parser;
use http::{HeaderName, HeaderValue};
use tower_webhook::{HeaderFamily, voyado::EventType};

const DEFAULT_TOKEN_HEADER: &str = "x-engage-token";

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

    /// What to sign with: whsec_…, the first of a list
    #[arg(
        long = "secret",
        value_name = "SECRET",
        env = "SIGNING_SECRETS",
        hide_env_values = true,
        required_unless_present = "list"
    )]
    secrets: Option<String>,

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

    /// Send this token, the first of a list, in the header of --token-header
    #[arg(
        long = "token",
        value_name = "TOKEN",
        env = "TOKENS",
        hide_env_values = true
    )]
    tokens: Option<String>,

    /// The header of --token; x-engage-token without it
    #[arg(long, env = "TOKEN_HEADER")]
    token_header: Option<String>,

    /// Seal the payload with this key of 32 characters
    #[arg(long, env = "DECRYPTION_KEY", hide_env_values = true)]
    encryption_key: Option<String>,

    /// How to seal it: aes-256-cbc, as without it, or aes-256-gcm
    #[arg(long, env = "CIPHER")]
    cipher: Option<String>,
}

/// What a payload is sealed with.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cipher {
    Aes256Cbc,
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

    /// The first secret of the receiver's list.
    pub(crate) fn secret(&self) -> Result<&str, &'static str> {
        // Some senders show a secret with the version of its signatures: `v1,whsec_…`.
        let secrets = self
            .secrets
            .as_deref()
            .unwrap_or_default()
            .split([',', '|']);
        secrets
            .map(str::trim)
            .find(|secret| !matches!(*secret, "" | "v1" | "v1a"))
            .ok_or("--secret is missing (or SIGNING_SECRETS)")
    }

    /// The token's header and value, if there is a token.
    pub(crate) fn token(&self) -> Result<Option<(HeaderName, HeaderValue)>, String> {
        let Some(token) = first(self.tokens.as_deref()) else {
            return Ok(None);
        };
        let name = set(self.token_header.as_deref()).unwrap_or(DEFAULT_TOKEN_HEADER);
        let name = name.parse();
        let name = name.map_err(|error| format!("--token-header (or TOKEN_HEADER): {error}"))?;
        let token = token.parse();
        let mut token: HeaderValue =
            token.map_err(|error| format!("--token (or TOKENS): {error}"))?;
        token.set_sensitive(true);
        Ok(Some((name, token)))
    }

    /// How to seal payloads, and with what, if they are to be sealed.
    pub(crate) fn encryption(&self) -> Result<Option<(Cipher, &str)>, &'static str> {
        let cipher = match set(self.cipher.as_deref()) {
            None | Some("aes-256-cbc") => Cipher::Aes256Cbc,
            Some("aes-256-gcm") => Cipher::Aes256Gcm,
            Some(_) => {
                return Err("--cipher (or CIPHER) is neither `aes-256-cbc` nor `aes-256-gcm`");
            }
        };
        Ok(set(self.encryption_key.as_deref()).map(|key| (cipher, key)))
    }
}

/// As the receiver reads the same variables: without white space around, and not set if nothing is left.
fn set(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// The first of a list.
fn first(list: Option<&str>) -> Option<&str> {
    set(list?.split(',').next())
}

fn event_type(text: &str) -> Result<EventType, &'static str> {
    text.parse()
        .map_err(|_| "no such event type; --list prints them all")
}
