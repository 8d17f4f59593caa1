use redis::{AsyncConnectionConfig, Client, Cmd, RedisResult, aio::MultiplexedConnection};
#[cfg(feature = "redis-cluster")]
use redis::{cluster::ClusterClient, cluster_async::ClusterConnection};
#[cfg(feature = "redis-sentinel")]
use {redis::sentinel::SentinelClient, tokio::sync::Mutex};

/// How the server is found, or the servers are.
pub(super) enum Connector {
    Single(Box<Client>),
    #[cfg(feature = "redis-cluster")]
    Cluster(Box<ClusterClient>),
    #[cfg(feature = "redis-sentinel")]
    Sentinel(Box<Mutex<SentinelClient>>),
}

impl Connector {
    pub(super) async fn connect(&self, config: &AsyncConnectionConfig) -> RedisResult<Connection> {
        match self {
            Self::Single(client) => client
                .get_multiplexed_async_connection_with_config(config)
                .await
                .map(Connection::Single),
            #[cfg(feature = "redis-cluster")]
            Self::Cluster(client) => client.get_async_connection().await.map(Connection::Cluster),
            #[cfg(feature = "redis-sentinel")]
            Self::Sentinel(client) => client
                .lock()
                .await
                .get_async_connection_with_config(config)
                .await
                .map(Connection::Single),
        }
    }
}

/// A connection that many calls use at a time.
#[derive(Clone)]
pub(super) enum Connection {
    Single(MultiplexedConnection),
    #[cfg(feature = "redis-cluster")]
    Cluster(ClusterConnection),
}

impl Connection {
    /// Whether it replaces what is broken by itself, and tries again: that of a cluster has one to each node, and those to the
    /// others are not to be lost with it. It does not replace what has gone silent.
    pub(super) fn heals_itself(&self) -> bool {
        match self {
            Self::Single(_) => false,
            #[cfg(feature = "redis-cluster")]
            Self::Cluster(_) => true,
        }
    }

    pub(super) async fn run(&mut self, command: &Cmd) -> RedisResult<i64> {
        match self {
            Self::Single(connection) => command.query_async(connection).await,
            #[cfg(feature = "redis-cluster")]
            Self::Cluster(connection) => command.query_async(connection).await,
        }
    }
}
