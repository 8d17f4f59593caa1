//! What accepting and claiming read of the tables, in pages: a count, where a time would depend on the machine.

use std::{env, sync::Arc, time::Duration};

use sqlx::{PgPool, postgres::PgPoolOptions};
use tokio::time::sleep;
use tower_webhook::inbox::{Accepted, Inbox};
use tower_webhook_postgres::PgInbox;

use crate::{
    database::database_or_skip,
    inbox::{accept, due, request},
};

/// How many messages wait, and as many are done; `BACKLOG=1000000` is the long run.
const BACKLOG: i64 = 100_000;

const TABLES: [&str; 3] = ["webhook_message", "webhook_request", "webhook_task"];

/// Messages that are accepted, and then claimed.
const MESSAGES: u32 = 64;

/// A pool of one connection, whose reads are counted as soon as it asks for them.
async fn with_backlog(backlog: i64) -> Option<PgPool> {
    let pool = database_or_skip("a backlog").await?;
    PgInbox::new(pool.clone()).migrate().await.unwrap();
    let options = pool.connect_options().as_ref().clone();
    let one = PgPoolOptions::new().max_connections(1);
    let pool = one.connect_with(options).await.unwrap();
    for table in TABLES {
        // What it reads would be counted too.
        let manual = format!("ALTER TABLE {table} SET (autovacuum_enabled = false)");
        sqlx::query(sqlx::AssertSqlSafe(manual))
            .execute(&pool)
            .await
            .unwrap();
    }
    for statement in [
        "INSERT INTO webhook_message (endpoint, tenant, message_id, received_at, body_sha256, finished_at)
         SELECT 'webhook', '', 'old_' || number, number, '\\x00', CASE WHEN number % 2 = 0 THEN number END
         FROM generate_series(1, 2 * $1) AS number",
        "INSERT INTO webhook_request SELECT seq, '/', '', '{}' FROM webhook_message WHERE $1 > 0",
        "INSERT INTO webhook_task (seq, target, endpoint, state, due_at)
         SELECT seq, 'handler', 'webhook', CASE WHEN finished_at IS NULL THEN 'waiting' ELSE 'done' END,
                CASE WHEN finished_at IS NULL THEN received_at END
         FROM webhook_message WHERE $1 > 0",
    ] {
        sqlx::query(statement).bind(backlog).execute(&pool).await.unwrap();
    }
    // As it would have been by itself, sooner or later.
    for table in TABLES {
        let vacuum = sqlx::AssertSqlSafe(format!("VACUUM ANALYZE {table}"));
        sqlx::query(vacuum).execute(&pool).await.unwrap();
    }
    Some(pool)
}

async fn pages(pool: &PgPool) -> i64 {
    let flush = sqlx::query("SELECT pg_stat_force_next_flush()");
    if flush.execute(pool).await.is_err() {
        // Before PostgreSQL 15 they are counted a second later.
        sleep(Duration::from_secs(2)).await;
    }
    sqlx::query_scalar(
        "SELECT sum(heap_blks_hit + heap_blks_read + coalesce(idx_blks_hit, 0) + coalesce(idx_blks_read, 0))::bigint
         FROM pg_statio_user_tables WHERE relname LIKE 'webhook%'",
    )
    .fetch_one(pool)
    .await
    .unwrap()
}

/// Pages that accepting a message and claiming one take.
async fn pages_of_one(backlog: i64) -> Option<(i64, i64)> {
    let pool = with_backlog(backlog).await?;
    let inbox = Arc::new(PgInbox::new(pool.clone()));
    let before = pages(&pool).await;
    for number in 0..MESSAGES {
        let accepted = accept(&inbox, request(&format!("msg_{number}"))).await;
        assert_eq!(accepted, Accepted::Stored);
    }
    let accepted = pages(&pool).await;
    for _ in 0..MESSAGES {
        assert_eq!(inbox.claim(due(1)).await.unwrap().claimed.len(), 1);
    }
    let claimed = pages(&pool).await;
    let each = |pages: i64| pages / i64::from(MESSAGES);
    Some((each(accepted - before), each(claimed - accepted)))
}

#[tokio::test]
async fn accepting_and_claiming_take_no_more_work_however_much_waits() {
    let backlog = env::var("BACKLOG").map_or(BACKLOG, |backlog| backlog.parse().unwrap());
    let Some(without) = pages_of_one(0).await else {
        return;
    };
    let with = pages_of_one(backlog).await.unwrap();
    println!(
        "pages of an acceptance and of a claim: {without:?} with nothing, {with:?} behind {backlog}"
    );
    // Indexes have a level or two more.
    assert!(
        without.0 > 0 && with.0 <= without.0 * 2 + 20,
        "{without:?} {with:?}"
    );
    assert!(
        without.1 > 0 && with.1 <= without.1 * 2 + 20,
        "{without:?} {with:?}"
    );
}
