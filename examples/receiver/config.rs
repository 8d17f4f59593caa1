//! The settings, from environment variables.

use std::{
    env::{self, VarError},
    error::Error,
    fmt,
    net::{Ipv4Addr, SocketAddr},
    str::FromStr,
    time::Duration,
};

use tower_webhook::Receiver;

const LISTEN: &str = "LISTEN";
const SIGNING_SECRETS: &str = "SIGNING_SECRETS";
const TOLERANCE_SECS: &str = "TOLERANCE_SECS";
const MAX_BODY_BYTES: &str = "MAX_BODY_BYTES";

/// What the service needs to start.
#[derive(Debug)]
pub(crate) struct Config {
    /// Where to listen.
    pub(crate) listen: SocketAddr,
    /// What checks the deliveries.
    pub(crate) receiver: Receiver,
}

impl Config {
    /// Reads the environment.
    pub(crate) fn from_env() -> Result<Self, VariableError> {
        let listen = parsed(LISTEN, "is not an address such as 127.0.0.1:3000")?
            .unwrap_or_else(|| (Ipv4Addr::LOCALHOST, 3000).into());
        Ok(Self {
            listen,
            receiver: receiver()?,
        })
    }
}

fn receiver() -> Result<Receiver, VariableError> {
    let secrets = text(SIGNING_SECRETS)?.ok_or_else(|| {
        VariableError::new(
            SIGNING_SECRETS,
            "is missing: set it to the signing secrets, separated by commas",
        )
    })?;
    let mut builder = Receiver::builder(secrets.split(','));
    if let Some(seconds) = parsed(TOLERANCE_SECS, "is not a whole number of seconds")? {
        builder = builder.tolerance(Duration::from_secs(seconds));
    }
    if let Some(bytes) = parsed(MAX_BODY_BYTES, "is not a whole number of bytes")? {
        builder = builder.max_body_bytes(bytes);
    }
    builder
        .build()
        .map_err(|error| VariableError::new(SIGNING_SECRETS, error.to_string()))
}

fn text(variable: &'static str) -> Result<Option<String>, VariableError> {
    match env::var(variable) {
        Ok(text) => Ok(Some(text)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(VariableError::new(variable, "is not UTF-8")),
    }
}

fn parsed<T: FromStr>(
    variable: &'static str,
    mistake: &'static str,
) -> Result<Option<T>, VariableError> {
    text(variable)?
        .map(|text| text.trim().parse())
        .transpose()
        .map_err(|_| VariableError::new(variable, mistake))
}

/// A variable that is missing or wrong. It says what is wrong with the value, never the value.
#[derive(Debug)]
pub(crate) struct VariableError {
    variable: &'static str,
    mistake: String,
}

impl VariableError {
    fn new(variable: &'static str, mistake: impl Into<String>) -> Self {
        Self {
            variable,
            mistake: mistake.into(),
        }
    }
}

impl fmt::Display for VariableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.variable, self.mistake)
    }
}

impl Error for VariableError {}
