//! A store that processes share over Redis or Valkey.

mod builder;
mod scripts;

pub use builder::RedisStoreBuilder;

use std::{fmt, pin::Pin, sync::Arc, time::Duration};

use redis::{Script, aio::ConnectionManager};
use tokio::{runtime::Handle, time::timeout};

use super::{
    BodyDigest, Claim, ClaimGuard, IdempotencyKey, IdempotencyStore, OwnerToken, Settlement,
    StoreError, StoreErrorKind,
};

/// Remembers messages in Redis 6 or later, or in Valkey, for all processes that share it.
///
/// It keeps one multiplexed connection, which is made anew when it breaks. Each transition is one script, so it is atomic.
/// A key is the prefix, scope and tenant each behind its length, and the id: `tower-webhook:7:webhook:0::msg_1`. Its value is
/// `done` or `claimed`, the digest of the body and the owner's random token. Leases and retentions are Redis's own expiries, by its clock.
///
/// # What a failover can lose
///
/// Replication is asynchronous: when a replica is promoted, or a server restarts without having saved, the newest claims and
/// completions can be gone. The message is then handled once more if the sender delivers it again, so handlers should bear
/// that. It is never the other way round: nothing becomes done without a success. Use `maxmemory-policy noeviction`:
/// an evicted key is forgotten too.
///
/// ```no_run
/// use tower_webhook::{Idempotency, Receiver, RedisStore, WebhookLayer, voyado};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), tower_webhook::ConfigError> {
/// let receiver = Receiver::builder(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]).build()?;
/// let store = RedisStore::builder("rediss://user:password@redis.internal/0").build()?;
/// let idempotency = Idempotency::new("engage", store);
/// let layer = WebhookLayer::new(receiver).decode::<voyado::Event>().idempotency(idempotency)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RedisStore {
    connection: ConnectionManager,
    shared: Arc<Shared>,
}

struct Shared {
    key_prefix: String,
    timeout: Duration,
    /// For what is left to do when a request is dropped outside of it.
    runtime: Handle,
}

impl RedisStore {
    async fn claim_now(
        self,
        key: IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        // Without a response it may have been carried out all the same, and would be nobody's until its lease ran out.
        let mut unanswered = ClaimGuard::new(self.clone(), key.clone(), owner, digest);
        let args = [owner.to_string(), digest.to_string(), millis(lease)];
        let claimed = self.run(&scripts::CLAIM, &key, &args).await?;
        unanswered.disarm();
        Ok(match claimed {
            scripts::FRESH => Claim::Fresh,
            scripts::DONE => Claim::Done,
            scripts::OTHER_BODY => Claim::OtherBody,
            remaining => Claim::InProgress {
                remaining: Duration::from_millis(remaining.unsigned_abs()),
            },
        })
    }

    /// Settles in a task of its own, which goes on when the request is dropped.
    fn settle_in_task<const N: usize>(
        &self,
        script: &'static Script,
        key: &IdempotencyKey,
        args: [String; N],
    ) -> <Self as IdempotencyStore>::Settling {
        let runtime = Handle::try_current();
        let runtime = runtime.as_ref().unwrap_or(&self.shared.runtime);
        let task = runtime.spawn(self.clone().settle(script, key.clone(), args));
        // It ends early only with the runtime.
        let ended_early = Err(StoreError::new(StoreErrorKind::Unavailable));
        Box::pin(async move { task.await.unwrap_or(ended_early) })
    }

    async fn settle<const N: usize>(
        self,
        script: &'static Script,
        key: IdempotencyKey,
        args: [String; N],
    ) -> Result<Settlement, StoreError> {
        Ok(match self.run(script, &key, &args).await? {
            0 => Settlement::NotOwner,
            _ => Settlement::Settled,
        })
    }

    async fn run(
        &self,
        script: &Script,
        key: &IdempotencyKey,
        args: &[String],
    ) -> Result<i64, StoreError> {
        let mut invocation = script.prepare_invoke();
        invocation.key(self.key_in_redis(key));
        for arg in args {
            invocation.arg(arg);
        }
        let mut connection = self.connection.clone();
        let answer = invocation.invoke_async(&mut connection);
        match timeout(self.shared.timeout, answer).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(StoreError::with_source(StoreErrorKind::Unavailable, error)),
            Err(_) => Err(StoreError::new(StoreErrorKind::TimedOut)),
        }
    }

    /// With the lengths, no two keys are one text, whatever stands in them.
    fn key_in_redis(&self, key: &IdempotencyKey) -> String {
        let (prefix, scope, tenant) = (&self.shared.key_prefix, key.scope(), key.tenant());
        let (scope_len, tenant_len) = (scope.len(), tenant.len());
        let id = key.message_id();
        format!("{prefix}{scope_len}:{scope}:{tenant_len}:{tenant}:{id}")
    }
}

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
        Box::pin(self.clone().claim_now(key.clone(), owner, digest, lease))
    }

    fn renew(&self, key: &IdempotencyKey, owner: OwnerToken, lease: Duration) -> Self::Settling {
        self.settle_in_task(&scripts::RENEW, key, [owner.to_string(), millis(lease)])
    }

    fn complete(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        retention: Duration,
    ) -> Self::Settling {
        let args = [owner.to_string(), digest.to_string(), millis(retention)];
        self.settle_in_task(&scripts::COMPLETE, key, args)
    }

    fn release(&self, key: &IdempotencyKey, owner: OwnerToken) -> Self::Settling {
        self.settle_in_task(&scripts::RELEASE, key, [owner.to_string()])
    }

    /// A runtime that is shutting down may not run it; the lease runs out then.
    fn abandon(&self, key: &IdempotencyKey, owner: OwnerToken) {
        drop(self.release(key, owner));
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore")
            .field("key_prefix", &self.shared.key_prefix)
            .field("timeout", &self.shared.timeout)
            .finish_non_exhaustive()
    }
}

/// At least one, and at most ten years: Redis refuses an expiry of nothing, and one beyond its clock.
fn millis(duration: Duration) -> String {
    const TEN_YEARS: u64 = 10 * 365 * 24 * 60 * 60 * 1000;
    u64::try_from(duration.as_millis())
        .unwrap_or(TEN_YEARS)
        .clamp(1, TEN_YEARS)
        .to_string()
}
