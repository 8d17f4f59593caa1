//! The presets as a table, for programs that take a sender's name from their configuration.

use std::{borrow::Cow, time::Duration};

use crate::{
    error::{ConfigError, ConfigErrorKind},
    scheme::Scheme,
};

/// A sender that this crate knows.
///
/// ```
/// use tower_webhook::{Receiver, provider::{Preset, PresetSettings}};
///
/// let preset = Preset::find("stripe").ok_or("no such sender")?;
/// let scheme = preset.scheme(&PresetSettings::new())?;
/// let receiver = Receiver::builder("whsec_of_stripe").scheme(scheme).build()?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Preset {
    slug: &'static str,
    name: &'static str,
    key_kind: KeyKind,
    verified_against: VerifiedAgainst,
    scheme: fn(&PresetSettings) -> Result<Scheme, ConfigError>,
}

/// What a sender gives to verify with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyKind {
    /// A shared secret.
    Secret,
    /// Shared secrets with ids, configured as `key-id=secret`.
    SecretWithKeyId,
    /// A public key.
    PublicKey,
    /// An X.509 certificate in PEM.
    Certificate,
    /// A fixed text that travels with each request: nothing is signed.
    Token,
}

/// What this crate's implementation of a scheme was verified against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VerifiedAgainst {
    /// A vector that the sender's documentation publishes.
    PublishedVector,
    /// Vectors of an SDK's tests.
    Sdk,
    /// The documented rule: no vector is published.
    RuleOnly,
}

impl VerifiedAgainst {
    /// In words, as the table of the README has them.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PublishedVector => "published vector",
            Self::Sdk => "SDK",
            Self::RuleOnly => "rule only",
        }
    }
}

/// What some presets need to know besides the keys.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct PresetSettings {
    public_url: Option<Cow<'static, str>>,
    webhook_id: Option<Cow<'static, str>>,
}

impl PresetSettings {
    /// Nothing: enough for most presets.
    pub fn new() -> Self {
        Self::default()
    }

    /// The URL exactly as it was registered with the sender, for schemes that sign it.
    pub fn with_public_url(mut self, url: impl Into<Cow<'static, str>>) -> Self {
        self.public_url = Some(url.into());
        self
    }

    /// The id of the webhook, for PayPal.
    pub fn with_webhook_id(mut self, id: impl Into<Cow<'static, str>>) -> Self {
        self.webhook_id = Some(id.into());
        self
    }

    pub(super) fn public_url(&self) -> Result<Cow<'static, str>, ConfigError> {
        self.public_url
            .clone()
            .ok_or(ConfigError::new(ConfigErrorKind::NoPublicUrl))
    }

    #[cfg_attr(not(feature = "x509"), expect(dead_code))]
    pub(super) fn webhook_id(&self) -> Result<Cow<'static, str>, ConfigError> {
        self.webhook_id
            .clone()
            .ok_or(ConfigError::new(ConfigErrorKind::NoWebhookId))
    }
}

impl Preset {
    pub(super) const fn declared(
        slug: &'static str,
        name: &'static str,
        key_kind: KeyKind,
        verified_against: VerifiedAgainst,
        scheme: fn(&PresetSettings) -> Result<Scheme, ConfigError>,
    ) -> Self {
        Self {
            slug,
            name,
            key_kind,
            verified_against,
            scheme,
        }
    }

    /// The preset with this slug, such as `github`.
    pub fn find(slug: &str) -> Option<&'static Self> {
        super::presets()
            .iter()
            .copied()
            .find(|preset| preset.slug == slug)
    }

    /// The name by which programs call the sender: lower case, with hyphens.
    pub fn slug(&self) -> &'static str {
        self.slug
    }

    /// The name by which people call the sender.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What the sender gives to verify with.
    pub fn key_kind(&self) -> KeyKind {
        self.key_kind
    }

    /// What the implementation was verified against.
    pub fn verified_against(&self) -> VerifiedAgainst {
        self.verified_against
    }

    /// Whether the scheme signs the URL, which then has to be configured.
    pub fn needs_public_url(&self) -> bool {
        let without = self.scheme(&PresetSettings::new().with_webhook_id("id"));
        without.is_err_and(|error| error.kind() == ConfigErrorKind::NoPublicUrl)
    }

    /// The tolerance that the sender documents. Default: none, and 5 minutes apply.
    pub fn tolerance(&self) -> Option<Duration> {
        let settings = PresetSettings::new()
            .with_public_url("https://example.com/")
            .with_webhook_id("id");
        self.scheme(&settings).ok()?.tolerance()
    }

    /// The scheme.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::NoPublicUrl`] or [`ConfigErrorKind::NoWebhookId`] where the scheme needs one.
    pub fn scheme(&self, settings: &PresetSettings) -> Result<Scheme, ConfigError> {
        (self.scheme)(settings)
    }
}
