//! Claiming, renewing and settling.

use std::{sync::Arc, time::Duration};

use sqlx::{PgConnection, PgPool, Row, postgres::PgRow};
use tower_webhook::{
    Timestamp,
    idempotency::OwnerToken,
    inbox::{
        Claimed, Claims, DueTasks, Failure, Fate, HeaderLines, Settled, StoredRequest, TaskKey,
    },
};

use super::{accept::lock_key, from_millis, millis, text};
use crate::transaction::begin;

pub(super) async fn claim(
    pool: &PgPool,
    due: DueTasks<'_>,
    now: Option<i64>,
) -> Result<Claims, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    let target: Arc<str> = due.target.into();
    let claimed = sqlx::query(
        "WITH now AS (SELECT coalesce($1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint) AS ms),
         due AS (
             SELECT seq, target FROM webhook_task
             WHERE endpoint = $2 AND target = $3 AND due_at IS NOT NULL AND due_at <= (SELECT ms FROM now)
             ORDER BY due_at, seq LIMIT $4 FOR UPDATE SKIP LOCKED),
         claimed AS (
             UPDATE webhook_task AS task
             SET lost_leases = lost_leases + (state = 'claimed')::integer, state = 'claimed', owner = $5,
                 due_at = (SELECT ms FROM now) + $6
             FROM due WHERE task.seq = due.seq AND task.target = due.target
             RETURNING task.seq, failed_attempts, lost_leases)
         SELECT seq, failed_attempts, lost_leases, coalesce(endpoint, '') AS endpoint, coalesce(tenant, '') AS tenant,
                coalesce(message_id, '') AS message_id, event_type, signed_at, coalesce(uri, '') AS uri,
                coalesce(headers, '') AS headers, coalesce(body, '') AS body
         FROM claimed LEFT JOIN webhook_message USING (seq) LEFT JOIN webhook_request USING (seq) ORDER BY seq",
    )
    .bind(now)
    .bind(due.endpoint)
    .bind(due.target)
    .bind(i64::try_from(due.limit).unwrap_or(i64::MAX))
    .bind(owner_bytes(due.owner))
    .bind(millis(due.lease))
    .fetch_all(&mut *connection)
    .await?;
    let claimed = claimed
        .iter()
        .map(|row| from_row(row, &target, due.owner))
        .collect::<Result<Vec<_>, _>>()?;
    let next_in = if claimed.len() < due.limit {
        next_in(&mut connection, due, now).await?
    } else {
        None
    };
    Ok(Claims { claimed, next_in })
}

async fn next_in(
    connection: &mut PgConnection,
    due: DueTasks<'_>,
    now: Option<i64>,
) -> Result<Option<Duration>, sqlx::Error> {
    let next: Option<i64> = sqlx::query_scalar(
        "SELECT due_at - coalesce($1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM webhook_task
         WHERE endpoint = $2 AND target = $3 AND due_at IS NOT NULL ORDER BY due_at LIMIT 1",
    )
    .bind(now)
    .bind(due.endpoint)
    .bind(due.target)
    .fetch_optional(connection)
    .await?;
    Ok(next.map(from_millis))
}

/// A request that is not there, since somebody deleted it by hand, is an empty one: it does not verify, and is a dead letter then.
fn from_row(row: &PgRow, target: &Arc<str>, owner: OwnerToken) -> Result<Claimed, sqlx::Error> {
    Ok(Claimed {
        key: TaskKey {
            message: row.try_get("seq")?,
            target: Arc::clone(target),
            owner,
        },
        request: StoredRequest {
            endpoint: row.try_get("endpoint")?,
            tenant: row.try_get("tenant")?,
            message_id: row.try_get("message_id")?,
            event_type: row.try_get("event_type")?,
            order_key: None,
            timestamp: timestamp(row.try_get("signed_at")?),
            uri: row.try_get("uri")?,
            headers: HeaderLines::from_bytes(row.try_get("headers")?),
            body: row.try_get::<Vec<u8>, _>("body")?.into(),
        },
        failed_attempts: count(row.try_get("failed_attempts")?),
        lost_leases: count(row.try_get("lost_leases")?),
    })
}

pub(super) fn timestamp(signed_at: Option<i64>) -> Option<Timestamp> {
    let seconds = u64::try_from(signed_at?).ok()?;
    Some(Timestamp::from_unix_seconds(seconds))
}

pub(super) fn count(number: i32) -> u32 {
    number.try_into().unwrap_or_default()
}

pub(super) async fn renew(
    pool: &PgPool,
    task: &TaskKey,
    lease: Duration,
    now: Option<i64>,
) -> Result<Settled, sqlx::Error> {
    let renewed = sqlx::query(
        "UPDATE webhook_task SET due_at = coalesce($4, (extract(epoch FROM clock_timestamp()) * 1000)::bigint) + $5
         WHERE seq = $1 AND target = $2 AND owner = $3 AND state = 'claimed'",
    )
    .bind(task.message)
    .bind(&*task.target)
    .bind(owner_bytes(task.owner))
    .bind(now)
    .bind(millis(lease))
    .execute(pool)
    .await?;
    Ok(settled(renewed.rows_affected()))
}

pub(super) async fn settle(
    pool: &PgPool,
    task: &TaskKey,
    fate: Fate,
    now: Option<i64>,
) -> Result<Settled, sqlx::Error> {
    match fate {
        Fate::Done { status } => {
            let status = Some(i32::from(status));
            let ended = Ended {
                state: "done",
                failed: 0,
                status,
                reason: None,
            };
            end(pool, task, ended, now).await
        }
        Fate::Dead(failure) => {
            let ended = Ended {
                state: "dead",
                failed: 1,
                status: failure.status.map(i32::from),
                reason: Some(text(&failure.reason)),
            };
            end(pool, task, ended, now).await
        }
        Fate::Retry { after, failure } => wait(pool, task, after, Some(failure), now).await,
        Fate::Returned => wait(pool, task, Duration::ZERO, None, now).await,
    }
}

/// Back to waiting, after a failure or unattempted.
async fn wait(
    pool: &PgPool,
    task: &TaskKey,
    after: Duration,
    failure: Option<Failure>,
    now: Option<i64>,
) -> Result<Settled, sqlx::Error> {
    let failed = failure.is_some();
    let (status, reason) = match failure {
        Some(failure) => (failure.status.map(i32::from), Some(text(&failure.reason))),
        None => (None, None),
    };
    let updated = sqlx::query(
        "UPDATE webhook_task
         SET state = 'waiting', owner = NULL,
             due_at = coalesce($4, (extract(epoch FROM clock_timestamp()) * 1000)::bigint) + $5,
             failed_attempts = failed_attempts + $6::integer,
             lost_leases = CASE WHEN $6 THEN 0 ELSE lost_leases END,
             last_status = CASE WHEN $6 THEN $7 ELSE last_status END,
             reason = CASE WHEN $6 THEN $8 ELSE reason END
         WHERE seq = $1 AND target = $2 AND owner = $3 AND state = 'claimed'",
    )
    .bind(task.message)
    .bind(&*task.target)
    .bind(owner_bytes(task.owner))
    .bind(now)
    .bind(millis(after))
    .bind(failed)
    .bind(status)
    .bind(reason)
    .execute(pool)
    .await?;
    Ok(settled(updated.rows_affected()))
}

struct Ended {
    state: &'static str,
    failed: i32,
    status: Option<i32>,
    reason: Option<String>,
}

/// Done or dead.
async fn end(
    pool: &PgPool,
    task: &TaskKey,
    ended: Ended,
    now: Option<i64>,
) -> Result<Settled, sqlx::Error> {
    let mut transaction = begin(pool).await?;
    // Else the last two targets could end at once, and neither see the other's end.
    sqlx::query("SELECT 1 FROM webhook_message WHERE seq = $1 FOR UPDATE")
        .bind(task.message)
        .execute(&mut *transaction)
        .await?;
    let updated = sqlx::query(
        "UPDATE webhook_task
         SET state = $4, due_at = NULL, owner = NULL, lost_leases = 0, failed_attempts = failed_attempts + $5,
             last_status = $6, reason = $7,
             settled_at = coalesce($8, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
         WHERE seq = $1 AND target = $2 AND owner = $3 AND state = 'claimed' RETURNING endpoint, order_key",
    )
    .bind(task.message)
    .bind(&*task.target)
    .bind(owner_bytes(task.owner))
    .bind(ended.state)
    .bind(ended.failed)
    .bind(ended.status)
    .bind(ended.reason)
    .bind(now)
    .fetch_optional(&mut *transaction)
    .await?;
    let Some(updated) = updated else {
        return Ok(Settled::NotOwner);
    };
    if let Some(key) = updated.try_get::<Option<String>, _>("order_key")? {
        let endpoint: String = updated.try_get("endpoint")?;
        release_first(&mut transaction, &endpoint, &task.target, &key, now).await?;
    }
    finish_if_done(&mut transaction, task.message, now).await?;
    transaction.commit().await?;
    Ok(Settled::Settled)
}

/// Makes the first blocked message of a key due, if no other is.
pub(super) async fn release_first(
    connection: &mut PgConnection,
    endpoint: &str,
    target: &str,
    key: &str,
    now: Option<i64>,
) -> Result<(), sqlx::Error> {
    lock_key(connection, endpoint, key).await?;
    sqlx::query(
        "UPDATE webhook_task
         SET state = 'waiting', due_at = coalesce($4, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
         WHERE target = $2 AND seq = (
             SELECT seq FROM webhook_task
             WHERE endpoint = $1 AND target = $2 AND order_key = $3
                 AND order_key IS NOT NULL AND state = 'blocked'
             ORDER BY seq LIMIT 1)
             AND NOT EXISTS (
                 SELECT 1 FROM webhook_task
                 WHERE endpoint = $1 AND target = $2 AND order_key = $3
                     AND order_key IS NOT NULL AND due_at IS NOT NULL)",
    )
    .bind(endpoint)
    .bind(target)
    .bind(key)
    .bind(now)
    .execute(connection)
    .await
    .map(drop)
}

/// From then on its retention counts. The message has to be locked.
pub(super) async fn finish_if_done(
    connection: &mut PgConnection,
    message: i64,
    now: Option<i64>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE webhook_message
         SET finished_at = coalesce($2, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
         WHERE seq = $1 AND NOT EXISTS (SELECT 1 FROM webhook_task WHERE seq = $1 AND state <> 'done')",
    )
    .bind(message)
    .bind(now)
    .execute(connection)
    .await
    .map(drop)
}

fn settled(rows: u64) -> Settled {
    if rows == 0 {
        Settled::NotOwner
    } else {
        Settled::Settled
    }
}

fn owner_bytes(owner: OwnerToken) -> Vec<u8> {
    owner.as_u128().to_be_bytes().to_vec()
}
