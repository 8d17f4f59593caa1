//! Who sends, and what it asks for before it delivers.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    sync::atomic::{AtomicUsize, Ordering},
};

use http::Uri;
use tower_webhook::{
    error::ConfigErrorKind,
    provider::{self, Handshake, Preset, PresetSettings},
    scheme::Scheme,
};

use super::variable::{Unset, Variable, VariableError, variables};

variables! {
    PROVIDER: Unset::Without("Voyado's events by Standard Webhooks"), "the sender, such as github or stripe";
    PUBLIC_URL: Unset::Without("required where the sender signs it"), "the URL as it is registered with the sender";
    WEBHOOK_ID: Unset::Without("required with paypal"), "the id of the webhook at the sender";
    HANDSHAKES: Unset::Value("false"), "true responds to what the sender asks for before it delivers";
    VERIFY_TOKEN: Unset::Without("required with meta and HANDSHAKES"), "the verify token of the app";
    HANDSHAKE_SECRETS_FILE: Unset::Without("they are dropped"), "where to append the secrets that asana and notion bring";
}

/// The path of every sender; beside it each has one of its own.
pub(crate) const PATH: &str = "/webhooks/engage";
/// Anyone can send a handshake that brings a secret: no more than these are kept.
const MOST_KEPT_SECRETS: usize = 100;

/// Who sends.
pub(crate) struct Sender {
    /// `None` for Voyado, whose events are typed.
    pub(crate) preset: Option<&'static Preset>,
    pub(super) scheme: Scheme,
}

impl Sender {
    /// Where it delivers to.
    pub(crate) fn paths(&self) -> Vec<String> {
        let own = self
            .preset
            .map(|preset| format!("/webhooks/{}", preset.slug()));
        [PATH.to_owned()].into_iter().chain(own).collect()
    }

    /// Responses to its handshakes; `secret` is the first of its signing secrets.
    pub(super) fn handshakes(&self, secret: &str) -> Result<Vec<Handshake>, VariableError> {
        let verify_token = VERIFY_TOKEN.text()?;
        let kept_in = HANDSHAKE_SECRETS_FILE.text()?;
        let is_wanted: bool = HANDSHAKES.parsed("is neither `true` nor `false`")?;
        for (is_set, variable) in [
            (verify_token.is_some(), VERIFY_TOKEN),
            (kept_in.is_some(), HANDSHAKE_SECRETS_FILE),
        ] {
            if is_set && !is_wanted {
                return Err(
                    HANDSHAKES.error(format!("is not `true`, which {} needs", variable.name))
                );
            }
        }
        if let Some(path) = &kept_in {
            append(path, "")
                .map_err(|error| HANDSHAKE_SECRETS_FILE.error(format!("{path}: {error}")))?;
        }
        let Some(preset) = self.preset.filter(|_| is_wanted) else {
            return Ok(Vec::new());
        };
        let each_path = |handshake: &dyn Fn(String) -> Handshake| {
            self.paths().into_iter().map(handshake).collect()
        };
        Ok(match preset.slug() {
            "slack" => vec![Handshake::slack()],
            "zoom" => vec![Handshake::zoom(secret)],
            "discord" => vec![Handshake::discord()],
            "twitch" => vec![Handshake::twitch()],
            "xero" => vec![Handshake::xero()],
            "meta" => {
                let token = verify_token
                    .ok_or_else(|| VERIFY_TOKEN.error("is missing beside HANDSHAKES=true"))?;
                each_path(&|path| Handshake::meta(path, token.as_str()))
            }
            "twitter" => each_path(&|path| Handshake::twitter(path, secret)),
            "dropbox" => each_path(&|path| Handshake::dropbox(path)),
            "asana" => each_path(&|path| Handshake::asana(path, keep_in(kept_in.clone()))),
            "notion" => each_path(&|path| Handshake::notion(path, keep_in(kept_in.clone()))),
            _ => Vec::new(),
        })
    }
}

pub(super) fn read() -> Result<Sender, VariableError> {
    let Some(slug) = PROVIDER.text()? else {
        return Ok(Sender {
            preset: None,
            scheme: provider::standard_webhooks(),
        });
    };
    let preset = Preset::find(&slug)
        .ok_or_else(|| PROVIDER.error(format!("no sender is called `{}`", slug.escape_debug())))?;
    let mut settings = PresetSettings::new();
    if let Some(url) = PUBLIC_URL.text()? {
        let uri = url.parse::<Uri>().ok();
        let scheme = uri.as_ref().and_then(Uri::scheme_str);
        if !matches!(scheme, Some("http" | "https")) {
            return Err(PUBLIC_URL.error("is not a URL such as https://example.com/webhooks"));
        }
        settings = settings.with_public_url(url);
    }
    if let Some(id) = WEBHOOK_ID.text()? {
        settings = settings.with_webhook_id(id);
    }
    let scheme = preset
        .scheme(&settings)
        .map_err(|error| match error.kind() {
            ConfigErrorKind::NoPublicUrl => PUBLIC_URL.missing_beside_provider(slug.as_str()),
            ConfigErrorKind::NoWebhookId => WEBHOOK_ID.missing_beside_provider(slug.as_str()),
            _ => PROVIDER.error(error.to_string()),
        })?;
    Ok(Sender {
        preset: Some(preset),
        scheme,
    })
}

impl Variable {
    fn missing_beside_provider(&self, slug: &str) -> VariableError {
        self.error(format!("is missing beside PROVIDER={slug}"))
    }
}

/// Keeps what a handshake brings. It is a secret: the log has only that it came.
fn keep_in(path: Option<String>) -> impl Fn(&str) + Send + Sync + 'static {
    let kept = AtomicUsize::new(0);
    move |secret| {
        let Some(path) = &path else {
            tracing::warn!(
                "a handshake brought a secret, which is dropped: set HANDSHAKE_SECRETS_FILE"
            );
            return;
        };
        if kept.fetch_add(1, Ordering::Relaxed) >= MOST_KEPT_SECRETS {
            tracing::warn!("a handshake brought a secret, which is dropped: too many came");
            return;
        }
        match append(path, &format!("{secret}\n")) {
            Ok(()) => {
                tracing::info!("a handshake brought a secret: it is in HANDSHAKE_SECRETS_FILE");
            }
            Err(error) => tracing::error!(%error, "the secret of a handshake is lost"),
        }
    }
}

fn append(path: &str, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}
