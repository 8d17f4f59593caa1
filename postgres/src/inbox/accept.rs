use std::sync::Arc;

use sqlx::PgConnection;
use tower_webhook::inbox::{Accepted, StoredRequest};

use super::text;

/// Stores in one statement. With an order key, the connection has to be in a transaction, in which it holds the key's lock.
pub(super) async fn accept(
    connection: &mut PgConnection,
    request: &StoredRequest,
    targets: &[Arc<str>],
    now: Option<i64>,
) -> Result<Accepted, sqlx::Error> {
    let order_key = request.order_key.as_deref().map(text);
    if let Some(key) = &order_key {
        lock_key(connection, &request.endpoint, key).await?;
    }
    let targets: Vec<&str> = targets.iter().map(|target| &**target).collect();
    let digest = request.body_digest();
    let signed_at = request
        .timestamp
        .and_then(|timestamp| i64::try_from(timestamp.unix_seconds()).ok());
    let stored: i64 = sqlx::query_scalar(
        "WITH message AS (
             INSERT INTO webhook_message (endpoint, tenant, message_id, event_type, signed_at, received_at, body_sha256)
             VALUES ($1, $2, $3, $4, $5, coalesce($6, (extract(epoch FROM clock_timestamp()) * 1000)::bigint), $7)
             ON CONFLICT DO NOTHING RETURNING seq, received_at),
         request AS (
             INSERT INTO webhook_request (seq, uri, headers, body) SELECT seq, $8, $9, $10 FROM message),
         task AS (
             INSERT INTO webhook_task (seq, target, endpoint, order_key, state, due_at)
             SELECT seq, target, $1, $11,
                    CASE WHEN is_blocked THEN 'blocked' ELSE 'waiting' END,
                    CASE WHEN is_blocked THEN NULL ELSE received_at END
             FROM message, unnest($12::text[]) AS target,
                  LATERAL (SELECT $11 IS NOT NULL AND EXISTS (
                      SELECT 1 FROM webhook_task AS earlier
                      WHERE earlier.endpoint = $1 AND earlier.target = target.target AND earlier.order_key = $11
                          AND earlier.order_key IS NOT NULL AND earlier.due_at IS NOT NULL
                  ) AS is_blocked) AS behind
             ON CONFLICT DO NOTHING)
         SELECT count(*) FROM message",
    )
    .bind(&request.endpoint)
    .bind(&request.tenant)
    .bind(&request.message_id)
    .bind(request.event_type.as_deref().map(text))
    .bind(signed_at)
    .bind(now)
    .bind(digest.as_slice())
    .bind(&request.uri)
    .bind(request.headers.as_bytes())
    .bind(&*request.body)
    .bind(&order_key)
    .bind(&targets)
    .fetch_one(&mut *connection)
    .await?;
    if stored > 0 {
        return Ok(Accepted::Stored);
    }
    let known: Vec<u8> = sqlx::query_scalar(
        "SELECT body_sha256 FROM webhook_message WHERE message_id = $1 AND endpoint = $2 AND tenant = $3",
    )
    .bind(&request.message_id)
    .bind(&request.endpoint)
    .bind(&request.tenant)
    .fetch_one(connection)
    .await?;
    Ok(if known == digest {
        Accepted::Duplicate
    } else {
        Accepted::OtherBody
    })
}

/// Keeps others from accepting or releasing messages of the key until the transaction ends.
pub(super) async fn lock_key(
    connection: &mut PgConnection,
    endpoint: &str,
    key: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1 || ':' || $2, 7))")
        .bind(endpoint)
        .bind(key)
        .execute(connection)
        .await
        .map(drop)
}
