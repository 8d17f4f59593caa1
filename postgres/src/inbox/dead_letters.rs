use sqlx::{PgPool, Row, postgres::PgRow};
use tower_webhook::inbox::DeadLetter;

use super::{
    from_millis,
    tasks::{count, finish_if_done, release_first, timestamp},
};
use crate::transaction::begin;

pub(super) async fn list(
    pool: &PgPool,
    message_id: Option<&str>,
    limit: usize,
) -> Result<Vec<DeadLetter>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT task.endpoint, tenant, message_id, target, event_type, signed_at, received_at,
                coalesce(settled_at, 0) AS settled_at, failed_attempts, last_status, coalesce(reason, '') AS reason
         FROM webhook_task AS task JOIN webhook_message USING (seq)
         WHERE state = 'dead' AND ($1::text IS NULL OR message_id = $1)
         ORDER BY settled_at, seq, target LIMIT $2",
    )
    .bind(message_id)
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(pool)
    .await?;
    rows.iter().map(dead_letter).collect()
}

fn dead_letter(row: &PgRow) -> Result<DeadLetter, sqlx::Error> {
    let status: Option<i32> = row.try_get("last_status")?;
    Ok(DeadLetter {
        endpoint: row.try_get("endpoint")?,
        tenant: row.try_get("tenant")?,
        message_id: row.try_get("message_id")?,
        target: row.try_get("target")?,
        event_type: row.try_get("event_type")?,
        timestamp: timestamp(row.try_get("signed_at")?),
        received_at: from_millis(row.try_get("received_at")?),
        died_at: from_millis(row.try_get("settled_at")?),
        attempts: count(row.try_get("failed_attempts")?),
        last_status: status.and_then(|status| status.try_into().ok()),
        reason: row.try_get("reason")?,
    })
}

pub(super) async fn redrive(
    pool: &PgPool,
    message_id: &str,
    now: Option<i64>,
) -> Result<u64, sqlx::Error> {
    let mut transaction = begin(pool).await?;
    let dead = sqlx::query(
        "SELECT seq, target, endpoint, order_key FROM webhook_task
         WHERE state = 'dead' AND seq IN (SELECT seq FROM webhook_message WHERE message_id = $1)
         ORDER BY seq, target FOR UPDATE",
    )
    .bind(message_id)
    .fetch_all(&mut *transaction)
    .await?;
    let mut redriven = 0;
    for row in dead {
        let (message, target): (i64, String) = (row.try_get("seq")?, row.try_get("target")?);
        let endpoint: String = row.try_get("endpoint")?;
        let order_key: Option<String> = row.try_get("order_key")?;
        // With a key, it takes its place behind what is in progress.
        sqlx::query(
            "UPDATE webhook_task
             SET state = CASE WHEN order_key IS NULL THEN 'waiting' ELSE 'blocked' END,
                 due_at = CASE WHEN order_key IS NULL
                     THEN coalesce($3, (extract(epoch FROM clock_timestamp()) * 1000)::bigint) END,
                 settled_at = NULL, failed_attempts = 0, lost_leases = 0
             WHERE seq = $1 AND target = $2",
        )
        .bind(message)
        .bind(&target)
        .bind(now)
        .execute(&mut *transaction)
        .await?;
        if let Some(key) = &order_key {
            release_first(&mut transaction, &endpoint, &target, key, now).await?;
        }
        redriven += 1;
    }
    transaction.commit().await?;
    Ok(redriven)
}

pub(super) async fn purge(pool: &PgPool, now: Option<i64>) -> Result<u64, sqlx::Error> {
    let mut transaction = begin(pool).await?;
    // In the order in which a settlement locks: the message, then its task.
    let messages: Vec<i64> = sqlx::query_scalar(
        "SELECT seq FROM webhook_message
         WHERE seq IN (SELECT seq FROM webhook_task WHERE state = 'dead') ORDER BY seq FOR UPDATE",
    )
    .fetch_all(&mut *transaction)
    .await?;
    let purged = sqlx::query("DELETE FROM webhook_task WHERE state = 'dead' AND seq = ANY($1)")
        .bind(&messages)
        .execute(&mut *transaction)
        .await?;
    for message in messages {
        finish_if_done(&mut transaction, message, now).await?;
        // Another target may still need the request.
        let deleted = sqlx::query(
            "DELETE FROM webhook_request
             WHERE seq = $1 AND NOT EXISTS (SELECT 1 FROM webhook_task WHERE seq = $1 AND state <> 'done')",
        )
        .bind(message)
        .execute(&mut *transaction)
        .await?;
        if deleted.rows_affected() > 0 {
            super::retention::forget_request(&mut transaction, message).await?;
        }
    }
    transaction.commit().await?;
    Ok(purged.rows_affected())
}
