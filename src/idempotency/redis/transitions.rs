use std::{error::Error, fmt, time::Duration};

use tokio::time::{Instant, timeout_at};

use super::{cause::Cause, link::Link, scripts};
use crate::idempotency::{
    Claim, Claimant, EasyStore, OwnerToken, Settlement, StoreError, StoreErrorKind, StoreResult,
};

/// How often a call is tried at most: over a connection that went stale, over a new one, and once more where that is as
/// unlucky. All calls can be tried again: a script finds what it did before.
const ATTEMPTS: usize = 3;

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
    async fn run(&self, script: &str, key: &str, args: &[String]) -> Result<Reply, StoreError> {
        let mut eval = redis::cmd("EVAL");
        eval.arg(script)
            .arg(1)
            .arg(self.key_in_redis(key))
            .arg(args);
        let started = Instant::now();
        let deadline = started + self.timeout;
        let mut last = no_response(self.timeout);
        for attempt in 0..ATTEMPTS {
            let mut acquired = match timeout_at(deadline, self.link.acquire()).await {
                Ok(Ok(acquired)) => acquired,
                Ok(Err(error)) if leads_nowhere(&error) => {
                    last = error;
                    continue;
                }
                Ok(Err(error)) => return Err(error),
                Err(_) => return Err(no_response(self.timeout)),
            };
            // A connection that has gone silent must leave time for another.
            let is_first_of_two = attempt == 0 && acquired.is_reused;
            let limit = self.timeout / if is_first_of_two { 2 } else { 1 };
            let running = acquired.connection.run(&eval);
            match timeout_at(started + limit, running).await {
                Ok(Ok(number)) => {
                    let is_repeated = attempt > 0;
                    return Ok(Reply {
                        number,
                        is_repeated,
                    });
                }
                Ok(Err(error)) => {
                    last = Cause::from(error).into();
                    let heals_itself = acquired.connection.heals_itself() && !has_ended(&last);
                    if heals_itself || !leads_nowhere(&last) {
                        break;
                    }
                }
                Err(_) => last = no_response(limit),
            }
            self.link.discard(&acquired);
        }
        Err(last)
    }

    /// A cluster takes braces for a hash tag, by which all keys of a scope could go to one node; behind an empty one all of the
    /// key counts.
    fn key_in_redis(&self, key: &str) -> String {
        let no_tag = if key.contains('{') { "{}" } else { "" };
        format!("{}{no_tag}{key}", self.key_prefix)
    }
}

impl EasyStore for Transitions {
    async fn claim(&self, key: &str, by: Claimant, lease: Duration) -> StoreResult<Claim> {
        let args = [by.owner.to_string(), by.digest.to_string(), millis(lease)];
        let reply = self.run(scripts::CLAIM, key, &args).await?;
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
        key: &str,
        owner: OwnerToken,
        lease: Duration,
    ) -> StoreResult<Settlement> {
        let args = [owner.to_string(), millis(lease)];
        let reply = self.run(scripts::RENEW, key, &args).await?;
        Ok(settlement(reply.number))
    }

    async fn complete(
        &self,
        key: &str,
        by: Claimant,
        retention: Duration,
    ) -> StoreResult<Settlement> {
        let args = [
            by.owner.to_string(),
            by.digest.to_string(),
            millis(retention),
        ];
        let reply = self.run(scripts::COMPLETE, key, &args).await?;
        Ok(settlement(reply.number))
    }

    async fn release(&self, key: &str, owner: OwnerToken) -> StoreResult<Settlement> {
        let reply = self
            .run(scripts::RELEASE, key, &[owner.to_string()])
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

fn no_response(within: Duration) -> StoreError {
    let cause = format!("no response of Redis within {within:?}");
    StoreError::with_source(StoreErrorKind::TimedOut, cause)
}

/// Whether the connection has ended with its runtime, and cannot heal.
fn has_ended(error: &StoreError) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref());
    cause.is_some_and(Cause::has_ended)
}

/// Whether another connection may fare better.
fn leads_nowhere(error: &StoreError) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref());
    cause.is_some_and(Cause::leads_nowhere)
}

/// At least one, and at most ten years: Redis rejects an expiry of nothing, and one beyond its clock.
fn millis(duration: Duration) -> String {
    const TEN_YEARS: u64 = 10 * 365 * 24 * 60 * 60 * 1000;
    u64::try_from(duration.as_millis())
        .unwrap_or(TEN_YEARS)
        .clamp(1, TEN_YEARS)
        .to_string()
}
