//! What remembers the messages that were handled.

use tower_webhook::{
    Idempotency,
    idempotency::{MemoryStore, RedisStore},
};

use super::variable::{Unset, Variable, VariableError, variables};

variables! {
    IDEMPOTENCY: Unset::Without("memory for a sender that signs no time, without INBOX_URL; else off"), "memory or redis remembers what was handled; off does not";
    IDEMPOTENCY_SCOPE: Unset::Without("required with redis"), "a name that no other service over the same Redis has";
    REDIS_URL: Unset::Without("required with redis"), "redis://user:password@host:port/database, or rediss:// with TLS";
    REDIS_KIND: Unset::Value("server"), "server; cluster or sentinel, with REDIS_URL of one or several, separated by commas";
    REDIS_SERVICE: Unset::Without("required with sentinel"), "the service that the Sentinels watch, or a URL with it as the host";
}

/// How many messages are remembered in memory: about 150 MB at the most.
const MEMORY_CAPACITY: usize = 1_000_000;
/// The scope of a store that nobody shares.
const OWN_SCOPE: &str = "receiver";

/// A choice of stores.
pub(crate) enum Store {
    Off,
    Memory(Idempotency<MemoryStore>),
    Redis(Idempotency<RedisStore>),
}

/// Where the sender signs no time, only what remembers keeps a captured request from being handled again: this or an inbox.
pub(super) fn read(is_protected: bool) -> Result<Store, VariableError> {
    let default = if is_protected { "off" } else { "memory" };
    let kind = IDEMPOTENCY.text()?;
    let scope = IDEMPOTENCY_SCOPE.text()?;
    match kind.as_deref().unwrap_or(default) {
        "off" => Ok(Store::Off),
        "memory" => {
            let store = MemoryStore::new(MEMORY_CAPACITY);
            let store = store.map_err(|error| IDEMPOTENCY.error(error.to_string()))?;
            let scope = scope.as_deref().unwrap_or(OWN_SCOPE);
            Ok(Store::Memory(Idempotency::new(scope, store)))
        }
        "redis" => {
            let scope = scope.ok_or_else(|| {
                IDEMPOTENCY_SCOPE.error(
                    "is missing beside IDEMPOTENCY=redis: \
                     set it to a name that no other service over the same Redis has",
                )
            })?;
            Ok(Store::Redis(Idempotency::new(scope, redis()?)))
        }
        _ => Err(IDEMPOTENCY.error("is neither `off`, `memory` nor `redis`")),
    }
}

pub(super) fn warning() -> Result<Option<&'static str>, VariableError> {
    let is_unused = REDIS_URL.text()?.is_some() && IDEMPOTENCY.text()?.as_deref() != Some("redis");
    Ok(is_unused.then_some("REDIS_URL is set and not used: IDEMPOTENCY is not `redis`"))
}

fn redis() -> Result<RedisStore, VariableError> {
    let missing = || REDIS_URL.error("is missing beside IDEMPOTENCY=redis");
    let service = REDIS_SERVICE.text()?;
    let store = match (REDIS_KIND.required()?.as_str(), service) {
        ("sentinel", None) => {
            return Err(REDIS_SERVICE.error("is missing beside REDIS_KIND=sentinel"));
        }
        ("sentinel", Some(service)) => {
            RedisStore::sentinel(service, REDIS_URL.list()?.ok_or_else(missing)?)
        }
        (_, Some(_)) => {
            return Err(REDIS_KIND.error("is not `sentinel`, which REDIS_SERVICE belongs to"));
        }
        ("cluster", None) => RedisStore::cluster(REDIS_URL.list()?.ok_or_else(missing)?),
        ("server", None) => RedisStore::builder(REDIS_URL.text()?.ok_or_else(missing)?),
        _ => return Err(REDIS_KIND.error("is neither `server`, `cluster` nor `sentinel`")),
    };
    let store = store.build();
    store.map_err(|error| REDIS_URL.error(error.to_string()))
}
