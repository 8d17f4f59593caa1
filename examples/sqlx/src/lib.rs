//! An idempotency store over Postgres: `Detached::new(PgStore(pool))` is one that a layer takes.
//!
//! Each transition is one statement, so it is atomic. Time is the server's. Rows that have expired are replaced where their
//! message comes again; `DELETE FROM webhook_messages WHERE until < now()` removes the rest, now and then.
//!
//! `cargo test -p sqlx-store` shows that it does what the layer expects of a store.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

use std::time::Duration;

use sqlx::{PgPool, Postgres, postgres::PgArguments, query::Query};
use tower_webhook::idempotency::{
    Claim, Claimant, EasyStore, OwnerToken, Settlement, StoreError, StoreErrorKind, StoreResult,
};

/// What the store needs of the database.
pub const TABLE: &str = "CREATE TABLE IF NOT EXISTS webhook_messages (key text PRIMARY KEY, \
    owner text NOT NULL, digest text NOT NULL, is_done bool NOT NULL, until timestamptz NOT NULL)";
const CLAIM: &str = "INSERT INTO webhook_messages AS held \
    VALUES ($1, $2, $3, false, now() + $4 * interval '1 ms') ON CONFLICT (key) DO UPDATE \
    SET owner = excluded.owner, digest = excluded.digest, is_done = false, until = excluded.until \
    WHERE held.until <= now() OR held.owner = excluded.owner AND NOT held.is_done";
const HELD: &str = "SELECT digest, is_done, (extract(epoch FROM until - now()) * 1000)::bigint \
    FROM webhook_messages WHERE key = $1";
const RENEW: &str = "UPDATE webhook_messages SET until = now() + $3 * interval '1 ms' \
    WHERE key = $1 AND owner = $2 AND NOT is_done AND until > now()";
const COMPLETE: &str = "INSERT INTO webhook_messages AS held \
    VALUES ($1, $2, $3, true, now() + $4 * interval '1 ms') ON CONFLICT (key) DO UPDATE \
    SET owner = excluded.owner, digest = excluded.digest, is_done = true, until = CASE \
    WHEN held.is_done AND held.until > now() THEN held.until ELSE excluded.until END \
    WHERE held.until <= now() OR held.owner = excluded.owner";
const RELEASE: &str = "DELETE FROM webhook_messages \
    WHERE key = $1 AND owner = $2 AND NOT is_done AND until > now()";

/// The store.
#[derive(Clone, Debug)]
pub struct PgStore(pub PgPool);

impl PgStore {
    async fn changes(&self, query: Query<'_, Postgres, PgArguments>) -> StoreResult<bool> {
        let done = query.execute(&self.0).await.map_err(failed)?;
        Ok(done.rows_affected() > 0)
    }
}

impl EasyStore for PgStore {
    async fn claim(&self, key: &str, by: Claimant, lease: Duration) -> StoreResult<Claim> {
        let claim = held(CLAIM, key, by).bind(millis(lease));
        if self.changes(claim).await? {
            return Ok(Claim::Fresh);
        }
        let row = sqlx::query_as(HELD).bind(key).fetch_optional(&self.0);
        let row: Option<(String, bool, i64)> = row.await.map_err(failed)?;
        let (digest, is_done, left) = row.unwrap_or((by.digest.to_string(), false, 0));
        Ok(match is_done {
            _ if digest != by.digest.to_string() => Claim::OtherBody,
            true => Claim::Done,
            false => Claim::InProgress {
                remaining: Duration::from_millis(u64::try_from(left).unwrap_or(0)),
            },
        })
    }

    async fn renew(
        &self,
        key: &str,
        owner: OwnerToken,
        lease: Duration,
    ) -> StoreResult<Settlement> {
        let query = sqlx::query(RENEW).bind(key).bind(owner.to_string());
        self.changes(query.bind(millis(lease)))
            .await
            .map(settlement)
    }

    async fn complete(&self, key: &str, by: Claimant, kept: Duration) -> StoreResult<Settlement> {
        let query = held(COMPLETE, key, by).bind(millis(kept));
        self.changes(query).await.map(settlement)
    }

    async fn release(&self, key: &str, owner: OwnerToken) -> StoreResult<Settlement> {
        let query = sqlx::query(RELEASE).bind(key).bind(owner.to_string());
        self.changes(query).await.map(settlement)
    }
}

fn held<'q>(sql: &'static str, key: &'q str, by: Claimant) -> Query<'q, Postgres, PgArguments> {
    let query = sqlx::query(sql).bind(key);
    query.bind(by.owner.to_string()).bind(by.digest.to_string())
}

fn millis(duration: Duration) -> i64 {
    const TEN_YEARS: i64 = 10 * 365 * 24 * 60 * 60 * 1000;
    i64::try_from(duration.as_millis())
        .unwrap_or(TEN_YEARS)
        .min(TEN_YEARS)
}

fn settlement(is_changed: bool) -> Settlement {
    if is_changed {
        Settlement::Settled
    } else {
        Settlement::NotOwner
    }
}

fn failed(error: sqlx::Error) -> StoreError {
    StoreError::with_source(StoreErrorKind::Unavailable, error)
}
