//! The arguments of `send`.

use std::num::NonZeroUsize;

use clap::{Args, ValueEnum};
use http::{HeaderName, HeaderValue};
use reqwest::Url;
use tower_webhook::scheme::HeaderFamily;

use super::overrides::Override;
use crate::{
    failure::Failure,
    input::set,
    provider::{ProviderArgs, SecretArgs},
};

const URL_VARIABLE: &str = "WEBHOOK_URL";
const DEFAULT_URL: &str = "http://127.0.0.1:3000/webhooks/engage";
const DEFAULT_TOKEN_HEADER: &str = "x-engage-token";

#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 if every response was 2xx; 1 if a delivery was rejected or failed; 2 for wrong usage, settings or input.

It reads the variables of a receiver (SIGNING_SECRETS, TOKENS, TOKEN_HEADER, DECRYPTION_KEY, CIPHER), so that one environment \
serves both; of a list, the first is used.")]
pub(crate) struct SendArgs {
    /// Where to send, as a URL with its scheme, and the types of the events whose samples are sent
    #[arg(value_name = "URL|TYPE")]
    positional: Vec<String>,

    /// Where to send [env: WEBHOOK_URL] [default: http://127.0.0.1:3000/webhooks/engage]
    #[arg(long)]
    url: Option<String>,

    #[command(flatten)]
    pub(crate) provider: ProviderArgs,

    #[command(flatten)]
    secret: SecretArgs,

    /// The type of an event whose sample is sent; repeat it for several; default: the first that --list prints
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,

    /// Send a sample of every event type that --list prints
    #[arg(long, conflicts_with_all = ["types", "data"])]
    all: bool,

    /// Print the event types of which there are samples, those of --provider, and exit
    #[arg(long)]
    pub(crate) list: bool,

    /// Send the bytes of this file instead of a sample; - for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) data: Option<String>,

    /// Set a member of the JSON that is sent: payload.contactId=42; the value is JSON, or else a text; repeat it for several
    #[arg(long = "override", value_name = "PATH=VALUE")]
    pub(crate) overrides: Vec<Override>,

    /// Add a header, `name: value`, in place of one that would be sent; repeat it for several
    #[arg(long = "header", value_name = "NAME:VALUE", value_parser = header)]
    headers: Vec<(HeaderName, HeaderValue)>,

    /// How often each payload is sent
    #[arg(long, default_value = "1")]
    pub(crate) count: NonZeroUsize,

    /// How many requests are in flight at a time
    #[arg(long, default_value = "1")]
    pub(crate) concurrency: NonZeroUsize,

    /// Which headers of Standard Webhooks to sign with; default: svix for senders that deliver through Svix, else webhook
    #[arg(long, value_enum, value_name = "FAMILY")]
    header_family: Option<Family>,

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

    /// Seal the payload of a Voyado envelope with this key of 32 characters
    #[arg(long, env = "DECRYPTION_KEY", hide_env_values = true)]
    encryption_key: Option<String>,

    /// How to seal it: aes-256-cbc, as without it, or aes-256-gcm
    #[arg(long, env = "CIPHER")]
    cipher: Option<String>,

    /// Print JSON: {"deliveries", "statuses", "errors", "latency_ms", "hints"}
    #[arg(long)]
    pub(crate) json: bool,
}

/// The names of the headers of Standard Webhooks.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Family {
    Svix,
    Webhook,
}

/// What a payload is sealed with.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cipher {
    Aes256Cbc,
    Aes256Gcm,
}

impl From<Family> for HeaderFamily {
    fn from(family: Family) -> Self {
        match family {
            Family::Svix => Self::Svix,
            Family::Webhook => Self::Webhook,
        }
    }
}

impl SendArgs {
    pub(crate) fn url(&self) -> Result<Url, Failure> {
        let positional = self.positional.iter().filter(|text| is_url(text));
        let mut given = positional.chain(&self.url);
        let url = match (given.next(), given.next()) {
            (Some(url), None) => url.clone(),
            (None, _) => {
                let variable = std::env::var(URL_VARIABLE).ok();
                let variable = set(variable.as_deref()).map(str::to_owned);
                variable.unwrap_or_else(|| DEFAULT_URL.to_owned())
            }
            (Some(_), Some(_)) => return Err(Failure("more than one URL is given".to_owned())),
        };
        let url = Url::parse(&url).map_err(|error| Failure(format!("{url}: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Failure(format!(
                "{url}: the scheme is neither http nor https"
            )));
        }
        Ok(url)
    }

    /// The types whose samples are sent; of senders with an open list, any.
    pub(crate) fn types(&self) -> Result<Vec<String>, Failure> {
        let known = super::sample::types(&self.provider.provider);
        if self.all {
            return Ok(known.iter().map(|name| (*name).to_owned()).collect());
        }
        let positional = self.positional.iter().filter(|text| !is_url(text));
        let types: Vec<String> = self.types.iter().chain(positional).cloned().collect();
        if self.data.is_some() {
            return match types.first() {
                Some(_) => Err(Failure(
                    "--data and a type are given: the data is sent as it is".to_owned(),
                )),
                None => Ok(types),
            };
        }
        if types.is_empty() {
            return Ok(known
                .first()
                .map(|name| (*name).to_owned())
                .into_iter()
                .collect());
        }
        Ok(types)
    }

    pub(crate) fn secret(&self) -> Result<String, Failure> {
        self.secret.first()
    }

    pub(crate) fn header_family(&self) -> HeaderFamily {
        let family = self.header_family.map(HeaderFamily::from);
        family.unwrap_or_else(|| self.provider.header_family())
    }

    /// What is sent beside the signature: the token, then --header.
    pub(crate) fn headers(&self) -> Result<Vec<(HeaderName, HeaderValue)>, Failure> {
        let mut headers: Vec<_> = self.token()?.into_iter().collect();
        headers.extend(self.headers.iter().cloned());
        Ok(headers)
    }

    fn token(&self) -> Result<Option<(HeaderName, HeaderValue)>, Failure> {
        let Some(token) = first(self.tokens.as_deref()) else {
            return Ok(None);
        };
        let name = set(self.token_header.as_deref()).unwrap_or(DEFAULT_TOKEN_HEADER);
        let name = name.parse();
        let name =
            name.map_err(|error| Failure(format!("--token-header (or TOKEN_HEADER): {error}")))?;
        let token = token.parse();
        let mut token: HeaderValue =
            token.map_err(|error| Failure(format!("--token (or TOKENS): {error}")))?;
        token.set_sensitive(true);
        Ok(Some((name, token)))
    }

    /// How to seal payloads, and with what, if they are to be sealed.
    pub(crate) fn encryption(&self) -> Result<Option<(Cipher, &str)>, Failure> {
        let cipher = match set(self.cipher.as_deref()) {
            None | Some("aes-256-cbc") => Cipher::Aes256Cbc,
            Some("aes-256-gcm") => Cipher::Aes256Gcm,
            Some(_) => {
                return Err(Failure(
                    "--cipher (or CIPHER) is neither `aes-256-cbc` nor `aes-256-gcm`".to_owned(),
                ));
            }
        };
        Ok(set(self.encryption_key.as_deref()).map(|key| (cipher, key)))
    }
}

fn is_url(text: &str) -> bool {
    text.contains("://")
}

/// The first of a list.
fn first(list: Option<&str>) -> Option<&str> {
    set(list?.split(',').next())
}

fn header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let (name, value) = text.split_once(':').ok_or("expected `name: value`")?;
    let name = name
        .trim()
        .parse()
        .map_err(|_| format!("`{name}` is no name of a header"))?;
    let value = value
        .trim()
        .parse()
        .map_err(|_| "its value cannot be sent in a header")?;
    Ok((name, value))
}
