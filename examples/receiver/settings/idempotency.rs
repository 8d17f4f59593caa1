//! What remembers the messages that were handled.

use tower_webhook::{Idempotency, MemoryStore, RedisStore};

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

/// A choice of stores.
pub(crate) enum Store {
    Off,
    Memory(Idempotency<MemoryStore>),
    Redis(Idempotency<RedisStore>),
}

pub(super) fn read() -> Result<Store, VariableError> {
    let scope = IDEMPOTENCY_SCOPE.text()?;
    match IDEMPOTENCY.required()?.as_str() {
        "off" => Ok(Store::Off),
        "memory" => {
            let store = MemoryStore::new(MEMORY_CAPACITY);
            let store = store.map_err(|error| IDEMPOTENCY.error(error.to_string()))?;
            let scope = scope.as_deref().unwrap_or(OWN_SCOPE);
            Ok(Store::Memory(Idempotency::new(scope, store)))
        }
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
            Ok(Store::Redis(Idempotency::new(scope, redis(url)?)))
        }
        _ => Err(IDEMPOTENCY.error("is neither `off`, `memory` nor `redis`")),
    }
}

/// The one place that knows which kinds of Redis there are.
fn redis(url: String) -> Result<RedisStore, VariableError> {
    let store = RedisStore::builder(url).build();
    store.map_err(|error| REDIS_URL.error(error.to_string()))
}
