use std::{fmt, sync::Arc, time::Duration};

use redis::{
    Client,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use rustls::crypto::CryptoProvider;
use tokio::runtime::Handle;

use super::{RedisStore, Shared};
use crate::error::config_error::{ConfigError, ConfigErrorKind};

const DEFAULT_KEY_PREFIX: &str = "tower-webhook:";
/// A sender waits 15 seconds for an answer; the store may not take much of them.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(2);
/// Longest pause between two attempts to connect again.
const MAX_RECONNECT_DELAY: Duration = Duration::from_millis(500);

/// Configures a [`RedisStore`].
pub struct RedisStoreBuilder {
    url: String,
    key_prefix: String,
    timeout: Duration,
}

impl RedisStore {
    /// A store in the Redis at this URL: `redis://user:password@host:port/database`, or `rediss://` with TLS.
    pub fn builder(url: impl Into<String>) -> RedisStoreBuilder {
        RedisStoreBuilder {
            url: url.into(),
            key_prefix: DEFAULT_KEY_PREFIX.into(),
            timeout: DEFAULT_TIMEOUT,
        }
    }
}

impl RedisStoreBuilder {
    /// What every key starts with. Default: `tower-webhook:`.
    pub fn key_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.key_prefix = prefix.into();
        self
    }

    /// How long a call may take, connecting included. Default: 2 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Checks the configuration. The connection is made with the first call, and again whenever it breaks.
    ///
    /// For TLS, a process that has chosen no cryptography for `rustls` gets that of `ring`.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::InvalidRedisUrl`].
    pub fn build(self) -> Result<RedisStore, ConfigError> {
        let invalid = |_| ConfigError::new(ConfigErrorKind::InvalidRedisUrl);
        let runtime = Handle::current();
        if self.url.starts_with("rediss:") {
            choose_cryptography();
        }
        let client = Client::open(self.url).map_err(invalid)?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(self.timeout))
            .set_response_timeout(Some(self.timeout))
            .set_max_delay(MAX_RECONNECT_DELAY);
        Ok(RedisStore {
            connection: ConnectionManager::new_lazy_with_config(client, config).map_err(invalid)?,
            shared: Arc::new(Shared {
                key_prefix: self.key_prefix,
                timeout: self.timeout,
                runtime,
            }),
        })
    }
}

/// `rustls` panics where features of several crates leave it undecided, so it is decided here if nobody has.
fn choose_cryptography() {
    if CryptoProvider::get_default().is_none() {
        // Fails only if somebody has decided in the meantime.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}

/// Shows no URL, which can have a password.
impl fmt::Debug for RedisStoreBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStoreBuilder")
            .field("key_prefix", &self.key_prefix)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
