//! The inbox in one screen: deliveries are stored before the response, a target that fails is tried again, and a dead
//! letter is sent back to its target.
//!
//! `cargo run --example inbox`

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use tokio::{sync::oneshot, time::sleep};
use tower::{Layer, ServiceExt, service_fn};
use tower_webhook::{
    Delivery, Receiver, Timestamp, WebhookLayer,
    inbox::{Attempt, Enqueue, Inbox, Schedule, SqliteInbox, Target, Worker},
    testing::Signer,
};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

type Error = Box<dyn std::error::Error>;

#[tokio::main(flavor = "current_thread")]
pub async fn main() -> Result<(), Error> {
    let directory = tempfile::tempdir()?;
    show(SqliteInbox::open(directory.path().join("inbox.db"))?).await
}

async fn show(inbox: SqliteInbox) -> Result<(), Error> {
    let receiver = Receiver::builder([SECRET]).build()?;
    let enqueue = Enqueue::new(inbox.clone(), &receiver).targets(["crm", "billing"]);
    let accept = WebhookLayer::<Bytes>::new(receiver.clone()).layer(enqueue);

    // What a sender does; the second delivery of a message is a duplicate.
    for id in ["msg_1", "msg_2", "msg_2"] {
        let now = Timestamp::from(SystemTime::now());
        let request = Signer::new(SECRET)?.request(id, now, r#"{"type":"contact.created"}"#);
        let response = accept.clone().oneshot(request).await?;
        println!("sender   {id}: {}", response.status());
        let expected = [StatusCode::ACCEPTED, StatusCode::OK];
        assert!(expected.contains(&response.status()));
    }

    // The CRM fails at first. Billing does not know contacts, until somebody teaches it.
    let crm = service_fn(async |request: Request<Full<Bytes>>| {
        let (id, attempt) = delivery(&request);
        let status = if attempt == 1 { 500 } else { 200 };
        println!("crm      {id}, attempt {attempt}: {status}");
        Ok::<_, Infallible>(response(status))
    });
    let is_taught = Arc::new(AtomicBool::new(false));
    let knows_contacts = Arc::clone(&is_taught);
    let billing = service_fn(move |request: Request<Full<Bytes>>| {
        let (id, attempt) = delivery(&request);
        let is_taught = knows_contacts.load(Ordering::Relaxed);
        let status = if is_taught { 200 } else { 422 };
        println!("billing  {id}, attempt {attempt}: {status}");
        async move { Ok::<_, Infallible>(response(status)) }
    });
    let worker = Worker::new(inbox.clone(), receiver, Target::new("crm", crm))
        .target(Target::new("billing", billing))
        // In earnest: the default, over 28 hours.
        .schedule(Schedule::from_seconds("0.2,0.4")?);
    let (stop, stopped) = oneshot::channel::<()>();
    let working = tokio::spawn(worker.run(async {
        let _ = stopped.await;
    }));

    handled(&inbox).await?;
    let dead = inbox.dead_letters(None, 100).await?;
    for letter in &dead {
        let (id, target, reason) = (&letter.message_id, &letter.target, &letter.reason);
        println!("dead     {id} for {target}: {reason}");
    }
    assert_eq!(dead.len(), 2);

    is_taught.store(true, Ordering::Relaxed);
    for letter in &dead {
        println!("operator redrive {}", letter.message_id);
        assert_eq!(inbox.redrive(&letter.message_id).await?, 1);
    }
    handled(&inbox).await?;
    assert_eq!(inbox.dead_letters(None, 100).await?, []);

    // Settles what is in progress; nothing is lost or sent twice.
    stop.send(()).map_err(|()| "the worker is gone")?;
    working.await?;
    println!("everything is handled");
    Ok(())
}

fn delivery(request: &Request<Full<Bytes>>) -> (String, u32) {
    let delivery: Option<&Delivery<Bytes>> = request.extensions().get();
    let attempt: Option<&Attempt> = request.extensions().get();
    let id = delivery.map(|delivery| delivery.id().to_string());
    (id.unwrap_or_default(), attempt.map_or(0, Attempt::number))
}

fn response(status: u16) -> Response<()> {
    let mut response = Response::new(());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    response
}

/// Waits until nothing waits any more.
async fn handled(inbox: &SqliteInbox) -> Result<(), Error> {
    while inbox.stats().await?.iter().any(|target| target.waiting > 0) {
        sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}
