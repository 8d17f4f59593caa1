//! The inbox itself.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::HeaderMap;
use tokio::time::timeout;
use tower_webhook::{
    idempotency::OwnerToken,
    inbox::{Accepted, DueTasks, HeaderLines, Inbox, InboxErrorKind, StoredRequest},
    testing::{ManualClock, inbox_conformance},
};
use tower_webhook_postgres::PgInbox;

use crate::database::database_or_skip;

pub(crate) fn request(id: &str) -> StoredRequest {
    StoredRequest {
        endpoint: "webhook".to_owned(),
        tenant: String::new(),
        message_id: id.to_owned(),
        event_type: None,
        order_key: None,
        timestamp: None,
        uri: "/".to_owned(),
        headers: HeaderLines::select(&HeaderMap::new(), []),
        body: Bytes::from_static(b"{}"),
    }
}

pub(crate) async fn accept(inbox: &PgInbox, request: StoredRequest) -> Accepted {
    inbox.accept(request, &["handler".into()]).await.unwrap()
}

pub(crate) fn due(limit: usize) -> DueTasks<'static> {
    DueTasks {
        endpoint: "webhook",
        target: "handler",
        owner: OwnerToken::random(),
        limit,
        lease: Duration::from_secs(60),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_conforms() {
    let Some(pool) = database_or_skip("conformance of the inbox").await else {
        return;
    };
    let clock = ManualClock::new(Duration::from_secs(1_614_265_330));
    let inbox = PgInbox::new(pool).clock(clock.clone());
    inbox.migrate().await.unwrap();
    inbox_conformance(Arc::new(inbox), &clock).await;
}

#[tokio::test]
async fn its_own_clock_is_the_databases() {
    let Some(pool) = database_or_skip("the clock of the database").await else {
        return;
    };
    let inbox = PgInbox::new(pool.clone());
    inbox.migrate().await.unwrap();
    accept(&inbox, request("msg_1")).await;
    let off: i64 = sqlx::query_scalar(
        "SELECT abs(received_at - (extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM webhook_message",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert!(off < 60_000, "{off} ms");
    let mut short = due(1);
    short.lease = Duration::from_secs(1);
    assert_eq!(inbox.claim(short).await.unwrap().claimed.len(), 1);
    let held = inbox.claim(due(1)).await.unwrap();
    assert!(held.claimed.is_empty());
    assert!(held.next_in.unwrap() <= Duration::from_secs(1));
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(inbox.claim(due(1)).await.unwrap().claimed[0].lost_leases, 1);
}

#[tokio::test]
async fn without_its_tables_it_says_so() {
    let Some(pool) = database_or_skip("an inbox without tables").await else {
        return;
    };
    let inbox = PgInbox::new(pool);
    let error = inbox.claim(due(1)).await.unwrap_err();
    assert_eq!(error.kind(), InboxErrorKind::NotMigrated);
}

#[tokio::test]
async fn migrating_twice_and_at_once_is_migrating_once() {
    let Some(pool) = database_or_skip("migrations").await else {
        return;
    };
    let inbox = PgInbox::new(pool);
    let (first, second) = tokio::join!(inbox.migrate(), inbox.migrate());
    first.unwrap();
    second.unwrap();
    accept(&inbox, request("msg_1")).await;
    inbox.migrate().await.unwrap();
    assert_eq!(accept(&inbox, request("msg_1")).await, Accepted::Duplicate);
}

#[tokio::test]
async fn a_newer_versions_tables_are_left_untouched() {
    let Some(pool) = database_or_skip("a newer version's tables").await else {
        return;
    };
    let inbox = PgInbox::new(pool.clone());
    inbox.migrate().await.unwrap();
    sqlx::query("UPDATE webhook_inbox_version SET version = 99")
        .execute(&pool)
        .await
        .unwrap();
    let error = inbox.migrate().await.unwrap_err();
    assert_eq!(error.kind(), InboxErrorKind::NewerVersion);
    let version: i32 = sqlx::query_scalar("SELECT version FROM webhook_inbox_version")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(version, 99);
}

#[tokio::test]
async fn texts_that_the_database_cannot_store_do_not_keep_a_delivery_out() {
    let Some(pool) = database_or_skip("characters of code 0").await else {
        return;
    };
    let inbox = PgInbox::new(pool);
    inbox.migrate().await.unwrap();
    let mut odd = request("msg_1");
    odd.event_type = Some("contact\0created".to_owned());
    odd.order_key = Some("a\0b".to_owned());
    odd.body = Bytes::from_static(b"\0\xff");
    assert_eq!(accept(&inbox, odd).await, Accepted::Stored);
    let claimed = inbox.claim(due(1)).await.unwrap().claimed;
    assert_eq!(claimed[0].request.body, &b"\0\xff"[..]);
}

#[tokio::test]
async fn another_process_wakes_the_workers_of_this_one() {
    let Some(pool) = database_or_skip("wake-ups from another process").await else {
        return;
    };
    let inbox = PgInbox::new(pool.clone());
    inbox.migrate().await.unwrap();
    let mut wake_ups = inbox.wake_ups();
    // It is woken once when it begins to listen.
    timeout(Duration::from_secs(10), wake_ups.next())
        .await
        .unwrap();
    let other = PgInbox::new(pool);
    accept(&other, request("msg_1")).await;
    timeout(Duration::from_secs(10), wake_ups.next())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_database_that_is_gone_is_an_error_in_time() {
    let options = "postgres://test@127.0.0.1:1/none".parse().unwrap();
    let pool = sqlx::postgres::PgPoolOptions::new().connect_lazy_with(options);
    let inbox = PgInbox::new(pool).timeout(Duration::from_millis(300));
    let accepting = inbox.accept(request("msg_1"), &[]);
    let error = timeout(Duration::from_secs(5), accepting)
        .await
        .unwrap()
        .unwrap_err();
    assert!(
        matches!(
            error.kind(),
            InboxErrorKind::Unavailable | InboxErrorKind::TimedOut
        ),
        "{error}"
    );
}
