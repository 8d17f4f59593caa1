//! Where deliveries are stored, and where they go from there.

use std::{
    collections::BTreeSet,
    num::{NonZeroU32, NonZeroUsize},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tower_webhook::{
    ConfigError,
    dispatch::Forward,
    error::ConfigErrorKind,
    event::WebhookEvent,
    inbox::{self, InboxError, Schedule, SqliteInbox},
};
use tower_webhook_postgres::PgInbox;

use super::variable::{Unset, Variable, VariableError, variables};

variables! {
    INBOX_URL: Unset::Without("no inbox"), "sqlite:PATH or postgres://… stores deliveries, which are answered 202 then and printed later";
    FORWARD_URLS: Unset::Without("printed"), "where the inbox sends each delivery instead, separated by commas; a URL up to its query is the name in lists and the log";
    FORWARD_SECRET: Unset::Without("required with FORWARD_URLS"), "the secret that signs what is sent there";
    INBOX_SCHEDULE_SECS: Unset::Value("5,300,1800,7200,18000,36000,36000"), "the delays between attempts, in seconds; then it is a dead letter";
    WORKERS: Unset::Value("8"), "how many deliveries are in progress at a time, for each target";
    INBOX_LEASE_SECS: Unset::Value("60"), "how long a delivery waits that a process was killed with, in seconds";
}

/// How deliveries are stored and handed on.
pub(crate) struct Inbox {
    pub(crate) url: InboxUrl,
    /// Where they are sent instead of being printed.
    forwarding: Option<Forwarding>,
    pub(crate) schedule: Schedule,
    pub(crate) workers: NonZeroUsize,
    pub(crate) lease: Duration,
}

struct Forwarding {
    urls: Vec<String>,
    secret: String,
}

/// Where the store is.
pub(crate) enum InboxUrl {
    Sqlite(PathBuf),
    /// May have a password.
    Postgres(String),
}

pub(super) fn read() -> Result<Option<Inbox>, VariableError> {
    let schedule = Schedule::from_seconds(&INBOX_SCHEDULE_SECS.required()?)
        .map_err(|error| INBOX_SCHEDULE_SECS.error(error.to_string()))?;
    let workers = WORKERS.parsed("is not a whole number from 1")?;
    let lease: NonZeroU32 = INBOX_LEASE_SECS.parsed("is not a whole number of seconds from 1")?;
    let forwarding = match (FORWARD_URLS.list()?, FORWARD_SECRET.text()?) {
        (Some(urls), Some(secret)) => Some(Forwarding { urls, secret }),
        (Some(_), None) => return Err(FORWARD_SECRET.missing_beside(&FORWARD_URLS)),
        (None, Some(_)) => return Err(FORWARD_URLS.missing_beside(&FORWARD_SECRET)),
        (None, None) => None,
    };
    let url = INBOX_URL.text()?;
    if forwarding.is_some() && url.is_none() {
        return Err(INBOX_URL.missing_beside(&FORWARD_URLS));
    }
    let Some(url) = url else { return Ok(None) };
    let inbox = Inbox {
        url: InboxUrl::parse(url)?,
        forwarding,
        schedule,
        workers,
        lease: Duration::from_secs(lease.get().into()),
    };
    // Mistakes in the targets are found here.
    inbox.forwards::<bytes::Bytes>()?;
    Ok(Some(inbox))
}

/// For the commands, which need no other variable.
pub(super) fn read_url() -> Result<InboxUrl, VariableError> {
    let url = INBOX_URL.text()?;
    let missing = || INBOX_URL.error("is missing: set it to the one of the receiver");
    InboxUrl::parse(url.ok_or_else(missing)?)
}

/// A target, by its name.
type Named<E> = (Arc<str>, Forward<E>);

impl Inbox {
    /// The targets to send to, by name; none if deliveries are printed.
    pub(crate) fn forwards<E: WebhookEvent>(&self) -> Result<Vec<Named<E>>, VariableError> {
        let Some(Forwarding { urls, secret }) = &self.forwarding else {
            return Ok(Vec::new());
        };
        let forwards = urls.iter().map(|url| {
            let forward = Forward::builder(url, secret.as_str()).event::<E>();
            Ok((name(url), forward.build().map_err(|error| blame(&error))?))
        });
        let forwards = forwards.collect::<Result<Vec<_>, _>>()?;
        let names: BTreeSet<_> = forwards.iter().map(|(name, _)| name).collect();
        if names.len() < forwards.len() {
            return Err(FORWARD_URLS.error("names a target twice (queries do not tell them apart)"));
        }
        Ok(forwards)
    }
}

/// Under which a target's deliveries are stored, listed and logged. A query may hold a token, and change with it.
fn name(url: &str) -> Arc<str> {
    let name = url.split_once(['?', '#']).map_or(url, |(name, _)| name);
    name.into()
}

fn blame(error: &ConfigError) -> VariableError {
    let variable = match error.kind() {
        ConfigErrorKind::InvalidTargetUrl | ConfigErrorKind::NoRootCertificates => FORWARD_URLS,
        _ => FORWARD_SECRET,
    };
    variable.error(error.to_string())
}

impl InboxUrl {
    fn parse(url: String) -> Result<Self, VariableError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url));
        }
        let Some(path) = url.strip_prefix("sqlite:") else {
            return Err(INBOX_URL.error("is neither `sqlite:PATH` nor `postgres://…`"));
        };
        // As a URL, an absolute path has three slashes.
        let path = path.strip_prefix("//").unwrap_or(path);
        Ok(Self::Sqlite(Path::new(path).to_owned()))
    }

    /// Opens the store, and makes or migrates its tables.
    pub(crate) async fn open(&self) -> Result<Arc<dyn inbox::Inbox>, VariableError> {
        match self {
            Self::Sqlite(path) => Ok(Arc::new(
                SqliteInbox::open(path).map_err(|error| failed(&error))?,
            )),
            Self::Postgres(url) => {
                let inbox = PgInbox::connect(url)
                    .await
                    .map_err(|error| failed(&error))?;
                inbox.migrate().await.map_err(|error| failed(&error))?;
                Ok(Arc::new(inbox))
            }
        }
    }

    /// Opens a store that a receiver has made.
    pub(crate) async fn open_existing(&self) -> Result<Arc<dyn inbox::Inbox>, VariableError> {
        match self {
            Self::Sqlite(path) if !path.exists() => Err(INBOX_URL.error("there is no such file")),
            Self::Sqlite(_) => self.open().await,
            Self::Postgres(url) => Ok(Arc::new(
                PgInbox::connect(url)
                    .await
                    .map_err(|error| failed(&error))?,
            )),
        }
    }
}

/// What the store says, under the name of its variable.
pub(super) fn failed(error: &InboxError) -> VariableError {
    INBOX_URL.error(error.to_string())
}
