use std::{fmt, time::Duration};

use redis::{
    Client, ConnectionInfo, IntoConnectionInfo, RedisResult,
    io::tcp::{TcpSettings, socket2::TcpKeepalive},
};
use rustls::crypto::CryptoProvider;

use super::{RedisStore, Transitions, connector::Connector, link::Link};
use crate::{
    error::config_error::{ConfigError, ConfigErrorKind},
    idempotency::Detached,
};

const DEFAULT_KEY_PREFIX: &str = "tower-webhook:";
/// A sender waits 15 seconds for a response; the store may not take much of them.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(2);
/// Firewalls and balancers forget connections after minutes; some do after one.
const KEEPALIVE_AFTER: Duration = Duration::from_secs(20);
/// Between two probes that remain without a response. The third one ends the connection.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(5);
const KEEPALIVE_PROBES: u32 = 3;
/// How long data may stay unacknowledged before the connection ends.
#[cfg(target_os = "linux")]
const USER_TIMEOUT: Duration = Duration::from_secs(10);

/// Configures a [`RedisStore`].
#[must_use]
pub struct RedisStoreBuilder {
    servers: Servers,
    key_prefix: String,
    timeout: Duration,
}

enum Servers {
    Single(String),
    #[cfg(feature = "redis-cluster")]
    Cluster(Vec<String>),
    #[cfg(feature = "redis-sentinel")]
    Sentinel {
        service: String,
        sentinels: Vec<String>,
    },
}

impl RedisStore {
    /// A store in the Redis at this URL: `redis://user:password@host:port/database`, or `rediss://` with TLS.
    pub fn builder(url: impl Into<String>) -> RedisStoreBuilder {
        RedisStoreBuilder::new(Servers::Single(url.into()))
    }

    /// A store in a Redis Cluster, found through any of the nodes at these URLs (feature `redis-cluster`). The same user,
    /// password and TLS go for all of its nodes.
    #[cfg(feature = "redis-cluster")]
    pub fn cluster<U: Into<String>>(urls: impl IntoIterator<Item = U>) -> RedisStoreBuilder {
        let urls = urls.into_iter().map(Into::into).collect();
        RedisStoreBuilder::new(Servers::Cluster(urls))
    }

    /// A store in the Redis that the Sentinels at these URLs name as the master of a service (feature `redis-sentinel`).
    ///
    /// `service` is the name of the service, or a URL that has it in place of the host, where the server takes a user, a
    /// password, a database or TLS: `rediss://user:password@mymaster/0`. The URLs of the Sentinels have credentials of their
    /// own.
    #[cfg(feature = "redis-sentinel")]
    pub fn sentinel<U: Into<String>>(
        service: impl Into<String>,
        sentinels: impl IntoIterator<Item = U>,
    ) -> RedisStoreBuilder {
        RedisStoreBuilder::new(Servers::Sentinel {
            service: service.into(),
            sentinels: sentinels.into_iter().map(Into::into).collect(),
        })
    }
}

impl RedisStoreBuilder {
    fn new(servers: Servers) -> Self {
        Self {
            servers,
            key_prefix: DEFAULT_KEY_PREFIX.into(),
            timeout: DEFAULT_TIMEOUT,
        }
    }

    /// What every key starts with. Default: `tower-webhook:`.
    pub fn key_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.key_prefix = prefix.into();
        self
    }

    /// How long a call may take, with a new connection and a second attempt if there have to be any. At least 1 millisecond.
    /// Default: 2 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Checks the configuration. The connection is made with the first call, within its Tokio runtime, and again whenever it
    /// breaks.
    ///
    /// For TLS, a process that has chosen no cryptography for `rustls` gets that of `ring`.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::InvalidRedisUrl`], also where none is given, or [`ConfigErrorKind::ZeroTimeout`].
    pub fn build(self) -> Result<RedisStore, ConfigError> {
        if self.timeout < Duration::from_millis(1) {
            return Err(ConfigError::new(ConfigErrorKind::ZeroTimeout));
        }
        // The error of the client library could have a part of the URL.
        let connector = self.servers.connector(self.timeout);
        let connector =
            connector.map_err(|_| ConfigError::new(ConfigErrorKind::InvalidRedisUrl))?;
        let transitions = Transitions {
            link: Link::new(connector, self.timeout),
            key_prefix: self.key_prefix,
            timeout: self.timeout,
        };
        Ok(RedisStore(Detached::new(transitions).without_timeout()))
    }
}

impl Servers {
    #[cfg_attr(
        not(feature = "redis-cluster"),
        expect(
            unused_variables,
            reason = "only a cluster sets its time-outs beforehand"
        )
    )]
    fn connector(self, timeout: Duration) -> RedisResult<Connector> {
        match self {
            Self::Single(url) => Client::open(connection_info(&url)?).map(Connector::Single),
            #[cfg(feature = "redis-cluster")]
            Self::Cluster(urls) => {
                let nodes = connection_infos(&urls)?;
                let client = redis::cluster::ClusterClientBuilder::new(nodes)
                    .tcp_settings(tcp_settings())
                    .connection_timeout(timeout)
                    .response_timeout(timeout)
                    // Within the time-out of the call, so that its error has the cause.
                    .retries(3)
                    .min_retry_wait(10)
                    .max_retry_wait(100)
                    .build()?;
                Ok(Connector::Cluster(client))
            }
            #[cfg(feature = "redis-sentinel")]
            Self::Sentinel { service, sentinels } => {
                use redis::{
                    ConnectionAddr, TlsMode,
                    sentinel::{SentinelClient, SentinelNodeConnectionInfo, SentinelServerType},
                };

                let server = if service.contains("://") {
                    connection_info(&service)?
                } else {
                    connection_info(&format!("redis://{service}"))?
                };
                let node = SentinelNodeConnectionInfo::default()
                    .set_tcp_settings(tcp_settings())
                    .set_redis_connection_info(server.redis_settings().clone());
                let (name, node) = match server.addr() {
                    ConnectionAddr::Tcp(name, _) => (name.clone(), node),
                    ConnectionAddr::TcpTls { host, insecure, .. } => {
                        let mode = if *insecure {
                            TlsMode::Insecure
                        } else {
                            TlsMode::Secure
                        };
                        (host.clone(), node.set_tls_mode(mode))
                    }
                    _ => return Err(not_a_service()),
                };
                let sentinels = connection_infos(&sentinels)?;
                if sentinels.is_empty() {
                    return Err(not_a_service());
                }
                let master = SentinelServerType::Master;
                let client = SentinelClient::build(sentinels, name, Some(node), master)?;
                Ok(Connector::Sentinel(Box::new(client.into())))
            }
        }
    }
}

#[cfg(feature = "redis-sentinel")]
fn not_a_service() -> redis::RedisError {
    redis::RedisError::from((
        redis::ErrorKind::InvalidClientConfig,
        "not the name of a service and the URLs of its Sentinels",
    ))
}

#[cfg(any(feature = "redis-cluster", feature = "redis-sentinel"))]
fn connection_infos(urls: &[String]) -> RedisResult<Vec<ConnectionInfo>> {
    urls.iter().map(|url| connection_info(url)).collect()
}

fn connection_info(url: &str) -> RedisResult<ConnectionInfo> {
    if url.starts_with("rediss:") {
        choose_cryptography();
    }
    let info = url.into_connection_info()?;
    Ok(info.set_tcp_settings(tcp_settings()))
}

fn tcp_settings() -> TcpSettings {
    let keepalive = TcpKeepalive::new()
        .with_time(KEEPALIVE_AFTER)
        .with_interval(KEEPALIVE_INTERVAL)
        .with_retries(KEEPALIVE_PROBES);
    let settings = TcpSettings::default()
        .set_nodelay(true)
        .set_keepalive(keepalive);
    #[cfg(target_os = "linux")]
    let settings = settings.set_user_timeout(USER_TIMEOUT);
    settings
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
