//! The inbox in a SQLite file.

use std::{
    fs,
    sync::Arc,
    task::{Context, Waker},
    time::Duration,
};

use rusqlite::Connection;
use tokio::task::JoinSet;
use tower_webhook::{
    inbox::{Enqueue, Inbox, InboxErrorKind, SqliteInbox},
    testing::{ManualClock, inbox_conformance},
};

use super::support::{Directory, receiver, send, stats, store};
use crate::support::NOW;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_conforms() {
    let directory = Directory::new();
    let clock = ManualClock::new(Duration::from_secs(NOW));
    let builder = SqliteInbox::builder(directory.file()).clock(clock.clone());
    inbox_conformance(Arc::new(builder.open().unwrap()), &clock).await;
}

#[tokio::test]
async fn concurrent_requests_share_their_transactions() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    let enqueue = Enqueue::new(inbox.clone(), &receiver());
    let other = Connection::open(directory.file()).unwrap();
    // A disk so fast that each is written before the next comes would show nothing: all of them wait for this lock.
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut sending: Vec<_> = (0..256)
        .map(|number| {
            let enqueue = enqueue.clone();
            Box::pin(async move { send(&enqueue, &format!("msg_{number}"), "{}").await })
        })
        .collect();
    let mut context = Context::from_waker(Waker::noop());
    for response in &mut sending {
        assert!(response.as_mut().poll(&mut context).is_pending());
    }
    other.execute_batch("ROLLBACK").unwrap();
    for response in sending {
        assert_eq!(response.await.status(), 202);
    }
    // What the thread had taken before the others came, and those.
    assert!(
        (1..=2).contains(&inbox.commits()),
        "{} commits",
        inbox.commits()
    );

    let before = inbox.commits();
    for number in 0..8 {
        send(&enqueue, &format!("alone_{number}"), "{}").await;
    }
    assert_eq!(inbox.commits() - before, 8, "one after another");
}

#[tokio::test]
async fn what_is_accepted_is_there_for_the_next_process() {
    let directory = Directory::new();
    let first = SqliteInbox::open(directory.file()).unwrap();
    store(&first, &["handler"], &["msg_1"]).await;
    // Neither closed nor flushed, as after a crash.
    let copy = Directory::new();
    for file in fs::read_dir(directory.path()).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
    }
    let second = SqliteInbox::open(copy.file()).unwrap();
    assert_eq!(stats(&second).await[0].waiting, 1);
}

#[tokio::test]
async fn it_is_journaled() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    store(&inbox, &["handler"], &["msg_1"]).await;
    let database = Connection::open(directory.file()).unwrap();
    let mode: String = database
        .pragma_query_value(None, "journal_mode", |row| row.get(0))
        .unwrap();
    assert_eq!(mode, "wal");
    let version: i32 = database
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(version, 1);
}

#[test]
fn a_newer_version_is_left_untouched() {
    let directory = Directory::new();
    drop(SqliteInbox::open(directory.file()).unwrap());
    let database = Connection::open(directory.file()).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    database.close().unwrap();
    let before = fs::read(directory.file()).unwrap();
    let error = SqliteInbox::open(directory.file()).unwrap_err();
    assert_eq!(error.kind(), InboxErrorKind::NewerVersion);
    assert_eq!(
        error.to_string(),
        "the inbox was written by a newer version, which this one cannot read: \
         version 99 of the tables, where 1 is known"
    );
    assert_eq!(fs::read(directory.file()).unwrap(), before);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn a_newer_version_that_is_only_in_the_journal_is_seen() {
    let directory = Directory::new();
    drop(SqliteInbox::open(directory.file()).unwrap());
    // Held open, so that its change stays in the journal.
    let database = Connection::open(directory.file()).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    let error = SqliteInbox::open(directory.file()).unwrap_err();
    assert_eq!(error.kind(), InboxErrorKind::NewerVersion);
}

#[test]
fn what_is_no_inbox_is_left_untouched() {
    for content in ["no database at all".as_bytes(), &[0; 200]] {
        let directory = Directory::new();
        fs::write(directory.file(), content).unwrap();
        let error = SqliteInbox::open(directory.file()).unwrap_err();
        assert_eq!(error.kind(), InboxErrorKind::NotAnInbox);
        assert_eq!(fs::read(directory.file()).unwrap(), content);
    }
    let directory = Directory::new();
    let database = Connection::open(directory.file()).unwrap();
    database
        .execute_batch("CREATE TABLE somebody_elses (a)")
        .unwrap();
    database.close().unwrap();
    let before = fs::read(directory.file()).unwrap();
    let error = SqliteInbox::open(directory.file()).unwrap_err();
    assert_eq!(error.kind(), InboxErrorKind::NotAnInbox);
    assert_eq!(error.to_string(), "the database is not an inbox");
    assert_eq!(fs::read(directory.file()).unwrap(), before);
}

#[test]
fn an_empty_file_becomes_an_inbox() {
    let directory = Directory::new();
    fs::write(directory.file(), "").unwrap();
    SqliteInbox::open(directory.file()).unwrap();
}

#[test]
fn a_path_that_cannot_be_opened_is_named_as_such() {
    let directory = Directory::new();
    let error = SqliteInbox::open(directory.path().join("missing/inbox.db")).unwrap_err();
    assert_eq!(error.kind(), InboxErrorKind::CannotOpen);
    let error = SqliteInbox::open(directory.path()).unwrap_err();
    assert_eq!(error.kind(), InboxErrorKind::CannotOpen);
}

#[tokio::test]
async fn a_locked_file_is_waited_for_and_then_an_error() {
    let directory = Directory::new();
    let opened = SqliteInbox::builder(directory.file())
        .lock_timeout(Duration::from_millis(100))
        .open()
        .unwrap();
    let other = Connection::open(directory.file()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = SqliteInbox::builder(directory.file())
        .lock_timeout(Duration::from_millis(100))
        .open()
        .unwrap_err();
    assert_eq!(error.kind(), InboxErrorKind::Locked);
    let enqueue = Enqueue::new(opened.clone(), &receiver());
    assert_eq!(send(&enqueue, "msg_1", "{}").await.status(), 503);
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(send(&enqueue, "msg_1", "{}").await.status(), 202);
}

#[tokio::test]
async fn a_full_file_takes_back_nothing_that_was_stored() {
    let directory = Directory::new();
    let inbox = SqliteInbox::builder(directory.file())
        .max_bytes(120_000)
        .open()
        .unwrap();
    let enqueue = Enqueue::new(inbox.clone(), &receiver());
    let mut sending = JoinSet::new();
    for number in 0..64 {
        let enqueue = enqueue.clone();
        let id = format!("msg_{number}");
        sending.spawn(async move {
            let response = send(&enqueue, &id, vec![b'x'; 5_000]).await;
            response.status().as_u16()
        });
    }
    let statuses = sending.join_all().await;
    let accepted = statuses.iter().filter(|status| **status == 202).count();
    assert!(statuses.iter().all(|status| [202, 503].contains(status)));
    assert!(accepted < 64, "the limit is kept");
    let waiting = stats(&inbox)
        .await
        .first()
        .map_or(0, |target| target.waiting);
    assert_eq!(waiting, accepted as u64);
}

#[tokio::test]
async fn another_process_redrives_without_the_receiver() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    store(&inbox, &["handler"], &["msg_1"]).await;
    Connection::open(directory.file())
        .unwrap()
        .execute_batch(
            "UPDATE webhook_task SET state = 'dead', due_at = NULL, settled_at = 1, failed_attempts = 4",
        )
        .unwrap();
    let other = SqliteInbox::open(directory.file()).unwrap();
    assert_eq!(other.dead_letters(None, 10).await.unwrap()[0].attempts, 4);
    assert_eq!(other.redrive("msg_1").await.unwrap(), 1);
    assert_eq!(stats(&inbox).await[0].waiting, 1);
}

/// Neither an acceptance nor a claim looks at what is stored beside it.
#[test]
fn accepting_and_claiming_go_by_an_index() {
    let directory = Directory::new();
    drop(SqliteInbox::open(directory.file()).unwrap());
    let database = Connection::open(directory.file()).unwrap();
    let plan = |sql: &str| -> String {
        let mut statement = database
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .unwrap();
        let rows = statement
            .query_map([], |row| row.get::<_, String>(3))
            .unwrap();
        rows.map(Result::unwrap).collect::<Vec<_>>().join("\n")
    };
    for sql in [
        "SELECT seq, target FROM webhook_task
         WHERE endpoint = 'a' AND target = 'b' AND due_at IS NOT NULL AND due_at <= 1 ORDER BY due_at, seq LIMIT 1",
        "SELECT body_sha256 FROM webhook_message WHERE message_id = 'a' AND endpoint = 'b' AND tenant = 'c'",
        "SELECT 1 FROM webhook_task WHERE endpoint = 'a' AND target = 'b' AND order_key = 'c'
             AND order_key IS NOT NULL AND due_at IS NOT NULL",
        "SELECT seq FROM webhook_task WHERE endpoint = 'a' AND target = 'b' AND order_key = 'c'
             AND order_key IS NOT NULL AND state = 'blocked' ORDER BY seq LIMIT 1",
        "SELECT seq FROM webhook_message
         WHERE finished_at IS NOT NULL AND is_stored = 1 AND finished_at <= 1 ORDER BY finished_at LIMIT 1",
    ] {
        let plan = plan(sql);
        assert!(plan.contains("USING") && plan.contains("INDEX"), "{plan}");
        assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "{plan}");
    }
}

/// To SQLite these name databases that end with their connection: what was accepted would be lost.
#[test]
fn a_database_that_is_no_file_is_refused() {
    for path in [":memory:", ""] {
        let error = SqliteInbox::open(path).unwrap_err();
        assert_eq!(error.kind(), InboxErrorKind::CannotOpen, "{path:?}");
        assert_eq!(
            error.to_string(),
            "the inbox cannot be opened: an inbox needs a file"
        );
        assert!(!std::path::Path::new(path).exists(), "{path:?}");
    }
}
