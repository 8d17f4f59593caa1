//! Leases, crashes, and the end.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tokio::{sync::Notify, time::sleep};
use tower::service_fn;
use tower_webhook::inbox::{Enqueue, Inbox, SqliteInbox, Target};

use super::{
    super::support::{
        Directory, Running, dead, drained, receiver, send, stats, store, until, worker,
    },
    Calls, hang, respond, status, wait,
};

#[tokio::test]
async fn a_killed_worker_hands_over_after_its_lease() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    store(&inbox, &["handler"], &["msg_1"]).await;
    let (killed, next) = (Calls::default(), Calls::default());
    let lease = Duration::from_millis(400);
    let running = Running::start(worker(&inbox, hang(&killed)).lease(lease));
    until("it is in progress", async || killed.of("msg_1") == 1).await;
    running.kill().await;
    let killed_at = Instant::now();

    let running = Running::start(worker(&inbox, respond(&next, |_| status(200))));
    drained(&inbox).await;
    assert!(
        killed_at.elapsed() >= lease / 2,
        "{:?}",
        killed_at.elapsed()
    );
    running.stop().await;
    assert_eq!((killed.of("msg_1"), next.of("msg_1")), (1, 1));
    assert_eq!(dead(&inbox).await, []);
}

#[tokio::test]
async fn what_kills_its_process_again_and_again_is_given_up() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    store(&inbox, &["handler"], &["msg_1"]).await;
    rusqlite::Connection::open(directory.file())
        .unwrap()
        .execute_batch("UPDATE webhook_task SET state = 'claimed', lost_leases = 10, due_at = 1")
        .unwrap();
    let calls = Calls::default();
    let running = Running::start(worker(&inbox, respond(&calls, |_| status(200))));
    drained(&inbox).await;
    running.stop().await;
    assert_eq!(calls.of("msg_1"), 0);
    assert_eq!(
        dead(&inbox).await[0].reason,
        "given up: 11 claims of it ended with their process"
    );
}

#[tokio::test]
async fn a_lease_is_renewed_while_the_handler_runs() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    store(&inbox, &["handler"], &["msg_1"]).await;
    let calls = Calls::default();
    let slow = {
        let calls = calls.clone();
        service_fn(move |request: Request<Full<Bytes>>| {
            calls.count(&request);
            async {
                sleep(Duration::from_secs(3)).await;
                Ok::<_, std::convert::Infallible>(Response::new(()))
            }
        })
    };
    let lease = Duration::from_secs(1);
    let first = Running::start(worker(&inbox, slow.clone()).lease(lease));
    let second = Running::start(worker(&inbox, slow).lease(lease));
    drained(&inbox).await;
    first.stop().await;
    second.stop().await;
    assert_eq!(calls.of("msg_1"), 1);
}

#[tokio::test]
async fn a_target_that_hangs_occupies_only_its_own() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    let ids = ["msg_1", "msg_2", "msg_3", "msg_4"];
    store(&inbox, &["hangs", "works"], &ids).await;
    let (hanging, working) = (Calls::default(), Calls::default());
    let worker = worker(&inbox, Target::new("hangs", hang(&hanging)))
        .target(Target::new("works", respond(&working, |_| status(200))))
        .concurrency(2)
        .grace(Duration::from_millis(50));
    let running = Running::start(worker);
    until("the other target has everything", async || {
        ids.iter().all(|id| working.of(id) == 1)
    })
    .await;
    until("two are in progress", async || {
        ids.iter().map(|id| hanging.of(id)).sum::<u32>() == 2
    })
    .await;
    sleep(Duration::from_millis(100)).await;
    assert_eq!(
        ids.iter().map(|id| hanging.of(id)).sum::<u32>(),
        2,
        "no more than its concurrency"
    );
    running.stop().await;
}

#[tokio::test]
async fn a_shutdown_settles_what_is_in_progress() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    store(&inbox, &["handler"], &["msg_1", "msg_2", "msg_3"]).await;
    let (calls, go_on) = (Calls::default(), Arc::new(Notify::new()));
    let running = Running::start(worker(&inbox, wait(&calls, &go_on)).concurrency(1));
    until("one is in progress", async || calls.of("msg_1") == 1).await;
    let stopping = tokio::spawn(running.stop());
    sleep(Duration::from_millis(100)).await;
    go_on.notify_one();
    stopping.await.unwrap();
    assert_eq!(stats(&inbox).await[0].waiting, 2, "one is done");

    let rest = Calls::default();
    let running = Running::start(worker(&inbox, respond(&rest, |_| status(200))));
    drained(&inbox).await;
    running.stop().await;
    assert_eq!(calls.of("msg_1"), 1);
    let rest = ["msg_1", "msg_2", "msg_3"].map(|id| rest.of(id));
    assert_eq!(rest, [0, 1, 1], "nothing twice");
}

#[tokio::test]
async fn what_outlasts_the_grace_is_given_back_uncounted() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    store(&inbox, &["handler"], &["msg_1"]).await;
    let (hanging, next) = (Calls::default(), Calls::default());
    let stubborn = worker(&inbox, hang(&hanging)).grace(Duration::from_millis(50));
    let running = Running::start(stubborn);
    until("it is in progress", async || hanging.of("msg_1") == 1).await;
    let stopped_at = Instant::now();
    running.stop().await;
    assert!(stopped_at.elapsed() < Duration::from_secs(10));

    // Its lease would be a minute.
    let running = Running::start(worker(&inbox, respond(&next, |_| status(200))));
    drained(&inbox).await;
    running.stop().await;
    assert_eq!(next.of("msg_1"), 1);
}

#[tokio::test]
async fn an_idle_worker_wakes_up_when_something_is_accepted() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    let calls = Calls::default();
    let lazy =
        worker(&inbox, respond(&calls, |_| status(200))).poll_interval(Duration::from_secs(3600));
    let running = Running::start(lazy);
    sleep(Duration::from_millis(100)).await;
    let enqueue = Enqueue::new(inbox.clone(), &receiver());
    for id in ["msg_1", "msg_2"] {
        send(&enqueue, id, format!("body of {id}")).await;
        until("it is handled", async || calls.of(id) == 1).await;
    }
    running.stop().await;
}

#[tokio::test]
async fn what_another_process_redrives_is_found_by_polling() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    store(&inbox, &["handler"], &["msg_1"]).await;
    let calls = Calls::default();
    let target = respond(&calls, |call| status(if call == 1 { 400 } else { 200 }));
    let running = Running::start(worker(&inbox, target));
    until("it is dead", async || dead(&inbox).await.len() == 1).await;
    let other = SqliteInbox::open(directory.file()).unwrap();
    assert_eq!(other.redrive("msg_1").await.unwrap(), 1);
    until("it is handled again", async || calls.of("msg_1") == 2).await;
    drained(&inbox).await;
    running.stop().await;
}

#[tokio::test]
async fn a_stopped_worker_claims_nothing_and_ends_at_once() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    let calls = Calls::default();
    let running = Running::start(worker(&inbox, respond(&calls, |_| status(200))));
    sleep(Duration::from_millis(50)).await;
    let stopped_at = Instant::now();
    running.stop().await;
    assert!(stopped_at.elapsed() < Duration::from_secs(10));
    store(&inbox, &["handler"], &["msg_1"]).await;
    sleep(Duration::from_millis(100)).await;
    assert_eq!(calls.of("msg_1"), 0);
}
