//! Whoever can write to the store without the secret cannot forge an event.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use rusqlite::Connection;
use tower::service_fn;
use tower_webhook::{
    Receiver,
    inbox::{Inbox, SqliteInbox, Worker},
    receiver::{RotatingSecrets, Secrets},
};

use super::support::{Directory, Running, dead, drained, store, worker};
use crate::support::{NOW, SECRET};

/// Stores a genuine delivery, changes the store, and returns why the delivery died.
async fn reason_after(change: &str) -> String {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    store(&inbox, &["handler"], &["msg_1"]).await;
    Connection::open(directory.file())
        .unwrap()
        .execute_batch(change)
        .unwrap();
    let unreachable = service_fn(async |_: Request<Full<Bytes>>| {
        panic!("a forged delivery reached the handler");
        #[allow(unreachable_code, reason = "names the type")]
        Ok::<_, std::convert::Infallible>(Response::new(()))
    });
    let running = Running::start(worker(&inbox, unreachable));
    drained(&inbox).await;
    running.stop().await;
    let dead = dead(&inbox).await;
    assert_eq!(dead.len(), 1);
    assert_eq!((dead[0].attempts, dead[0].last_status), (1, None));
    dead[0].reason.clone()
}

#[tokio::test]
async fn a_changed_body_ends_dead() {
    let reason = reason_after("UPDATE webhook_request SET body = x'7b7d'").await;
    assert_eq!(reason, "rejected: no signature matches");
}

#[tokio::test]
async fn a_changed_signed_id_ends_dead() {
    let reason = reason_after(
        "UPDATE webhook_request SET headers = CAST(replace(CAST(headers AS TEXT), 'msg_1', 'msg_2') AS BLOB);
         UPDATE webhook_message SET message_id = 'msg_2'",
    )
    .await;
    assert_eq!(reason, "rejected: no signature matches");
}

#[tokio::test]
async fn a_genuine_request_under_another_id_ends_dead() {
    let reason = reason_after("UPDATE webhook_message SET message_id = 'msg_2'").await;
    assert_eq!(reason, "rejected: the id is not the one that was signed");
}

#[tokio::test]
async fn a_genuine_request_of_another_tenant_ends_dead() {
    let reason = reason_after("UPDATE webhook_message SET tenant = 'shop-2'").await;
    assert_eq!(
        reason,
        "rejected: the tenant is not the one whose secrets signed"
    );
}

#[tokio::test]
async fn a_request_without_its_headers_ends_dead() {
    let reason = reason_after("UPDATE webhook_request SET headers = x''").await;
    assert_eq!(reason, "rejected: a signature header is missing");
}

#[tokio::test]
async fn a_head_that_is_none_ends_dead() {
    for headers in ["no colon", "svix-id msg_1\n", ": value\n", "a: b", "\n"] {
        let headers = headers.replace('\n', "' || char(10) || '");
        let change = format!("UPDATE webhook_request SET headers = CAST('{headers}' AS BLOB)");
        let reason = reason_after(&change).await;
        assert_eq!(
            reason, "rejected: the stored head is malformed",
            "{headers}"
        );
    }
    let reason = reason_after("UPDATE webhook_request SET uri = 'not a uri'").await;
    assert_eq!(reason, "rejected: the stored head is malformed");
}

#[tokio::test]
async fn a_request_that_was_deleted_ends_dead() {
    let reason = reason_after("DELETE FROM webhook_request").await;
    assert_eq!(reason, "rejected: the stored head is malformed");
}

#[tokio::test]
async fn a_secret_that_was_retired_opens_what_still_waits() {
    const NEW: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    store(&inbox, &["handler"], &["msg_1"]).await;
    let ok = service_fn(async |_: Request<Full<Bytes>>| {
        Ok::<_, std::convert::Infallible>(Response::new(()))
    });

    let secrets = RotatingSecrets::new(Secrets::builder([NEW]).build().unwrap());
    // Long after the tolerance for the age of a request.
    let late = || Duration::from_secs(NOW + 1_000_000);
    let rotated = Receiver::builder_with_source(secrets.clone())
        .clock(late)
        .build()
        .unwrap();
    let running = Running::start(Worker::new(inbox.clone(), rotated.clone(), ok));
    drained(&inbox).await;
    running.stop().await;
    assert_eq!(
        dead(&inbox).await[0].reason,
        "rejected: no signature matches"
    );

    secrets.replace(Secrets::builder([NEW, SECRET]).build().unwrap());
    assert_eq!(inbox.redrive("msg_1").await.unwrap(), 1);
    let running = Running::start(Worker::new(inbox.clone(), rotated, ok));
    drained(&inbox).await;
    running.stop().await;
    assert_eq!(dead(&inbox).await, []);
}
