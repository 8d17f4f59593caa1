//! Which sender: the arguments that most commands share.

use clap::Args;
use tower_webhook::{
    provider::{Preset, PresetSettings, presets},
    scheme::Scheme,
};

use crate::failure::Failure;

/// Which sender's scheme it is.
#[derive(Clone, Debug, Args)]
pub(crate) struct ProviderArgs {
    /// The sender, such as github, stripe or shopify
    #[arg(long, env = "PROVIDER", default_value = "standard-webhooks", value_parser = slug)]
    pub(crate) provider: String,

    /// The URL exactly as it was registered with the sender, where the scheme signs it
    #[arg(long, env = "PUBLIC_URL", value_name = "URL")]
    pub(crate) public_url: Option<String>,

    /// The id of the webhook, for PayPal
    #[arg(long, env = "WEBHOOK_ID", value_name = "ID")]
    pub(crate) webhook_id: Option<String>,
}

impl ProviderArgs {
    /// The scheme of the sender.
    pub(crate) fn scheme(&self) -> Result<Scheme, Failure> {
        let preset = Preset::find(&self.provider).ok_or_else(|| Failure(unknown(&self.provider)))?;
        let mut settings = PresetSettings::new();
        if let Some(url) = &self.public_url {
            settings = settings.with_public_url(url.clone());
        }
        if let Some(id) = &self.webhook_id {
            settings = settings.with_webhook_id(id.clone());
        }
        preset
            .scheme(&settings)
            .map_err(|error| Failure(format!("--provider {}: {error}", self.provider)))
    }
}

fn slug(text: &str) -> Result<String, String> {
    match Preset::find(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err(unknown(text)),
    }
}

fn unknown(text: &str) -> String {
    let slugs: Vec<_> = presets().iter().map(|preset| preset.slug()).collect();
    format!("`{text}` is no sender that is known; one of: {}", slugs.join(", "))
}
