use std::sync::Arc;

use sqlx::PgConnection;
use tower_webhook::inbox::{Accepted, StoredRequest};

use super::text;

/// A request that is to be stored.
pub(super) struct Incoming<'r> {
    pub(super) request: &'r StoredRequest,
    pub(super) targets: &'r [Arc<str>],
    /// When it came, in milliseconds; `None` is the database's time.
    pub(super) now: Option<i64>,
}

/// Stores one request. With an order key, the connection has to be in a transaction, in which it holds the key's lock.
pub(super) async fn accept(
    connection: &mut PgConnection,
    incoming: Incoming<'_>,
) -> Result<Accepted, sqlx::Error> {
    let request = incoming.request;
    if let Some(key) = &request.order_key {
        lock_key(connection, &request.endpoint, &text(key)).await?;
    }
    let accepted = accept_all(connection, &[incoming]).await?;
    accepted.first().copied().ok_or(sqlx::Error::RowNotFound)
}

/// Stores requests in one statement. No two may have the same id, and others have to store theirs in the same order, or each
/// could wait for the other.
pub(super) async fn accept_all(
    connection: &mut PgConnection,
    incoming: &[Incoming<'_>],
) -> Result<Vec<Accepted>, sqlx::Error> {
    let digests: Vec<[u8; 32]> = requests(incoming).map(StoredRequest::body_digest).collect();
    let stored = store(connection, incoming, &digests).await?;
    if stored.len() == incoming.len() {
        return Ok(vec![Accepted::Stored; incoming.len()]);
    }
    let known = known_digests(connection, incoming).await?;
    let accepted = digests.iter().zip(known).enumerate();
    let accepted = accepted.map(|(at, (digest, known))| match known {
        _ if stored.contains(&number(at)) => Ok(Accepted::Stored),
        Some(known) if known == digest => Ok(Accepted::Duplicate),
        Some(_) => Ok(Accepted::OtherBody),
        // Somebody deleted it since.
        None => Err(sqlx::Error::RowNotFound),
    });
    accepted.collect()
}

/// The numbers of those that were stored.
async fn store(
    connection: &mut PgConnection,
    incoming: &[Incoming<'_>],
    digests: &[[u8; 32]],
) -> Result<Vec<i64>, sqlx::Error> {
    let optional = |of: fn(&StoredRequest) -> &Option<String>| -> Vec<Option<String>> {
        requests(incoming)
            .map(|it| of(it).as_deref().map(text))
            .collect()
    };
    let signed_at = requests(incoming).map(|it| it.timestamp?.unix_seconds().try_into().ok());
    let headers = requests(incoming).map(|it| it.headers.as_bytes());
    let bodies = requests(incoming).map(|it| &*it.body);
    let tasks = incoming.iter().enumerate().flat_map(|(at, incoming)| {
        let targets = incoming.targets.iter();
        targets.map(move |target| (number(at), &**target))
    });
    let (task_numbers, targets): (Vec<i64>, Vec<&str>) = tasks.unzip();
    sqlx::query_scalar(
        "WITH sent AS (
             SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[],
                                  $7::bigint[], $8::bytea[], $9::text[], $10::bytea[], $11::bytea[]) WITH ORDINALITY
                 AS sent (message_id, endpoint, tenant, event_type, order_key, signed_at,
                          came_at, body_sha256, uri, headers, body, number)),
         message AS (
             INSERT INTO webhook_message (endpoint, tenant, message_id, event_type, signed_at, received_at, body_sha256)
             SELECT endpoint, tenant, message_id, event_type, signed_at,
                    coalesce(came_at, (extract(epoch FROM clock_timestamp()) * 1000)::bigint), body_sha256
             FROM sent ORDER BY number
             ON CONFLICT DO NOTHING RETURNING seq, message_id, endpoint, tenant, received_at),
         stored AS (
             SELECT number, seq, endpoint, received_at, order_key, uri, headers, body
             FROM message JOIN sent USING (message_id, endpoint, tenant)),
         request AS (
             INSERT INTO webhook_request (seq, uri, headers, body) SELECT seq, uri, headers, body FROM stored),
         task AS (
             INSERT INTO webhook_task (seq, target, endpoint, order_key, state, due_at)
             SELECT seq, target, endpoint, order_key,
                    CASE WHEN is_blocked THEN 'blocked' ELSE 'waiting' END,
                    CASE WHEN is_blocked THEN NULL ELSE received_at END
             FROM stored JOIN unnest($12::bigint[], $13::text[]) AS task (number, target) USING (number),
                  LATERAL (SELECT stored.order_key IS NOT NULL AND EXISTS (
                      SELECT 1 FROM webhook_task AS earlier
                      WHERE earlier.endpoint = stored.endpoint AND earlier.target = task.target
                          AND earlier.order_key = stored.order_key
                          AND earlier.order_key IS NOT NULL AND earlier.due_at IS NOT NULL
                  ) AS is_blocked) AS behind
             ON CONFLICT DO NOTHING)
         SELECT number FROM stored",
    )
    .bind(each(incoming, |it| &it.message_id))
    .bind(each(incoming, |it| &it.endpoint))
    .bind(each(incoming, |it| &it.tenant))
    .bind(optional(|it| &it.event_type))
    .bind(optional(|it| &it.order_key))
    .bind(signed_at.collect::<Vec<Option<i64>>>())
    .bind(incoming.iter().map(|it| it.now).collect::<Vec<_>>())
    .bind(digests.iter().map(<[u8; 32]>::as_slice).collect::<Vec<_>>())
    .bind(each(incoming, |it| &it.uri))
    .bind(headers.collect::<Vec<_>>())
    .bind(bodies.collect::<Vec<_>>())
    .bind(task_numbers)
    .bind(targets)
    .fetch_all(connection)
    .await
}

/// The digests of the bodies that are stored under the ids.
async fn known_digests(
    connection: &mut PgConnection,
    incoming: &[Incoming<'_>],
) -> Result<Vec<Option<Vec<u8>>>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT body_sha256
         FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS sent (message_id, endpoint, tenant, number)
         LEFT JOIN webhook_message USING (message_id, endpoint, tenant) ORDER BY number",
    )
    .bind(each(incoming, |it| &it.message_id))
    .bind(each(incoming, |it| &it.endpoint))
    .bind(each(incoming, |it| &it.tenant))
    .fetch_all(connection)
    .await
}

fn requests<'r>(incoming: &'r [Incoming<'r>]) -> impl Iterator<Item = &'r StoredRequest> {
    incoming.iter().map(|incoming| incoming.request)
}

/// A text of each request.
fn each<'r>(incoming: &'r [Incoming<'r>], text: fn(&StoredRequest) -> &str) -> Vec<&'r str> {
    requests(incoming).map(text).collect()
}

/// PostgreSQL counts from one.
fn number(at: usize) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX).saturating_add(1)
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
