//! What the sender is told.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderName, Request, Response, StatusCode, header::RETRY_AFTER};
use http_body_util::Full;
use rusqlite::Connection;
use tokio::task::JoinSet;
use tower::{Layer, ServiceExt};
use tower_webhook::{
    Delivery, Json, Timestamp, WebhookLayer,
    inbox::{
        Accepted, Claims, DeadLetter, DueTasks, Enqueue, Fate, Inbox, InboxError, InboxErrorKind,
        InboxFuture, Retention, Settled, SqliteInbox, StoredRequest, Swept, TargetStats, TaskKey,
    },
};

use super::support::{Directory, receiver, send};
use crate::support::{BODY, ID, NOW, genuine, open, signer};

#[tokio::test]
async fn a_stored_delivery_is_accepted_and_a_duplicate_is_ok() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    let enqueue = Enqueue::new(inbox, &receiver());
    assert_eq!(send(&enqueue, "msg_1", "{}").await.status(), 202);
    assert_eq!(send(&enqueue, "msg_1", "{}").await.status(), 200);
    assert_eq!(send(&enqueue, "msg_2", "{}").await.status(), 202);
}

#[tokio::test]
async fn of_concurrent_duplicates_exactly_one_is_accepted() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    let enqueue = Enqueue::new(inbox, &receiver());
    let mut sending = JoinSet::new();
    for _ in 0..32 {
        let enqueue = enqueue.clone();
        sending.spawn(async move { send(&enqueue, "msg_1", "{}").await.status() });
    }
    let statuses = sending.join_all().await;
    let count = |status: StatusCode| statuses.iter().filter(|other| **other == status).count();
    assert_eq!(
        (count(StatusCode::ACCEPTED), count(StatusCode::OK)),
        (1, 31)
    );
}

#[tokio::test]
async fn another_body_under_the_same_id_is_not_taken_for_a_duplicate() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    let enqueue = Enqueue::new(inbox, &receiver());
    assert_eq!(send(&enqueue, "msg_1", "{}").await.status(), 202);
    assert_eq!(send(&enqueue, "msg_1", "[]").await.status(), 422);
}

#[tokio::test]
async fn a_delivery_that_cannot_be_stored_is_to_come_back() {
    let enqueue = Enqueue::new(Down, &receiver());
    let response = send(&enqueue, "msg_1", "{}").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.headers()[RETRY_AFTER], "5");
}

#[tokio::test]
async fn a_full_inbox_tells_the_sender_to_come_back() {
    let directory = Directory::new();
    let builder = SqliteInbox::builder(directory.file()).max_bytes(200_000);
    let inbox = builder.open().unwrap();
    let enqueue = Enqueue::new(inbox.clone(), &receiver());
    let mut accepted = Vec::new();
    let refused = loop {
        let id = format!("msg_{}", accepted.len());
        let status = send(&enqueue, &id, vec![b'x'; 10_000]).await.status();
        if status != StatusCode::ACCEPTED {
            break status;
        }
        accepted.push(id);
        assert!(accepted.len() < 100, "the limit is kept");
    };
    assert_eq!(refused, StatusCode::SERVICE_UNAVAILABLE);
    let stored = inbox.stats().await.unwrap()[0].waiting;
    assert_eq!(stored, accepted.len() as u64, "what was accepted is there");
}

#[tokio::test]
async fn without_the_layer_nothing_is_accepted() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    let enqueue = Enqueue::new(inbox, &receiver());
    let request = signer().request("msg_1", Timestamp::from_unix_seconds(NOW), "{}");
    let response = enqueue.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn the_signed_request_is_stored_as_it_came_and_no_other_header() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    let enqueue = Enqueue::new(inbox, &receiver())
        .endpoint("engage")
        .store_header(HeaderName::from_static("x-tenant"));
    let body = Bytes::from_static(b"\x00\xff not text, and 'quoted'");
    let mut request = signer()
        .uri("/webhooks/engage?a=1".parse().unwrap())
        .request("msg_1", Timestamp::from_unix_seconds(NOW), body.clone());
    request
        .headers_mut()
        .insert("x-engage-token", "secret token".parse().unwrap());
    request
        .headers_mut()
        .insert("x-tenant", "shop-1".parse().unwrap());
    let signature = request.headers()["svix-signature"]
        .to_str()
        .unwrap()
        .to_owned();
    let service = WebhookLayer::<Bytes>::new(receiver()).layer(enqueue);
    assert_eq!(service.oneshot(request).await.unwrap().status(), 202);

    let database = Connection::open(directory.file()).unwrap();
    let row = database
        .query_row(
            "SELECT endpoint, message_id, signed_at, uri, headers, body
             FROM webhook_message JOIN webhook_request USING (seq)",
            [],
            |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, String>(1)?,
                    row.get::<_, i64>(2)?,
                    row.get::<_, String>(3)?,
                    row.get::<_, Vec<u8>>(4)?,
                    row.get::<_, Vec<u8>>(5)?,
                ))
            },
        )
        .unwrap();
    let headers = format!(
        "svix-id: msg_1\nsvix-timestamp: {NOW}\nsvix-signature: {signature}\ncontent-type: application/json\nx-tenant: shop-1\n"
    );
    assert_eq!(row.0, "engage");
    assert_eq!(row.1, "msg_1");
    assert_eq!(row.2, i64::try_from(NOW).unwrap());
    assert_eq!(row.3, "/webhooks/engage?a=1");
    assert_eq!(String::from_utf8(row.4).unwrap(), headers);
    assert_eq!(row.5, body);
}

#[tokio::test]
async fn a_decoded_event_can_say_its_order() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    let contact = |delivery: &Delivery<Json<serde_json::Value>>| {
        Some(delivery.event().0["contact"].as_str()?.to_owned())
    };
    let enqueue = Enqueue::new(inbox.clone(), &receiver())
        .decode::<Json<serde_json::Value>>()
        .order_by(contact);
    for (id, contact) in [("msg_1", "a"), ("msg_2", "a"), ("msg_3", "b")] {
        let body = format!(r#"{{"contact":"{contact}"}}"#);
        let request: Request<Full<Bytes>> =
            signer().request(id, Timestamp::from_unix_seconds(NOW), body);
        let layer = WebhookLayer::new(receiver()).decode::<Json<serde_json::Value>>();
        let response: Response<_> = layer.layer(enqueue.clone()).oneshot(request).await.unwrap();
        assert_eq!(response.status(), 202);
    }
    let due = DueTasks {
        endpoint: "webhook",
        target: "handler",
        owner: tower_webhook::idempotency::OwnerToken::from_u128(1),
        limit: 10,
        lease: Duration::from_secs(60),
    };
    let claims = inbox.claim(due).await.unwrap().claimed;
    let ids: Vec<_> = claims.iter().map(|it| &*it.request.message_id).collect();
    assert_eq!(ids, ["msg_1", "msg_3"]);
}

#[test]
fn the_names_of_the_targets_are_those_that_were_named_or_the_default() {
    let enqueue = || Enqueue::new(Down, &receiver());
    let names = |enqueue: &Enqueue| -> Vec<String> {
        let names = enqueue.target_names().iter();
        names.map(ToString::to_string).collect()
    };
    assert_eq!(names(&enqueue()), ["handler"]);
    assert_eq!(names(&enqueue().targets(["crm", "erp"])), ["crm", "erp"]);
    // Nothing is stored without a target.
    let none: [&str; 0] = [];
    assert_eq!(names(&enqueue().targets(none)), ["handler"]);
}

#[tokio::test]
async fn a_handler_can_accept_by_itself_what_would_be_stored() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    let enqueue = Enqueue::new(inbox.clone(), &receiver())
        .endpoint("engage")
        .store_header(HeaderName::from_static("x-tenant"))
        .order_by(|delivery| Some(format!("order of {}", delivery.id())));
    let at = Timestamp::from_unix_seconds(NOW);
    let mut request = signer()
        .uri("https://shop.example/webhooks?a=1".parse().unwrap())
        .request(ID, at, BODY);
    for (name, value) in [("x-tenant", "shop-1"), ("x-other", "not stored")] {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    let (parts, _) = request.into_parts();
    let stored = enqueue.stored_request(&parts, &open::<Bytes>(BODY).unwrap());
    assert_eq!((&*stored.endpoint, &*stored.tenant), ("engage", ""));
    assert_eq!((&*stored.message_id, &stored.event_type), (ID, &None));
    assert_eq!(stored.order_key, Some(format!("order of {ID}")));
    assert_eq!(stored.timestamp, Some(at));
    assert_eq!(
        (&*stored.uri, &*stored.body),
        ("/webhooks?a=1", BODY.as_bytes())
    );
    let signature = genuine();
    let headers = format!(
        "svix-id: {ID}\nsvix-timestamp: {NOW}\nsvix-signature: {signature}\ncontent-type: application/json\nx-tenant: shop-1\n"
    );
    let lines = String::from_utf8(stored.headers.as_bytes().to_vec());
    assert_eq!(lines.unwrap(), headers);

    let accepted = inbox.accept(stored, enqueue.target_names()).await.unwrap();
    assert_eq!(accepted, Accepted::Stored);
    // The same as what the service stores.
    assert_eq!(send(&enqueue, ID, BODY).await.status(), 200);
    assert_eq!(inbox.stats().await.unwrap()[0].waiting, 1);
}

/// An inbox whose store is gone.
struct Down;

fn down<'a, T: Send + 'a>() -> InboxFuture<'a, T> {
    Box::pin(async { Err(InboxError::new(InboxErrorKind::Unavailable)) })
}

impl Inbox for Down {
    fn accept<'a>(&'a self, _: StoredRequest, _: &'a [Arc<str>]) -> InboxFuture<'a, Accepted> {
        down()
    }

    fn claim<'a>(&'a self, _: DueTasks<'a>) -> InboxFuture<'a, Claims> {
        down()
    }

    fn renew<'a>(&'a self, _: &'a TaskKey, _: Duration) -> InboxFuture<'a, Settled> {
        down()
    }

    fn settle<'a>(&'a self, _: &'a TaskKey, _: Fate) -> InboxFuture<'a, Settled> {
        down()
    }

    fn dead_letters<'a>(
        &'a self,
        _: Option<&'a str>,
        _: usize,
    ) -> InboxFuture<'a, Vec<DeadLetter>> {
        down()
    }

    fn redrive<'a>(&'a self, _: &'a str) -> InboxFuture<'a, u64> {
        down()
    }

    fn purge_dead_letters(&self) -> InboxFuture<'_, u64> {
        down()
    }

    fn sweep(&self, _: Retention) -> InboxFuture<'_, Swept> {
        down()
    }

    fn stats(&self) -> InboxFuture<'_, Vec<TargetStats>> {
        down()
    }
}
