//! The settings, from environment variables: one file a topic, one declaration a variable.

mod connections;
mod decryption;
mod idempotency;
mod inbox;
mod log;
mod source;
mod variable;
mod verification;

use std::fmt::Write;

use tower_webhook::{ConfigError, ConfigErrorKind, Receiver, inbox::InboxError};

pub(crate) use self::{
    connections::Connections,
    idempotency::Store,
    inbox::{Inbox, InboxUrl},
    log::Log,
    variable::VariableError,
};
use variable::{Unset, Variable};

/// Every variable, by topic.
const TOPICS: [&[Variable]; 7] = [
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
    /// What verifies and opens the deliveries.
    pub(crate) receiver: Receiver,
    /// What remembers the messages that were handled.
    pub(crate) store: Store,
    /// What stores deliveries before they are answered.
    pub(crate) inbox: Option<Inbox>,
}

impl Settings {
    /// Reads the environment.
    pub(crate) fn from_env() -> Result<Self, VariableError> {
        Ok(Self {
            log: log::read()?,
            connections: connections::read()?,
            receiver: receiver()?,
            store: idempotency::read()?,
            inbox: inbox::read()?,
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

fn receiver() -> Result<Receiver, VariableError> {
    let builder = verification::read()?;
    let builder = source::add(builder)?;
    let builder = decryption::add(builder)?;
    builder.build().map_err(|error| blame(&error))
}

/// Names the variable that has the mistake.
fn blame(error: &ConfigError) -> VariableError {
    let variable = match error.kind() {
        ConfigErrorKind::ToleranceTooLong => verification::TOLERANCE_SECS,
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
        ConfigErrorKind::NoDecryptionKey => decryption::REQUIRE_ENCRYPTION,
        _ => verification::SIGNING_SECRETS,
    };
    variable.error(error.to_string())
}

/// The table of all variables, as text.
pub(crate) fn table() -> String {
    let mut table = String::from("Environment variables:\n");
    for variable in TOPICS.concat() {
        let unset = match variable.default {
            Unset::Required => "required".to_owned(),
            Unset::Value(default) => format!("default: {default}"),
            Unset::Without(text) => text.to_owned(),
        };
        let Variable { name, meaning, .. } = variable;
        writeln!(table, "  {name:<19} {meaning} [{unset}]").expect("a string takes it");
    }
    table
}
