//! Redriving and deleting.

use rusqlite::{Connection, Result, params};

use super::{
    millis,
    statements::{finish_if_done, release_first},
};
use crate::inbox::{Retention, Swept};

/// How many rows a sweep deletes at most, so that it does not keep a request waiting for long.
const SWEEP_ROWS: i64 = 200;

pub(super) fn redrive(db: &Connection, message_id: &str, now: i64) -> Result<u64> {
    let mut dead = db.prepare_cached(
        "SELECT seq, target, endpoint, order_key FROM webhook_task
         WHERE state = 'dead' AND seq IN (SELECT seq FROM webhook_message WHERE message_id = ?1)
         ORDER BY seq",
    )?;
    let dead: Vec<(i64, String, String, Option<String>)> = dead
        .query_map([message_id], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?
        .collect::<Result<_>>()?;
    for (seq, target, endpoint, order_key) in &dead {
        // With a key, it takes its place behind what is in progress.
        let (state, due_at) = match order_key {
            Some(_) => ("blocked", None),
            None => ("waiting", Some(now)),
        };
        db.prepare_cached(
            "UPDATE webhook_task
             SET state = ?3, due_at = ?4, settled_at = NULL, failed_attempts = 0, lost_leases = 0
             WHERE seq = ?1 AND target = ?2",
        )?
        .execute(params![seq, target, state, due_at])?;
        if let Some(key) = order_key {
            release_first(db, endpoint, target, key, now)?;
        }
    }
    Ok(count(dead.len()))
}

pub(super) fn purge_dead_letters(db: &Connection, now: i64) -> Result<u64> {
    let messages: Vec<i64> = db
        .prepare_cached("SELECT DISTINCT seq FROM webhook_task WHERE state = 'dead'")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_>>()?;
    let purged = db
        .prepare_cached("DELETE FROM webhook_task WHERE state = 'dead'")?
        .execute([])?;
    for seq in messages {
        finish_if_done(db, seq, now)?;
        // Another target may still need the request.
        let deleted = db
            .prepare_cached(
                "DELETE FROM webhook_request WHERE seq = ?1
                     AND NOT EXISTS (SELECT 1 FROM webhook_task WHERE seq = ?1 AND state <> 'done')",
            )?
            .execute([seq])?;
        if deleted > 0 {
            forget_request(db, seq)?;
        }
    }
    Ok(count(purged))
}

pub(super) fn sweep(db: &Connection, retention: Retention, now: i64) -> Result<Swept> {
    let finished = |is_stored: bool, retention| -> Result<Vec<i64>> {
        let before = now.saturating_sub(millis(retention));
        let sql = if is_stored {
            "SELECT seq FROM webhook_message
             WHERE finished_at IS NOT NULL AND is_stored = 1 AND finished_at <= ?1 ORDER BY finished_at LIMIT ?2"
        } else {
            "SELECT seq FROM webhook_message
             WHERE finished_at IS NOT NULL AND is_stored = 0 AND finished_at <= ?1 ORDER BY finished_at LIMIT ?2"
        };
        db.prepare_cached(sql)?
            .query_map(params![before, SWEEP_ROWS], |row| row.get(0))?
            .collect()
    };
    let requests = finished(true, retention.requests)?;
    for seq in &requests {
        db.prepare_cached("DELETE FROM webhook_request WHERE seq = ?1")?
            .execute([seq])?;
        forget_request(db, *seq)?;
    }
    let ids = finished(false, retention.ids)?;
    for seq in &ids {
        db.prepare_cached("DELETE FROM webhook_message WHERE seq = ?1")?
            .execute([seq])?;
    }
    let (requests, ids) = (count(requests.len()), count(ids.len()));
    Ok(Swept {
        requests,
        ids,
        more: requests.max(ids) >= SWEEP_ROWS.unsigned_abs(),
    })
}

/// The request is deleted; of the message only its id is left.
fn forget_request(db: &Connection, seq: i64) -> Result<()> {
    db.prepare_cached("DELETE FROM webhook_task WHERE seq = ?1")?
        .execute([seq])?;
    db.prepare_cached(
        "UPDATE webhook_message SET is_stored = 0, event_type = NULL WHERE seq = ?1",
    )?
    .execute([seq])?;
    Ok(())
}

fn count(rows: usize) -> u64 {
    rows.try_into().unwrap_or(u64::MAX)
}
