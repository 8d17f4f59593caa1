//! Which sender, and its secrets: the arguments that most commands share.

use std::env;

use clap::Args;
use http::{HeaderName, header::HOST, request::Parts};
use tower_webhook::{
    provider::{Preset, PresetSettings, presets},
    scheme::{HeaderFamily, Scheme},
};

use crate::{failure::Failure, nearest};

/// The list that a receiver reads too.
const SECRETS_VARIABLE: &str = "SIGNING_SECRETS";

/// Which sender's scheme it is.
#[derive(Clone, Debug, Args)]
pub(crate) struct ProviderArgs {
    /// The sender, such as github, stripe, shopify, or voyado, which sends through svix
    #[arg(long, env = "PROVIDER", default_value = "standard-webhooks", value_parser = slug)]
    pub(crate) provider: String,

    /// The URL exactly as it was registered with the sender, where the scheme signs it; default: that of the request that is sent or judged
    #[arg(long, env = "PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,

    /// The id of the webhook, for PayPal
    #[arg(long, env = "WEBHOOK_ID", value_name = "ID")]
    webhook_id: Option<String>,
}

impl ProviderArgs {
    /// The scheme, for requests to `url` unless --public-url says otherwise.
    pub(crate) fn scheme_at(&self, url: &str) -> Result<Scheme, Failure> {
        let mut settings = PresetSettings::new()
            .with_public_url(self.public_url.clone().unwrap_or_else(|| url.to_owned()));
        if let Some(id) = &self.webhook_id {
            settings = settings.with_webhook_id(id.clone());
        }
        self.preset()?.scheme(&settings).map_err(|error| {
            Failure(format!(
                "--provider {}: {error} (--webhook-id)",
                self.provider
            ))
        })
    }

    /// The scheme for a captured request. Where the URL is signed and not given, it is that of the capture, which is then said.
    pub(crate) fn scheme_of(&self, capture: &Parts) -> Result<Scheme, Failure> {
        if !self.needs_url()? {
            return self.scheme_at("");
        }
        let url = url_of(capture).ok_or_else(|| {
            Failure(format!(
                "--provider {}: the scheme signs the URL, and the capture shows none: give --public-url",
                self.provider
            ))
        })?;
        eprintln!("note: no --public-url is given: judged with {url}, from the capture");
        self.scheme_at(&url)
    }

    /// Whether the scheme signs the URL, and it is not given.
    pub(crate) fn needs_url(&self) -> Result<bool, Failure> {
        Ok(self.public_url.is_none() && self.preset()?.needs_public_url())
    }

    /// The headers that the sender signs with, where the scheme has two families.
    pub(crate) fn header_family(&self) -> HeaderFamily {
        match self.provider.as_str() {
            "svix" | "clerk" | "resend" => HeaderFamily::Svix,
            _ => HeaderFamily::Webhook,
        }
    }

    pub(crate) fn preset(&self) -> Result<&'static Preset, Failure> {
        Preset::find(&self.provider).ok_or_else(|| Failure(unknown(&self.provider)))
    }

    /// The header that has the event's type, where one of the scheme's looks like it.
    pub(crate) fn type_header(scheme: &Scheme) -> Option<HeaderName> {
        scheme.headers().into_iter().find(|name| {
            let name = name.as_str();
            name != "x-gitlab-event-uuid"
                && ["event", "event-key", "event-type", "topic", "eventname"]
                    .iter()
                    .any(|end| name.ends_with(end))
        })
    }
}

/// The URL that a capture shows: its own, or that of its `host`.
fn url_of(capture: &Parts) -> Option<String> {
    if capture.uri.scheme().is_some() {
        return Some(capture.uri.to_string());
    }
    let text = |name: &HeaderName| capture.headers.get(name)?.to_str().ok();
    let host = text(&HeaderName::from_static("x-forwarded-host")).or_else(|| text(&HOST))?;
    let is_local =
        host.starts_with("localhost") || host.starts_with("127.") || host.starts_with("[::1]");
    let scheme = text(&HeaderName::from_static("x-forwarded-proto")).unwrap_or(if is_local {
        "http"
    } else {
        "https"
    });
    let path = capture
        .uri
        .path_and_query()
        .map_or("/", |path| path.as_str());
    Some(format!("{scheme}://{host}{path}"))
}

fn slug(text: &str) -> Result<String, String> {
    match text {
        "voyado" => Ok("svix".to_owned()),
        _ if Preset::find(text).is_some() => Ok(text.to_owned()),
        _ => Err(unknown(text)),
    }
}

fn unknown(text: &str) -> String {
    let mut slugs: Vec<_> = presets().iter().map(|preset| preset.slug()).collect();
    slugs.push("voyado");
    slugs.sort_unstable();
    let hint = nearest::hint(text, slugs.iter().copied());
    format!(
        "`{text}` is no sender that is known{hint}; one of: {}",
        slugs.join(", ")
    )
}

/// The secrets.
#[derive(Clone, Debug, Args)]
pub(crate) struct SecretArgs {
    /// The secret as it is configured; repeat it for several [env: SIGNING_SECRETS, with commas between]
    #[arg(long = "secret", value_name = "SECRET")]
    secrets: Vec<String>,
}

impl SecretArgs {
    /// Those given, each exactly as it is, or else those of the variable.
    pub(crate) fn all(&self) -> Vec<String> {
        if !self.secrets.is_empty() {
            return self.secrets.clone();
        }
        let list = env::var(SECRETS_VARIABLE).unwrap_or_default();
        listed(&list)
    }

    /// Those given; at least one.
    pub(crate) fn required(&self) -> Result<Vec<String>, Failure> {
        let secrets = self.all();
        if secrets.is_empty() {
            return Err(Failure(
                "no secret is given: --secret or SIGNING_SECRETS".to_owned(),
            ));
        }
        Ok(secrets)
    }

    /// The one to sign with.
    pub(crate) fn first(&self) -> Result<String, Failure> {
        let first = self.required()?.into_iter().next();
        first.ok_or_else(|| Failure("no secret is given".to_owned()))
    }
}

/// A list as a receiver reads it. Some senders show a secret with the version of its signatures: `v1,whsec_…`.
fn listed(list: &str) -> Vec<String> {
    list.split([',', '|'])
        .map(str::trim)
        .filter(|secret| !matches!(*secret, "" | "v1" | "v1a"))
        .map(str::to_owned)
        .collect()
}
