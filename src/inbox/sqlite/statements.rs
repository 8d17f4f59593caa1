//! Accepting, claiming and settling. Each goes by an index, so none does more work the more is stored.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Result, params};

use super::{from_millis, millis, reading::request};
use crate::{
    idempotency::OwnerToken,
    inbox::{Accepted, Claimed, Claims, DueTasks, Failure, Fate, Settled, StoredRequest, TaskKey},
};

pub(super) fn accept(
    db: &Connection,
    request: &StoredRequest,
    targets: &[Arc<str>],
    now: i64,
) -> Result<Accepted> {
    let digest = request.body_digest();
    let signed_at = request
        .timestamp
        .and_then(|timestamp| i64::try_from(timestamp.unix_seconds()).ok());
    let inserted = db
        .prepare_cached(
            "INSERT INTO webhook_message
                 (endpoint, tenant, message_id, event_type, signed_at, received_at, body_sha256)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            request.endpoint,
            request.tenant,
            request.message_id,
            request.event_type,
            signed_at,
            now,
            digest,
        ])?;
    if inserted == 0 {
        let stored: [u8; 32] = db
            .prepare_cached(
                "SELECT body_sha256 FROM webhook_message
                 WHERE message_id = ?1 AND endpoint = ?2 AND tenant = ?3",
            )?
            .query_row(
                params![request.message_id, request.endpoint, request.tenant],
                |row| row.get(0),
            )?;
        return Ok(if stored == digest {
            Accepted::Duplicate
        } else {
            Accepted::OtherBody
        });
    }
    let seq = db.last_insert_rowid();
    db.prepare_cached(
        "INSERT INTO webhook_request (seq, uri, headers, body) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![
        seq,
        request.uri,
        request.headers.as_bytes(),
        &*request.body
    ])?;
    for target in targets {
        let is_blocked = match &request.order_key {
            Some(key) => has_active(db, &request.endpoint, target, key)?,
            None => false,
        };
        let (state, due_at) = if is_blocked {
            ("blocked", None)
        } else {
            ("waiting", Some(now))
        };
        db.prepare_cached(
            "INSERT INTO webhook_task (seq, target, endpoint, order_key, state, due_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            seq,
            target,
            request.endpoint,
            request.order_key,
            state,
            due_at
        ])?;
    }
    Ok(Accepted::Stored)
}

/// Whether a message of the key waits or is in progress.
fn has_active(db: &Connection, endpoint: &str, target: &str, key: &str) -> Result<bool> {
    db.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM webhook_task
             WHERE endpoint = ?1 AND target = ?2 AND order_key = ?3
                 AND order_key IS NOT NULL AND due_at IS NOT NULL)",
    )?
    .query_row(params![endpoint, target, key], |row| row.get(0))
}

/// A claim that owns what it needs, so that it can go to the thread that writes.
pub(super) struct Claim {
    endpoint: String,
    target: Arc<str>,
    owner: OwnerToken,
    limit: usize,
    now: i64,
    lease_until: i64,
}

impl Claim {
    pub(super) fn new(due: &DueTasks<'_>, now: i64) -> Self {
        Self {
            endpoint: due.endpoint.to_owned(),
            target: due.target.into(),
            owner: due.owner,
            limit: due.limit,
            now,
            lease_until: now.saturating_add(millis(due.lease)),
        }
    }

    pub(super) fn run(&self, db: &Connection) -> Result<Claims> {
        let limit = i64::try_from(self.limit).unwrap_or(i64::MAX);
        let rows: Vec<(i64, u32, u32)> = db
            .prepare_cached(
                "UPDATE webhook_task
                 SET state = 'claimed', owner = ?1, due_at = ?2, lost_leases = lost_leases + (state = 'claimed')
                 WHERE (seq, target) IN (
                     SELECT seq, target FROM webhook_task
                     WHERE endpoint = ?3 AND target = ?4 AND due_at IS NOT NULL AND due_at <= ?5
                     ORDER BY due_at, seq LIMIT ?6)
                 RETURNING seq, failed_attempts, lost_leases",
            )?
            .query_map(
                params![
                    owner_bytes(self.owner),
                    self.lease_until,
                    self.endpoint,
                    self.target,
                    self.now,
                    limit
                ],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )?
            .collect::<Result<_>>()?;
        let mut claimed = Vec::with_capacity(rows.len());
        for (seq, failed_attempts, lost_leases) in rows {
            claimed.push(Claimed {
                key: TaskKey {
                    message: seq,
                    target: Arc::clone(&self.target),
                    owner: self.owner,
                },
                request: request(db, seq)?,
                failed_attempts,
                lost_leases,
            });
        }
        claimed.sort_by_key(|claimed| claimed.key.message);
        let next_in = if claimed.len() < self.limit {
            self.next_in(db)?
        } else {
            None
        };
        Ok(Claims { claimed, next_in })
    }

    fn next_in(&self, db: &Connection) -> Result<Option<std::time::Duration>> {
        let next: Option<i64> = db
            .prepare_cached(
                "SELECT due_at FROM webhook_task
                 WHERE endpoint = ?1 AND target = ?2 AND due_at IS NOT NULL ORDER BY due_at LIMIT 1",
            )?
            .query_row(params![self.endpoint, self.target], |row| row.get(0))
            .optional()?;
        Ok(next.map(|next| from_millis(next.saturating_sub(self.now))))
    }
}

pub(super) fn renew(db: &Connection, task: &TaskKey, until: i64) -> Result<Settled> {
    let renewed = db
        .prepare_cached(
            "UPDATE webhook_task SET due_at = ?4
             WHERE seq = ?1 AND target = ?2 AND owner = ?3 AND state = 'claimed'",
        )?
        .execute(params![
            task.message,
            task.target,
            owner_bytes(task.owner),
            until
        ])?;
    Ok(settled(renewed))
}

pub(super) fn settle(db: &Connection, task: &TaskKey, fate: &Fate, now: i64) -> Result<Settled> {
    let (state, due_at, settled_at, failed, failure) = match fate {
        Fate::Done { .. } => ("done", None, Some(now), false, None),
        Fate::Retry { after, failure } => {
            let due_at = now.saturating_add(millis(*after));
            ("waiting", Some(due_at), None, true, Some(failure))
        }
        Fate::Dead(failure) => ("dead", None, Some(now), true, Some(failure)),
        Fate::Returned => return give_back(db, task, now),
    };
    let (status, reason) = match (fate, failure) {
        (Fate::Done { status }, _) => (Some(*status), None),
        (_, Some(Failure { status, reason })) => (*status, Some(reason)),
        (_, None) => (None, None),
    };
    let updated = db
        .prepare_cached(
            "UPDATE webhook_task
             SET state = ?4, due_at = ?5, settled_at = ?6, failed_attempts = failed_attempts + ?7,
                 last_status = ?8, reason = ?9, owner = NULL, lost_leases = 0
             WHERE seq = ?1 AND target = ?2 AND owner = ?3 AND state = 'claimed'",
        )?
        .execute(params![
            task.message,
            task.target,
            owner_bytes(task.owner),
            state,
            due_at,
            settled_at,
            failed,
            status,
            reason
        ])?;
    if updated > 0 && settled_at.is_some() {
        release_next(db, task, now)?;
        finish_if_done(db, task.message, now)?;
    }
    Ok(settled(updated))
}

fn give_back(db: &Connection, task: &TaskKey, now: i64) -> Result<Settled> {
    let updated = db
        .prepare_cached(
            "UPDATE webhook_task SET state = 'waiting', due_at = ?4, owner = NULL
             WHERE seq = ?1 AND target = ?2 AND owner = ?3 AND state = 'claimed'",
        )?
        .execute(params![
            task.message,
            task.target,
            owner_bytes(task.owner),
            now
        ])?;
    Ok(settled(updated))
}

/// Makes the next message of the same key due.
fn release_next(db: &Connection, task: &TaskKey, now: i64) -> Result<()> {
    let key: Option<(String, Option<String>)> = db
        .prepare_cached(
            "SELECT endpoint, order_key FROM webhook_task WHERE seq = ?1 AND target = ?2",
        )?
        .query_row(params![task.message, task.target], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    if let Some((endpoint, Some(key))) = key {
        release_first(db, &endpoint, &task.target, &key, now)?;
    }
    Ok(())
}

/// Makes the first blocked message of a key due, if no other is.
pub(super) fn release_first(
    db: &Connection,
    endpoint: &str,
    target: &str,
    key: &str,
    now: i64,
) -> Result<()> {
    if has_active(db, endpoint, target, key)? {
        return Ok(());
    }
    db.prepare_cached(
        "UPDATE webhook_task SET state = 'waiting', due_at = ?4
         WHERE target = ?2 AND seq = (
             SELECT seq FROM webhook_task
             WHERE endpoint = ?1 AND target = ?2 AND order_key = ?3
                 AND order_key IS NOT NULL AND state = 'blocked'
             ORDER BY seq LIMIT 1)",
    )?
    .execute(params![endpoint, target, key, now])?;
    Ok(())
}

/// From then on its retention counts.
pub(super) fn finish_if_done(db: &Connection, seq: i64, now: i64) -> Result<()> {
    db.prepare_cached(
        "UPDATE webhook_message SET finished_at = ?2
         WHERE seq = ?1 AND NOT EXISTS (SELECT 1 FROM webhook_task WHERE seq = ?1 AND state <> 'done')",
    )?
    .execute(params![seq, now])?;
    Ok(())
}

fn settled(rows: usize) -> Settled {
    if rows == 0 {
        Settled::NotOwner
    } else {
        Settled::Settled
    }
}

fn owner_bytes(owner: OwnerToken) -> [u8; 16] {
    owner.as_u128().to_be_bytes()
}
