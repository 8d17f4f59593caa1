use std::{fmt, time::Duration};

use redis::{ErrorKind, RedisError, Script, ServerErrorKind};
use tokio::time::{Instant, timeout_at};

use super::{link::Link, scripts};
use crate::idempotency::{
    BodyDigest, Claim, EasyStore, IdempotencyKey, OwnerToken, Settlement, StoreError,
    StoreErrorKind,
};

/// How often a call is tried. All of them can be: a script finds what it did before.
const ATTEMPTS: usize = 2;

/// The transitions over Redis, each of them one script over one key.
pub(super) struct Transitions {
    pub(super) link: Link,
    pub(super) key_prefix: String,
    pub(super) timeout: Duration,
}

struct Reply {
    number: i64,
    /// Whether an earlier attempt remained without a response.
    is_repeated: bool,
}

impl Transitions {
    async fn run(
        &self,
        script: &Script,
        key: &IdempotencyKey,
        args: &[String],
    ) -> Result<Reply, StoreError> {
        let mut invocation = script.prepare_invoke();
        invocation.key(self.key_in_redis(key));
        for arg in args {
            invocation.arg(arg);
        }
        let started = Instant::now();
        let deadline = started + self.timeout;
        let mut last = self.no_response(self.timeout);
        for attempt in 0..ATTEMPTS {
            let acquiring = timeout_at(deadline, self.link.acquire()).await;
            let mut acquired = acquiring.map_err(|_| self.no_response(self.timeout))??;
            // A connection that has gone silent must leave time for another.
            let is_first_of_two = attempt == 0 && acquired.is_reused;
            let limit = self.timeout / if is_first_of_two { 2 } else { 1 };
            let running = acquired.connection.run(&invocation);
            match timeout_at(started + limit, running).await {
                Ok(Ok(number)) => {
                    let is_repeated = attempt > 0;
                    return Ok(Reply {
                        number,
                        is_repeated,
                    });
                }
                Ok(Err(error)) => {
                    let is_broken = leads_nowhere(&error);
                    last = StoreError::with_source(StoreErrorKind::Unavailable, error);
                    if !is_broken {
                        break;
                    }
                }
                Err(_) => last = self.no_response(limit),
            }
            self.link.discard(&acquired);
        }
        Err(last)
    }

    /// With the lengths, no two keys are one text, whatever stands in them.
    fn key_in_redis(&self, key: &IdempotencyKey) -> String {
        let (prefix, scope, tenant) = (&self.key_prefix, key.scope(), key.tenant());
        let (scope_len, tenant_len) = (scope.len(), tenant.len());
        let id = key.message_id();
        format!("{prefix}{scope_len}:{scope}:{tenant_len}:{tenant}:{id}")
    }

    fn no_response(&self, within: Duration) -> StoreError {
        let cause = format!("no response of Redis within {within:?}");
        StoreError::with_source(StoreErrorKind::TimedOut, cause)
    }
}

impl EasyStore for Transitions {
    async fn claim(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        let args = [owner.to_string(), digest.to_string(), millis(lease)];
        let reply = self.run(&scripts::CLAIM, key, &args).await?;
        Ok(match reply.number {
            scripts::FRESH => Claim::Fresh,
            scripts::DONE => Claim::Done,
            scripts::OTHER_BODY => Claim::OtherBody,
            remaining => Claim::InProgress {
                remaining: Duration::from_millis(remaining.unsigned_abs()),
            },
        })
    }

    async fn renew(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        lease: Duration,
    ) -> Result<Settlement, StoreError> {
        let args = [owner.to_string(), millis(lease)];
        let reply = self.run(&scripts::RENEW, key, &args).await?;
        Ok(settlement(reply.number))
    }

    async fn complete(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        retention: Duration,
    ) -> Result<Settlement, StoreError> {
        let args = [owner.to_string(), digest.to_string(), millis(retention)];
        let reply = self.run(&scripts::COMPLETE, key, &args).await?;
        Ok(settlement(reply.number))
    }

    async fn release(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
    ) -> Result<Settlement, StoreError> {
        let reply = self
            .run(&scripts::RELEASE, key, &[owner.to_string()])
            .await?;
        Ok(match settlement(reply.number) {
            // The attempt without a response has released it.
            Settlement::NotOwner if reply.is_repeated => Settlement::Settled,
            settlement => settlement,
        })
    }
}

impl fmt::Debug for Transitions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transitions")
            .field("key_prefix", &self.key_prefix)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

fn settlement(reply: i64) -> Settlement {
    match reply {
        scripts::NOT_OWNER => Settlement::NotOwner,
        _ => Settlement::Settled,
    }
}

/// Whether another connection may fare better: this one is broken, leads to a server that became a replica, or was made with
/// credentials that do not hold any more.
fn leads_nowhere(error: &RedisError) -> bool {
    let is_replica = match error.kind() {
        ErrorKind::Server(ServerErrorKind::ReadOnly | ServerErrorKind::MasterDown) => true,
        // Redis 6 wraps the error of a command in a script.
        _ => error
            .detail()
            .is_some_and(|detail| detail.contains("READONLY")),
    };
    let is_unauthenticated = error.code() == Some("NOAUTH");
    is_replica || is_unauthenticated || error.is_io_error() || error.is_unrecoverable_error()
}

/// At least one, and at most ten years: Redis rejects an expiry of nothing, and one beyond its clock.
fn millis(duration: Duration) -> String {
    const TEN_YEARS: u64 = 10 * 365 * 24 * 60 * 60 * 1000;
    u64::try_from(duration.as_millis())
        .unwrap_or(TEN_YEARS)
        .clamp(1, TEN_YEARS)
        .to_string()
}
