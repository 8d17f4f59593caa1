//! Requests that come at the same time.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Waker},
    time::{Duration, Instant},
};

use bytes::Bytes;
use sqlx::{PgPool, postgres::PgPoolOptions};
use tokio::task::JoinSet;
use tower_webhook::inbox::{Accepted, Inbox, InboxError, InboxErrorKind, StoredRequest};
use tower_webhook_postgres::PgInbox;

use crate::{
    database::database_or_skip,
    inbox::{accept, due, request},
};

async fn migrated(pool: &PgPool) -> PgInbox {
    let inbox = PgInbox::new(pool.clone());
    inbox.migrate().await.unwrap();
    inbox
}

/// Each waits before the first is stored.
async fn accept_at_once(
    inbox: &PgInbox,
    requests: impl IntoIterator<Item = StoredRequest>,
) -> Vec<Result<Accepted, InboxError>> {
    let targets = ["handler".into()];
    let mut accepting: Vec<Pin<Box<_>>> = requests
        .into_iter()
        .map(|request| Box::pin(inbox.accept(request, &targets)))
        .collect();
    let mut context = Context::from_waker(Waker::noop());
    for one in &mut accepting {
        assert!(one.as_mut().poll(&mut context).is_pending());
    }
    let mut accepted = Vec::new();
    for one in accepting {
        accepted.push(one.await);
    }
    accepted
}

/// How many transactions have stored messages.
async fn transactions(pool: &PgPool) -> i64 {
    sqlx::query_scalar("SELECT count(DISTINCT xmin::text) FROM webhook_message")
        .fetch_one(pool)
        .await
        .unwrap()
}

fn numbered(numbers: std::ops::Range<u32>) -> impl Iterator<Item = StoredRequest> {
    numbers.map(|number| request(&format!("msg_{number}")))
}

#[tokio::test]
async fn concurrent_requests_share_their_transactions() {
    let Some(pool) = database_or_skip("concurrent requests").await else {
        return;
    };
    let inbox = migrated(&pool).await;
    for accepted in accept_at_once(&inbox, numbered(0..128)).await {
        assert_eq!(accepted.unwrap(), Accepted::Stored);
    }
    // 64 at most share one.
    assert_eq!(transactions(&pool).await, 2);
    assert_eq!(inbox.claim(due(200)).await.unwrap().claimed.len(), 128);
}

#[tokio::test]
async fn bodies_beyond_a_mebibyte_share_no_transaction() {
    let Some(pool) = database_or_skip("large concurrent requests").await else {
        return;
    };
    let inbox = migrated(&pool).await;
    let large = numbered(0..4).map(|request| StoredRequest {
        body: Bytes::from(vec![b'a'; 600 * 1024]),
        ..request
    });
    for accepted in accept_at_once(&inbox, large).await {
        assert_eq!(accepted.unwrap(), Accepted::Stored);
    }
    assert_eq!(transactions(&pool).await, 4);
}

#[tokio::test]
async fn of_concurrent_duplicates_one_is_stored_and_another_body_is_told_apart() {
    let Some(pool) = database_or_skip("concurrent duplicates").await else {
        return;
    };
    let inbox = migrated(&pool).await;
    let other_body = StoredRequest {
        body: Bytes::from_static(b"[]"),
        ..request("msg_1")
    };
    let requests = [
        request("msg_1"),
        request("msg_2"),
        request("msg_1"),
        other_body,
    ];
    let accepted = accept_at_once(&inbox, requests).await;
    let accepted: Vec<_> = accepted.into_iter().map(Result::unwrap).collect();
    assert_eq!(accepted[1], Accepted::Stored);
    let [first, .., again, other] = &*accepted else {
        unreachable!("there are four");
    };
    // Two statements run at a time, so either body may be the first.
    let right = [
        [Accepted::Stored, Accepted::Duplicate, Accepted::OtherBody],
        [Accepted::OtherBody, Accepted::OtherBody, Accepted::Stored],
        [Accepted::Duplicate, Accepted::Stored, Accepted::OtherBody],
    ];
    assert!(right.contains(&[*first, *again, *other]), "{accepted:?}");
    assert_eq!(inbox.claim(due(10)).await.unwrap().claimed.len(), 2);
}

#[tokio::test]
async fn each_request_goes_to_its_own_targets() {
    let Some(pool) = database_or_skip("targets of concurrent requests").await else {
        return;
    };
    let inbox = migrated(&pool).await;
    let (one, both, none) = (
        ["handler".into()],
        ["handler".into(), "erp".into()],
        [] as [Arc<str>; 0],
    );
    let (first, second, third) = tokio::join!(
        inbox.accept(request("msg_1"), &one),
        inbox.accept(request("msg_2"), &both),
        inbox.accept(request("msg_3"), &none),
    );
    for accepted in [first, second, third] {
        assert_eq!(accepted.unwrap(), Accepted::Stored);
    }
    let tasks: Vec<(String, String)> = sqlx::query_as(
        "SELECT message_id, target FROM webhook_task JOIN webhook_message USING (seq) ORDER BY 1, 2",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let tasks: Vec<_> = tasks.iter().map(|(id, to)| (&**id, &**to)).collect();
    let right = [("msg_1", "handler"), ("msg_2", "erp"), ("msg_2", "handler")];
    assert_eq!(tasks, right);
}

#[tokio::test]
async fn one_that_the_database_rejects_keeps_no_other_out() {
    let Some(pool) = database_or_skip("a request that is rejected").await else {
        return;
    };
    let inbox = migrated(&pool).await;
    sqlx::query("ALTER TABLE webhook_message ADD CHECK (message_id <> 'msg_7')")
        .execute(&pool)
        .await
        .unwrap();
    let accepted = accept_at_once(&inbox, numbered(0..16)).await;
    for (number, accepted) in accepted.into_iter().enumerate() {
        match accepted {
            Ok(accepted) => assert_eq!((accepted, number != 7), (Accepted::Stored, true)),
            Err(error) => assert_eq!((error.kind(), number), (InboxErrorKind::Unavailable, 7)),
        }
    }
    assert_eq!(inbox.claim(due(20)).await.unwrap().claimed.len(), 15);
}

#[tokio::test]
async fn one_that_waits_for_somebodys_transaction_keeps_no_other_out() {
    let Some(pool) = database_or_skip("a request that waits").await else {
        return;
    };
    let inbox = migrated(&pool).await.timeout(Duration::from_secs(60));
    let mut transaction = pool.begin().await.unwrap();
    for id in ["msg_0", "msg_1", "msg_2"] {
        let (request, targets) = (request(id), ["handler".into()]);
        let stored = inbox.accept_in(&mut transaction, &request, &targets);
        assert_eq!(stored.await.unwrap(), Accepted::Stored);
    }
    // They come one after another, so each of the three has a statement of its own, and then with others.
    let mut waiting = JoinSet::new();
    for one in numbered(0..3) {
        let inbox = inbox.clone();
        waiting.spawn(async move { accept(&inbox, one).await });
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for accepted in accept_at_once(&inbox, numbered(3..20)).await {
        assert_eq!(accepted.unwrap(), Accepted::Stored);
    }
    let begun = Instant::now();
    let together = accept_at_once(&inbox, numbered(0..40));
    let committing = async {
        // Those that need not wait are stored meanwhile.
        let stored = "SELECT count(*) FROM webhook_message WHERE is_stored";
        while sqlx::query_scalar::<_, i64>(stored)
            .fetch_one(&pool)
            .await
            .unwrap()
            < 37
        {
            assert!(begun.elapsed() < Duration::from_secs(30));
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        transaction.commit().await.unwrap();
    };
    let (together, ()) = tokio::join!(together, committing);
    for (number, accepted) in together.into_iter().enumerate() {
        let right = if number < 20 {
            Accepted::Duplicate
        } else {
            Accepted::Stored
        };
        assert_eq!(accepted.unwrap(), right, "{number}");
    }
    for accepted in waiting.join_all().await {
        assert_eq!(accepted, Accepted::Duplicate);
    }
}

#[tokio::test]
async fn each_request_has_its_own_time() {
    let Some(pool) = database_or_skip("time-outs of concurrent requests").await else {
        return;
    };
    let inbox = migrated(&pool).await.timeout(Duration::from_secs(60));
    let hurried = inbox.clone().timeout(Duration::from_millis(400));
    let (targets, held) = (["handler".into()], request("msg_0"));
    let mut transaction = pool.begin().await.unwrap();
    inbox
        .accept_in(&mut transaction, &held, &targets)
        .await
        .unwrap();
    let (waits, other) = tokio::join!(
        hurried.accept(request("msg_0"), &targets),
        inbox.accept(request("msg_1"), &targets),
    );
    assert_eq!(waits.unwrap_err().kind(), InboxErrorKind::TimedOut);
    assert_eq!(other.unwrap(), Accepted::Stored);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn processes_that_accept_the_same_at_the_same_time_store_each_once() {
    let Some(pool) = database_or_skip("processes that accept the same").await else {
        return;
    };
    let inbox = migrated(&pool).await;
    let other = PgInbox::new(pool.clone());
    let mut accepting = JoinSet::new();
    for number in 0..400 {
        // Each process has them in another order.
        for (inbox, id) in [(&inbox, number), (&other, 399 - number)] {
            let inbox = inbox.clone();
            let request = request(&format!("msg_{id}"));
            accepting.spawn(async move { accept(&inbox, request).await });
        }
    }
    let accepted = accepting.join_all().await;
    let of = |kind| {
        accepted
            .iter()
            .filter(|accepted| **accepted == kind)
            .count()
    };
    assert_eq!(of(Accepted::Stored), 400);
    assert_eq!(of(Accepted::Duplicate), 400);
    assert_eq!(inbox.claim(due(500)).await.unwrap().claimed.len(), 400);
}

#[tokio::test]
async fn whom_nobody_waits_for_is_not_stored_and_holds_no_place() {
    let Some(pool) = database_or_skip("requests whose clients are gone").await else {
        return;
    };
    let inbox = migrated(&pool).await;
    let targets = ["handler".into()];
    let mut context = Context::from_waker(Waker::noop());
    for gone in numbered(0..10) {
        let mut accepting = Box::pin(inbox.accept(gone, &targets));
        assert!(accepting.as_mut().poll(&mut context).is_pending());
    }
    assert_eq!(accept(&inbox, request("msg_10")).await, Accepted::Stored);
    assert_eq!(inbox.claim(due(20)).await.unwrap().claimed.len(), 1);
}

#[test]
fn a_runtime_that_ends_leaves_its_places_to_the_next() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let first = runtime();
    let Some(pool) = first.block_on(database_or_skip("a runtime that ends")) else {
        return;
    };
    first.block_on(migrated(&pool));
    let options = pool.connect_options().as_ref().clone();
    let entered = first.enter();
    // Its connections belong to the runtime that makes them.
    let inbox = PgInbox::new(PgPoolOptions::new().connect_lazy_with(options));
    let targets = ["handler".into()];
    let mut context = Context::from_waker(Waker::noop());
    for lost in numbered(0..10) {
        let mut accepting = Box::pin(inbox.accept(lost, &targets));
        assert!(accepting.as_mut().poll(&mut context).is_pending());
    }
    drop(entered);
    drop(first);
    let second = runtime();
    let accepted = second.block_on(accept(&inbox, request("msg_10")));
    assert_eq!(accepted, Accepted::Stored);
}
