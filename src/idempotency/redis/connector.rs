use redis::{
    AsyncConnectionConfig, Client, RedisResult, ScriptInvocation, aio::MultiplexedConnection,
};
#[cfg(feature = "redis-cluster")]
use redis::{cluster::ClusterClient, cluster_async::ClusterConnection};
#[cfg(feature = "redis-sentinel")]
use {redis::sentinel::SentinelClient, tokio::sync::Mutex};

/// How the server is found, or the servers are.
pub(super) enum Connector {
    Single(Client),
    #[cfg(feature = "redis-cluster")]
    Cluster(ClusterClient),
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
    pub(super) async fn run(&mut self, script: &ScriptInvocation<'_>) -> RedisResult<i64> {
        match self {
            Self::Single(connection) => script.invoke_async(connection).await,
            #[cfg(feature = "redis-cluster")]
            Self::Cluster(connection) => script.invoke_async(connection).await,
        }
    }
}
