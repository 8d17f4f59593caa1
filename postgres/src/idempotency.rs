use std::{fmt, sync::Arc, time::Duration};

use sqlx::{PgPool, Row};
use tower_webhook::{
    idempotency::{
        BodyDigest, Claim, Claimant, EasyStore, OwnerToken, Settlement, StoreError, StoreErrorKind,
    },
    receiver::Clock,
};

use crate::inbox::millis;

/// How often a claim is tried while another that holds the key gives it up at this moment.
const TRIES: usize = 5;
/// Of so many claims, one deletes what has expired.
const CLEANS: u128 = 16;
/// How many expired keys are deleted at once.
const CLEANED: i64 = 100;

/// Remembers which messages are in progress and which are done, in the table `webhook_claim` that
/// [`PgInbox::migrate`](crate::PgInbox::migrate) makes. Cheap to clone.
///
/// It is an [`EasyStore`]: `Detached` makes a store for the layer of it. Times are the database's.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use tower_webhook::{Idempotency, idempotency::Detached};
/// use tower_webhook_postgres::{PgIdempotencyStore, PgInbox};
///
/// let pool = sqlx::PgPool::connect("postgres://user:password@db.internal/app").await?;
/// PgInbox::new(pool.clone()).migrate().await?;
/// let idempotency = Idempotency::new("engage", Detached::new(PgIdempotencyStore::new(pool)));
/// # let _ = idempotency;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PgIdempotencyStore {
    pool: PgPool,
    clock: Option<Arc<dyn Clock>>,
}

impl PgIdempotencyStore {
    /// A store over a pool.
    pub fn new(pool: PgPool) -> Self {
        Self { pool, clock: None }
    }

    /// Replaces the database's clock, for tests. All processes would have to agree on it.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    fn now(&self) -> Option<i64> {
        Some(millis(self.clock.as_ref()?.unix_time()))
    }

    /// Takes the key if it is free, expired, or the owner's already.
    async fn take(&self, key: &str, by: Claimant, lease: Duration) -> Result<bool, sqlx::Error> {
        let taken = sqlx::query(
            "WITH now AS (SELECT coalesce($1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint) AS ms)
             INSERT INTO webhook_claim AS held (key, owner, body_digest, is_done, expires_at)
             SELECT $2, $3, $4, false, ms + $5 FROM now
             ON CONFLICT (key) DO UPDATE
             SET owner = excluded.owner, body_digest = excluded.body_digest, is_done = false,
                 expires_at = excluded.expires_at
             WHERE held.expires_at <= (SELECT ms FROM now)
                 OR NOT held.is_done AND held.owner = excluded.owner AND held.body_digest = excluded.body_digest",
        )
        .bind(self.now())
        .bind(key.as_bytes())
        .bind(bytes(by.owner.as_u128()))
        .bind(bytes(by.digest.as_u128()))
        .bind(millis(lease))
        .execute(&self.pool)
        .await?;
        Ok(taken.rows_affected() > 0)
    }

    /// Who has the key; `None` if nobody has it any more.
    async fn held(&self, key: &str, digest: BodyDigest) -> Result<Option<Claim>, sqlx::Error> {
        let held = sqlx::query(
            "SELECT body_digest, is_done, expires_at - now.ms AS remaining
             FROM webhook_claim, (SELECT coalesce($1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint) AS ms) AS now
             WHERE key = $2 AND expires_at > now.ms",
        )
        .bind(self.now())
        .bind(key.as_bytes())
        .fetch_optional(&self.pool)
        .await?;
        let Some(held) = held else { return Ok(None) };
        let remaining: i64 = held.try_get("remaining")?;
        Ok(Some(
            if held.try_get::<Vec<u8>, _>("body_digest")? != bytes(digest.as_u128()) {
                Claim::OtherBody
            } else if held.try_get("is_done")? {
                Claim::Done
            } else {
                Claim::InProgress {
                    remaining: Duration::from_millis(remaining.unsigned_abs()),
                }
            },
        ))
    }

    async fn clean(&self) -> Result<(), sqlx::Error> {
        sqlx::query(
            "DELETE FROM webhook_claim WHERE key IN (
                 SELECT key FROM webhook_claim
                 WHERE expires_at <= coalesce($1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
                 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
        )
        .bind(self.now())
        .bind(CLEANED)
        .execute(&self.pool)
        .await
        .map(drop)
    }
}

impl EasyStore for PgIdempotencyStore {
    async fn claim(&self, key: &str, by: Claimant, lease: Duration) -> Result<Claim, StoreError> {
        if by.owner.as_u128().is_multiple_of(CLEANS) {
            self.clean().await.map_err(store_error)?;
        }
        for _ in 0..TRIES {
            if self.take(key, by, lease).await.map_err(store_error)? {
                return Ok(Claim::Fresh);
            }
            if let Some(held) = self.held(key, by.digest).await.map_err(store_error)? {
                return Ok(held);
            }
        }
        Err(StoreError::new(StoreErrorKind::Unavailable))
    }

    async fn renew(
        &self,
        key: &str,
        owner: OwnerToken,
        lease: Duration,
    ) -> Result<Settlement, StoreError> {
        let renewed = sqlx::query(
            "UPDATE webhook_claim SET expires_at = now.ms + $4
             FROM (SELECT coalesce($1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint) AS ms) AS now
             WHERE key = $2 AND owner = $3 AND NOT is_done AND expires_at > now.ms",
        )
        .bind(self.now())
        .bind(key.as_bytes())
        .bind(bytes(owner.as_u128()))
        .bind(millis(lease))
        .execute(&self.pool)
        .await;
        Ok(settlement(
            renewed.map_err(store_error)?.rows_affected() > 0,
        ))
    }

    async fn complete(
        &self,
        key: &str,
        by: Claimant,
        retention: Duration,
    ) -> Result<Settlement, StoreError> {
        // What the owner has completed before is completed again, with the end that it had.
        let completed = sqlx::query(
            "WITH now AS (SELECT coalesce($1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint) AS ms)
             INSERT INTO webhook_claim AS held (key, owner, body_digest, is_done, expires_at)
             SELECT $2, $3, $4, true, ms + $5 FROM now
             ON CONFLICT (key) DO UPDATE
             SET owner = excluded.owner, is_done = true,
                 body_digest = CASE WHEN held.is_done AND held.expires_at > (SELECT ms FROM now)
                     THEN held.body_digest ELSE excluded.body_digest END,
                 expires_at = CASE WHEN held.is_done AND held.expires_at > (SELECT ms FROM now)
                     THEN held.expires_at ELSE excluded.expires_at END
             WHERE held.expires_at <= (SELECT ms FROM now) OR held.owner = excluded.owner",
        )
        .bind(self.now())
        .bind(key.as_bytes())
        .bind(bytes(by.owner.as_u128()))
        .bind(bytes(by.digest.as_u128()))
        .bind(millis(retention))
        .execute(&self.pool)
        .await;
        Ok(settlement(
            completed.map_err(store_error)?.rows_affected() > 0,
        ))
    }

    async fn release(&self, key: &str, owner: OwnerToken) -> Result<Settlement, StoreError> {
        let released = sqlx::query(
            "DELETE FROM webhook_claim
             WHERE key = $2 AND owner = $3 AND NOT is_done
                 AND expires_at > coalesce($1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)",
        )
        .bind(self.now())
        .bind(key.as_bytes())
        .bind(bytes(owner.as_u128()))
        .execute(&self.pool)
        .await;
        Ok(settlement(
            released.map_err(store_error)?.rows_affected() > 0,
        ))
    }
}

impl fmt::Debug for PgIdempotencyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PgIdempotencyStore").finish_non_exhaustive()
    }
}

fn settlement(is_owner: bool) -> Settlement {
    if is_owner {
        Settlement::Settled
    } else {
        Settlement::NotOwner
    }
}

fn bytes(number: u128) -> Vec<u8> {
    number.to_be_bytes().to_vec()
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn store_error(error: sqlx::Error) -> StoreError {
    let kind = match &error {
        sqlx::Error::PoolTimedOut => StoreErrorKind::TimedOut,
        sqlx::Error::Database(database) if database.code().as_deref() == Some("53100") => {
            StoreErrorKind::Full
        }
        _ => StoreErrorKind::Unavailable,
    };
    StoreError::with_source(kind, error.to_string())
}
