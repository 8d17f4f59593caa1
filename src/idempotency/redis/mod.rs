//! A store that processes share over Redis or Valkey.

mod builder;
mod cause;
mod connector;
mod link;
mod scripts;
mod transitions;

pub use builder::RedisStoreBuilder;

use std::{fmt, pin::Pin, time::Duration};

use super::{
    BodyDigest, Claim, Detached, IdempotencyKey, IdempotencyStore, OwnerToken, Settlement,
    StoreError,
};
use transitions::Transitions;

/// Remembers messages in Redis 6 or later, or in Valkey, for all processes that share it: one server, a
/// [cluster](Self::cluster) or a server that [Sentinel](Self::sentinel) watches.
///
/// Each transition is one script over one key, so it is atomic. A key is the prefix, scope and tenant each behind its length,
/// and the id: `tower-webhook:6:engage:0::msg_1`. Its value is `claimed` or `done`, the digest of the body and the random token
/// of the owner. Leases and retentions are Redis's own expiries, by its clock.
///
/// # When Redis fails
///
/// All calls share one connection. A call that meets a connection that was closed, has gone silent for half of the
/// [time-out](RedisStoreBuilder::timeout) or leads to a server that became a replica is tried again over a new one, so
/// neither an idle time-out of Redis or of a balancer nor a restart is seen from outside. A call that fails all the same
/// is rejected with 503; the [source](std::error::Error::source) of its [`StoreError`] names the cause, without the password. TCP
/// keepalive keeps the connection alive in the tables of firewalls.
///
/// # What a failover can lose
///
/// Replication is asynchronous: when a replica is promoted, or a server restarts without having saved, the newest claims and
/// completions can be gone. The message is then handled once more if the sender delivers it again, so handlers should bear
/// that. It is never the other way round: nothing becomes done without a success. Use `maxmemory-policy noeviction`:
/// an evicted key is forgotten too.
///
/// ```no_run
/// use tower_webhook::{Idempotency, Receiver, WebhookLayer, idempotency::RedisStore, voyado};
///
/// let receiver = Receiver::builder(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]).build()?;
/// let store = RedisStore::builder("rediss://user:password@redis.internal/0").build()?;
/// let idempotency = Idempotency::new("engage", store);
/// let layer = WebhookLayer::new(receiver).decode::<voyado::Event>().idempotency(idempotency)?;
/// # Ok::<_, tower_webhook::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct RedisStore(Detached<Transitions>);

impl IdempotencyStore for RedisStore {
    type Claiming = Pin<Box<dyn Future<Output = Result<Claim, StoreError>> + Send>>;
    type Settling = Pin<Box<dyn Future<Output = Result<Settlement, StoreError>> + Send>>;

    fn claim(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        lease: Duration,
    ) -> Self::Claiming {
        Box::pin(self.0.claim(key, owner, digest, lease))
    }

    fn renew(&self, key: &IdempotencyKey, owner: OwnerToken, lease: Duration) -> Self::Settling {
        Box::pin(self.0.renew(key, owner, lease))
    }

    fn complete(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        retention: Duration,
    ) -> Self::Settling {
        Box::pin(self.0.complete(key, owner, digest, retention))
    }

    fn release(&self, key: &IdempotencyKey, owner: OwnerToken) -> Self::Settling {
        Box::pin(self.0.release(key, owner))
    }

    fn abandon(&self, key: &IdempotencyKey, owner: OwnerToken) {
        self.0.abandon(key, owner);
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Transitions {
            key_prefix,
            timeout,
            ..
        } = self.0.get_ref();
        f.debug_struct("RedisStore")
            .field("key_prefix", key_prefix)
            .field("timeout", timeout)
            .finish_non_exhaustive()
    }
}
