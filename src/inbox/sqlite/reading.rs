//! What a worker and an operator read.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use super::from_millis;
use crate::{
    inbox::{DeadLetter, HeaderLines, StoredRequest, TargetStats},
    message::timestamp::Timestamp,
};

/// A dead letter, as [`dead_letter`] reads it.
const COLUMNS: &str =
    "SELECT task.endpoint, tenant, message_id, target, event_type, signed_at, received_at,
        settled_at, failed_attempts, last_status, coalesce(reason, '')
    FROM webhook_task AS task JOIN webhook_message USING (seq)
    WHERE state = 'dead'";

pub(super) fn dead_letters(
    db: &Connection,
    message_id: Option<&str>,
    limit: usize,
) -> Result<Vec<DeadLetter>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    match message_id {
        Some(id) => db
            .prepare(&format!(
                "{COLUMNS} AND message_id = ?1 ORDER BY settled_at, seq, target LIMIT ?2"
            ))?
            .query_map(params![id, limit], dead_letter)?
            .collect(),
        None => db
            .prepare(&format!(
                "{COLUMNS} ORDER BY settled_at, seq, target LIMIT ?1"
            ))?
            .query_map([limit], dead_letter)?
            .collect(),
    }
}

fn dead_letter(row: &Row<'_>) -> Result<DeadLetter> {
    Ok(DeadLetter {
        endpoint: row.get(0)?,
        tenant: row.get(1)?,
        message_id: row.get(2)?,
        target: row.get(3)?,
        event_type: row.get(4)?,
        timestamp: timestamp(row.get(5)?),
        received_at: from_millis(row.get(6)?),
        died_at: from_millis(row.get::<_, Option<i64>>(7)?.unwrap_or_default()),
        attempts: row.get(8)?,
        last_status: row.get(9)?,
        reason: row.get(10)?,
    })
}

pub(super) fn stats(db: &Connection, now: i64) -> Result<Vec<TargetStats>> {
    let mut targets: BTreeMap<(String, String), TargetStats> = BTreeMap::new();
    // Each goes over an index of what is open, not over what is done.
    let open = [
        "SELECT endpoint, target, count(*), min(seq) FROM webhook_task
         WHERE due_at IS NOT NULL GROUP BY endpoint, target",
        "SELECT endpoint, target, count(*), min(seq) FROM webhook_task
         WHERE state = 'blocked' AND order_key IS NOT NULL GROUP BY endpoint, target",
    ];
    for sql in open {
        let mut statement = db.prepare(sql)?;
        let rows = statement.query_map([], |row| {
            Ok(((row.get(0)?, row.get(1)?), row.get(2)?, row.get(3)?))
        })?;
        for row in rows {
            let (key, count, oldest): (_, i64, i64) = row?;
            let received: i64 = db.query_row(
                "SELECT received_at FROM webhook_message WHERE seq = ?1",
                [oldest],
                |row| row.get(0),
            )?;
            let age = from_millis(now.saturating_sub(received));
            let stats = entry(&mut targets, key);
            stats.waiting += count.unsigned_abs();
            stats.oldest_waiting = stats.oldest_waiting.max(Some(age));
        }
    }
    let mut statement = db.prepare(
        "SELECT endpoint, target, count(*) FROM webhook_task WHERE state = 'dead' GROUP BY endpoint, target",
    )?;
    let rows = statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
    for row in rows {
        let (key, count): (_, i64) = row?;
        entry(&mut targets, key).dead = count.unsigned_abs();
    }
    Ok(targets.into_values().collect())
}

fn entry(
    targets: &mut BTreeMap<(String, String), TargetStats>,
    key: (String, String),
) -> &mut TargetStats {
    let (endpoint, target) = key.clone();
    targets.entry(key).or_insert(TargetStats {
        endpoint,
        target,
        waiting: 0,
        dead: 0,
        oldest_waiting: None,
    })
}

/// A request that is not there, since somebody deleted it by hand, is an empty one: it does not verify, and is a dead letter then.
pub(super) fn request(db: &Connection, seq: i64) -> Result<StoredRequest> {
    let from_row = |row: &Row<'_>| {
        let signed_at: Option<i64> = row.get(4)?;
        Ok(StoredRequest {
            endpoint: row.get(0)?,
            tenant: row.get(1)?,
            message_id: row.get(2)?,
            event_type: row.get(3)?,
            timestamp: timestamp(signed_at),
            order_key: None,
            uri: row.get(5)?,
            headers: HeaderLines::from_bytes(row.get(6)?),
            body: row.get::<_, Vec<u8>>(7)?.into(),
        })
    };
    let stored = db
        .prepare_cached(
            "SELECT endpoint, tenant, message_id, event_type, signed_at,
                    coalesce(uri, ''), coalesce(headers, x''), coalesce(body, x'')
             FROM webhook_message LEFT JOIN webhook_request USING (seq) WHERE seq = ?1",
        )?
        .query_row([seq], from_row)
        .optional()?;
    Ok(stored.unwrap_or_else(|| StoredRequest {
        endpoint: String::new(),
        tenant: String::new(),
        message_id: String::new(),
        event_type: None,
        order_key: None,
        timestamp: None,
        uri: String::new(),
        headers: HeaderLines::from_bytes(Vec::new()),
        body: Vec::new().into(),
    }))
}

fn timestamp(signed_at: Option<i64>) -> Option<Timestamp> {
    let seconds = u64::try_from(signed_at?).ok()?;
    Some(Timestamp::from_unix_seconds(seconds))
}
