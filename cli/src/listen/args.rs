//! The arguments of `listen`.

use clap::Args;
use http::uri::PathAndQuery;
use reqwest::Url;

use super::record::Printing;
use crate::{
    input::set,
    provider::{ProviderArgs, SecretArgs},
};

#[derive(Debug, Args)]
#[command(after_help = "\
It binds to 127.0.0.1 and takes deliveries at every path except /console, where the page is. SIGINT and SIGTERM end it.

Exit codes: 0 when it was ended; 2 for wrong usage or settings, or a port that is taken.")]
pub(crate) struct ListenArgs {
    #[command(flatten)]
    pub(super) provider: ProviderArgs,

    #[command(flatten)]
    pub(super) secret: SecretArgs,

    /// The port; 0 for any that is free
    #[arg(long, default_value = "4400")]
    pub(super) port: u16,

    /// Pass on each verified delivery, unchanged, to this URL, and respond with its response
    #[arg(long, value_name = "URL", value_parser = url)]
    pub(super) forward: Option<Url>,

    /// Where to respond to the handshakes of Asana, Dropbox, Meta, Notion and X, which carry no signature
    #[arg(long, value_name = "PATH", default_value = "/webhooks", value_parser = path)]
    pub(super) handshake_path: String,

    /// The verify token of the app, for the handshake of Meta
    #[arg(
        long,
        value_name = "TOKEN",
        env = "VERIFY_TOKEN",
        hide_env_values = true
    )]
    pub(super) verify_token: Option<String>,

    /// Show the deliveries in the terminal, with their details; q quits
    #[arg(long, conflicts_with = "json")]
    pub(super) tui: bool,

    /// Print a line of JSON for each URL and for each delivery
    #[arg(long)]
    pub(super) json: bool,
}

impl ListenArgs {
    /// One that is empty counts as none.
    pub(super) fn verify_token(&self) -> Option<&str> {
        set(self.verify_token.as_deref())
    }

    pub(super) fn printing(&self) -> Printing {
        match (self.tui, self.json) {
            (true, _) => Printing::Nothing,
            (false, true) => Printing::Json,
            (false, false) => Printing::Text,
        }
    }
}

fn path(text: &str) -> Result<String, String> {
    match text.parse::<PathAndQuery>() {
        Ok(path) if path.query().is_none() && text.starts_with('/') => Ok(text.to_owned()),
        _ => Err("expected a path such as /webhooks".to_owned()),
    }
}

fn url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("expected a URL such as http://localhost:8080/webhooks".to_owned());
    }
    Ok(url)
}
