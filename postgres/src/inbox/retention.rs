//! Deleting what is beyond its retention, and counting what is open.

use std::{collections::BTreeMap, time::Duration};

use sqlx::{PgConnection, PgPool};
use tower_webhook::inbox::{Retention, Swept, TargetStats};

use super::{from_millis, millis};
use crate::transaction::begin;

/// How many rows a sweep deletes at most.
const SWEEP_ROWS: i64 = 500;

pub(super) async fn sweep(
    pool: &PgPool,
    retention: Retention,
    now: Option<i64>,
) -> Result<Swept, sqlx::Error> {
    let mut transaction = begin(pool).await?;
    // Several workers may sweep at once.
    let requests: Vec<i64> = sqlx::query_scalar(
        "SELECT seq FROM webhook_message
         WHERE finished_at IS NOT NULL AND is_stored
             AND finished_at <= coalesce($1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint) - $2
         ORDER BY finished_at LIMIT $3 FOR UPDATE SKIP LOCKED",
    )
    .bind(now)
    .bind(millis(retention.requests))
    .bind(SWEEP_ROWS)
    .fetch_all(&mut *transaction)
    .await?;
    sqlx::query("DELETE FROM webhook_request WHERE seq = ANY($1)")
        .bind(&requests)
        .execute(&mut *transaction)
        .await?;
    forget_requests(&mut transaction, &requests).await?;
    let ids = sqlx::query(
        "DELETE FROM webhook_message WHERE seq IN (
             SELECT seq FROM webhook_message
             WHERE finished_at IS NOT NULL AND NOT is_stored
                 AND finished_at <= coalesce($1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint) - $2
             ORDER BY finished_at LIMIT $3 FOR UPDATE SKIP LOCKED)",
    )
    .bind(now)
    .bind(millis(retention.ids))
    .bind(SWEEP_ROWS)
    .execute(&mut *transaction)
    .await?
    .rows_affected();
    transaction.commit().await?;
    let requests = u64::try_from(requests.len()).unwrap_or(u64::MAX);
    Ok(Swept {
        requests,
        ids,
        more: requests.max(ids) >= SWEEP_ROWS.unsigned_abs(),
    })
}

pub(super) async fn forget_request(
    connection: &mut PgConnection,
    message: i64,
) -> Result<(), sqlx::Error> {
    forget_requests(connection, &[message]).await
}

/// The requests are deleted; of the messages only their ids are left.
async fn forget_requests(
    connection: &mut PgConnection,
    messages: &[i64],
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM webhook_task WHERE seq = ANY($1)")
        .bind(messages)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "UPDATE webhook_message SET is_stored = false, event_type = NULL WHERE seq = ANY($1)",
    )
    .bind(messages)
    .execute(connection)
    .await
    .map(drop)
}

pub(super) async fn stats(
    pool: &PgPool,
    now: Option<i64>,
) -> Result<Vec<TargetStats>, sqlx::Error> {
    // Each goes over an index of what is open, not over what is done.
    let open: Vec<(String, String, i64, i64)> = sqlx::query_as(
        "SELECT open.endpoint, target, waiting,
                coalesce($1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint) - received_at
         FROM (SELECT endpoint, target, count(*) AS waiting, min(seq) AS seq FROM webhook_task
               WHERE due_at IS NOT NULL GROUP BY endpoint, target
               UNION ALL
               SELECT endpoint, target, count(*), min(seq) FROM webhook_task
               WHERE order_key IS NOT NULL AND state = 'blocked' GROUP BY endpoint, target) AS open
         JOIN webhook_message USING (seq)",
    )
    .bind(now)
    .fetch_all(pool)
    .await?;
    let dead: Vec<(String, String, i64)> = sqlx::query_as(
        "SELECT endpoint, target, count(*) FROM webhook_task WHERE state = 'dead' GROUP BY endpoint, target",
    )
    .fetch_all(pool)
    .await?;
    let mut targets = BTreeMap::new();
    for (endpoint, target, waiting, age) in open {
        let age: Duration = from_millis(age);
        let stats = entry(&mut targets, endpoint, target);
        stats.waiting += waiting.unsigned_abs();
        stats.oldest_waiting = stats.oldest_waiting.max(Some(age));
    }
    for (endpoint, target, dead) in dead {
        entry(&mut targets, endpoint, target).dead = dead.unsigned_abs();
    }
    Ok(targets.into_values().collect())
}

fn entry(
    targets: &mut BTreeMap<(String, String), TargetStats>,
    endpoint: String,
    target: String,
) -> &mut TargetStats {
    targets
        .entry((endpoint.clone(), target.clone()))
        .or_insert(TargetStats {
            endpoint,
            target,
            waiting: 0,
            dead: 0,
            oldest_waiting: None,
        })
}
