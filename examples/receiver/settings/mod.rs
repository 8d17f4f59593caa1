//! The settings, from environment variables: one file a topic, one declaration a variable.

mod connections;
mod decryption;
mod idempotency;
mod inbox;
mod log;
mod provider;
mod source;
mod variable;
mod verification;

use std::fmt::Write;

use bytes::Bytes;
use tower_webhook::{
    ConfigError, Receiver, error::ConfigErrorKind, inbox::InboxError, provider::Handshake, voyado,
};

pub(crate) use self::{
    connections::Connections,
    idempotency::Store,
    inbox::{Inbox, InboxUrl},
    log::Log,
    provider::{PATH, Sender},
    variable::VariableError,
};
use variable::{Unset, Variable};

/// Every variable, by topic.
const TOPICS: [&[Variable]; 8] = [
    provider::VARIABLES,
    verification::VARIABLES,
    source::VARIABLES,
    decryption::VARIABLES,
    idempotency::VARIABLES,
    inbox::VARIABLES,
    connections::VARIABLES,
    log::VARIABLES,
];

/// What the service needs to start.
pub(crate) struct Settings {
    pub(crate) log: Log,
    pub(crate) connections: Connections,
    /// Who sends.
    pub(crate) sender: Sender,
    /// What it asks for before it delivers.
    pub(crate) handshakes: Vec<Handshake>,
    /// What verifies and opens the deliveries.
    pub(crate) receiver: Receiver,
    /// What remembers the messages that were handled.
    pub(crate) store: Store,
    /// What stores deliveries before they are answered.
    pub(crate) inbox: Option<Inbox>,
    /// What is allowed, and seldom meant.
    pub(crate) warnings: Vec<&'static str>,
}

impl Settings {
    /// Reads the environment.
    pub(crate) fn from_env() -> Result<Self, VariableError> {
        let sender = provider::read()?;
        let secrets = verification::secrets(&sender)?;
        let inbox = inbox::read()?;
        let store = idempotency::read(sender.scheme.has_replay_protection() || inbox.is_some())?;
        let is_deduplicated = inbox.is_some() || !matches!(store, Store::Off);
        Ok(Self {
            log: log::read()?,
            connections: connections::read()?,
            handshakes: sender.handshakes(secrets.first().map_or("", String::as_str))?,
            receiver: receiver(&sender, &secrets, is_deduplicated)?,
            store,
            sender,
            inbox,
            warnings: [verification::warning()?, idempotency::warning()?]
                .into_iter()
                .flatten()
                .collect(),
        })
    }
}

/// Where the inbox is, from the environment.
pub(crate) fn inbox_url() -> Result<InboxUrl, VariableError> {
    inbox::read_url()
}

/// That the inbox cannot do what it was to do.
pub(crate) fn inbox_failed(error: &InboxError) -> VariableError {
    inbox::failed(error)
}

fn receiver(
    sender: &Sender,
    secrets: &[String],
    is_deduplicated: bool,
) -> Result<Receiver, VariableError> {
    let builder = verification::read(sender, secrets)?;
    let builder = source::add(builder)?;
    let builder = decryption::add(builder, sender)?;
    let builder = if is_deduplicated {
        builder.deduplicated()
    } else {
        builder.danger_accept_replays()
    };
    let receiver = builder.build().map_err(|error| blame(&error))?;
    let validated = match sender.preset {
        None => receiver.validate_event_type::<voyado::Envelope>(),
        Some(_) => receiver.validate_event_type::<Bytes>(),
    };
    validated.map_err(|error| blame(&error))?;
    Ok(receiver)
}

/// Names the variable that has the mistake.
fn blame(error: &ConfigError) -> VariableError {
    let variable = match error.kind() {
        ConfigErrorKind::InvalidHeaderName => verification::TOKEN_HEADER,
        ConfigErrorKind::NoHeaderToken | ConfigErrorKind::EmptyHeaderToken => verification::TOKENS,
        ConfigErrorKind::InvalidNetwork if source::is_of_the_proxies(error.culprit()) => {
            source::TRUSTED_PROXIES
        }
        ConfigErrorKind::InvalidNetwork | ConfigErrorKind::EmptyAllowlist => {
            source::ALLOWED_SOURCES
        }
        ConfigErrorKind::TrustedHopsBesideProxies => source::TRUSTED_HOPS,
        ConfigErrorKind::TrustedProxiesTooWide => source::TRUSTED_PROXIES,
        ConfigErrorKind::NoDecryptionKey | ConfigErrorKind::EventTypeCannotDecrypt => {
            decryption::REQUIRE_ENCRYPTION
        }
        _ => verification::of_the_secrets(),
    };
    variable.error(error.to_string())
}

/// The table of all variables, as text.
pub(crate) fn table() -> String {
    let mut table = String::from("Environment variables:\n");
    let variables = TOPICS.concat();
    let names = variables.iter().map(|variable| variable.name.len());
    let width = names.max().unwrap_or_default();
    for variable in variables {
        let unset = match variable.default {
            Unset::Value(default) => format!("default: {default}"),
            Unset::Without(text) => text.to_owned(),
        };
        let Variable { name, meaning, .. } = variable;
        writeln!(table, "  {name:<width$} {meaning} [{unset}]").expect("a string takes it");
    }
    table
}
