//! What remembers the messages that were handled.

use tower_webhook::{MemoryStore, RedisStore};

use super::variable::{Unset, Variable, VariableError, variables};

variables! {
    IDEMPOTENCY: Unset::Value("off"), "memory or redis remembers what was handled; off does not";
    IDEMPOTENCY_SCOPE: Unset::Without("required with redis"), "a name that no other service over the same Redis has";
    REDIS_URL: Unset::Without("required with redis"), "redis://user:password@host:port/database, or rediss:// with TLS";
}

/// How many messages are remembered in memory: about 150 MB at the most.
const MEMORY_CAPACITY: usize = 1_000_000;
/// The scope of a store that nobody shares.
const OWN_SCOPE: &str = "receiver";

/// A choice of stores, each with the scope of its keys.
pub(crate) enum Store {
    Off,
    Memory(String, MemoryStore),
    Redis(String, RedisStore),
}

pub(super) fn read() -> Result<Store, VariableError> {
    let scope = IDEMPOTENCY_SCOPE.text()?;
    match IDEMPOTENCY.required()?.as_str() {
        "off" => Ok(Store::Off),
        "memory" => Ok(Store::Memory(
            scope.unwrap_or_else(|| OWN_SCOPE.to_owned()),
            MemoryStore::new(MEMORY_CAPACITY),
        )),
        "redis" => {
            let url = REDIS_URL
                .text()?
                .ok_or_else(|| REDIS_URL.error("is missing beside IDEMPOTENCY=redis"))?;
            let scope = scope.ok_or_else(|| {
                IDEMPOTENCY_SCOPE.error(
                    "is missing beside IDEMPOTENCY=redis: \
                     set it to a name that no other service over the same Redis has",
                )
            })?;
            Ok(Store::Redis(scope, redis(url)?))
        }
        _ => Err(IDEMPOTENCY.error("is neither `off`, `memory` nor `redis`")),
    }
}

/// The one place that knows which kinds of Redis there are.
fn redis(url: String) -> Result<RedisStore, VariableError> {
    let store = RedisStore::builder(url).build();
    store.map_err(|error| REDIS_URL.error(error.to_string()))
}
