//! The inbox with its dead letters.

use std::time::{Duration, SystemTime};

use axum::{Json, extract};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use tower_webhook::inbox::{DeadLetter, InboxError, TargetStats};

use crate::routes::{Problem, Shared};

/// How many dead letters the page shows.
const MAX_DEAD_LETTERS: usize = 200;

const NONE: Problem = Problem::new(StatusCode::NOT_FOUND, "there is no inbox");

pub(crate) async fn show(extract::State(state): Shared) -> Result<Json<Value>, Problem> {
    let inbox = state.inbox.as_ref().ok_or(NONE)?;
    let stats = inbox.stats().await.map_err(unavailable)?;
    let dead = inbox
        .dead_letters(None, MAX_DEAD_LETTERS)
        .await
        .map_err(unavailable)?;
    let stats: Vec<Value> = stats.iter().map(target).collect();
    let dead: Vec<Value> = dead.iter().map(letter).collect();
    Ok(Json(json!({ "targets": stats, "dead": dead })))
}

fn target(stats: &TargetStats) -> Value {
    json!({
        "endpoint": stats.endpoint,
        "target": stats.target,
        "waiting": stats.waiting,
        "dead": stats.dead,
        "oldest_waiting": stats.oldest_waiting.map(seconds),
    })
}

fn letter(letter: &DeadLetter) -> Value {
    let died_at = SystemTime::UNIX_EPOCH.checked_add(letter.died_at);
    json!({
        "id": letter.message_id,
        "endpoint": letter.endpoint,
        "tenant": letter.tenant,
        "target": letter.target,
        "type": letter.event_type,
        "died_at": died_at.map(|time| humantime::format_rfc3339_millis(time).to_string()),
        "reason": letter.reason,
        "last_status": letter.last_status,
        "attempts": letter.attempts,
    })
}

fn seconds(time: Duration) -> String {
    humantime::format_duration(Duration::from_secs(time.as_secs())).to_string()
}

#[derive(Deserialize)]
pub(crate) struct Redrive {
    id: String,
}

pub(crate) async fn redrive(
    extract::State(state): Shared,
    Json(Redrive { id }): Json<Redrive>,
) -> Result<Json<Value>, Problem> {
    let inbox = state.inbox.as_ref().ok_or(NONE)?;
    match inbox.redrive(&id).await.map_err(unavailable)? {
        0 => Err(Problem::new(
            StatusCode::NOT_FOUND,
            "there is no such dead letter",
        )),
        targets => Ok(Json(json!({ "targets": targets }))),
    }
}

fn unavailable(_: InboxError) -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "the inbox does not respond",
    )
}
