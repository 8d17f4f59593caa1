//! Catching up after an outage, from Svix's polling endpoint and by ids: through the same inbox, so that nothing is handled
//! twice.
//!
//! ```sh
//! cargo run --example catch_up
//! ```
//!
//! What the polling endpoint returns is not signed: it is as trustworthy as the TLS connection and its token. `catch_up` signs
//! each message with the receiver's own secret, under the id that the sender gave it, and sends it to the receiver, where it is
//! verified, stored or known like any other. Here a stand-in for the polling endpoint has three messages, of which one arrived
//! before the outage.

use std::{
    convert::Infallible,
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Json, Router, extract::Query, http::HeaderMap, http::StatusCode, routing::get,
    routing::post_service,
};
use bytes::Bytes;
use http_body_util::Full;
use reqwest::Client;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::oneshot};
use tower::service_fn;
use tower_webhook::{
    MessageId, Receiver, Timestamp, WebhookLayer,
    dispatch::Signer,
    inbox::{Enqueue, SqliteInbox, Worker},
};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const POLLING_TOKEN: &str = "the token of the polling endpoint";

/// A page of the polling endpoint: <https://docs.svix.com/receiving/polling-endpoints>.
#[derive(Deserialize, Serialize)]
struct Page {
    data: Vec<Message>,
    iterator: String,
    done: bool,
}

#[derive(Clone, Deserialize, Serialize)]
struct Message {
    id: String,
    payload: Value,
}

/// What became of the messages.
#[derive(Debug, Default, PartialEq, Eq)]
struct CaughtUp {
    stored: usize,
    known: usize,
}

/// Polls from `iterator` on, and sends each message to the receiver. Returns where to go on the next time: keep it once
/// everything before it was accepted.
async fn catch_up(
    client: &Client,
    polling_url: &str,
    receiver_url: &str,
    signer: &Signer,
    mut iterator: Option<String>,
) -> Result<(CaughtUp, Option<String>), Box<dyn Error>> {
    let mut caught_up = CaughtUp::default();
    loop {
        let url = match &iterator {
            None => polling_url.to_owned(),
            Some(iterator) => format!("{polling_url}?iterator={iterator}"),
        };
        let request = client.get(url).bearer_auth(POLLING_TOKEN);
        let page = request.send().await?.error_for_status()?.bytes().await?;
        let page: Page = serde_json::from_slice(&page)?;
        for message in page.data {
            deliver(client, receiver_url, signer, &message, &mut caught_up).await?;
        }
        iterator = Some(page.iterator);
        if page.done {
            return Ok((caught_up, iterator));
        }
    }
}

async fn deliver(
    client: &Client,
    receiver_url: &str,
    signer: &Signer,
    message: &Message,
    caught_up: &mut CaughtUp,
) -> Result<(), Box<dyn Error>> {
    let id = MessageId::parse(&message.id).ok_or("a message without a usable id")?;
    let body = message.payload.to_string();
    let mut headers = HeaderMap::new();
    signer.sign(&id, Timestamp::now(), body.as_bytes(), &mut headers);
    let request = client.post(receiver_url).headers(headers).body(body);
    match request.send().await?.status() {
        StatusCode::ACCEPTED => caught_up.stored += 1,
        // The payload may be written otherwise than the body that arrived under this id: known all the same.
        StatusCode::OK | StatusCode::UNPROCESSABLE_ENTITY => caught_up.known += 1,
        status => return Err(format!("{} got {status}", message.id).into()),
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    let inbox = SqliteInbox::open(directory.path().join("inbox.db"))?;
    let receiver = Receiver::builder(SECRET).build()?;
    let accept = Enqueue::new(inbox.clone(), &receiver);
    let app = Router::new()
        .route(
            "/webhooks",
            post_service(accept).layer(WebhookLayer::new(receiver.clone())),
        )
        .route("/poller", get(poller));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let origin = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async { axum::serve(listener, app).await });

    let handled = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&handled);
    let handler = service_fn(move |_: http::Request<Full<Bytes>>| {
        counter.fetch_add(1, Ordering::Relaxed);
        async { Ok::<_, Infallible>(http::Response::new(Full::<Bytes>::default())) }
    });
    let (stop, stopped) = oneshot::channel::<()>();
    let worker = tokio::spawn(Worker::new(inbox, receiver, handler).run(async {
        let _ = stopped.await;
    }));

    let client = Client::builder().no_proxy().build()?;
    let signer = Signer::new(SECRET)?;
    let (polling_url, receiver_url) = (format!("{origin}/poller"), format!("{origin}/webhooks"));

    // Before the outage, the first one arrived by itself.
    let mut before = CaughtUp::default();
    deliver(&client, &receiver_url, &signer, &messages()[0], &mut before).await?;

    for expected in [
        CaughtUp {
            stored: 2,
            known: 1,
        },
        // Once more from the start: nothing is new.
        CaughtUp {
            stored: 0,
            known: 3,
        },
    ] {
        let (caught_up, iterator) =
            catch_up(&client, &polling_url, &receiver_url, &signer, None).await?;
        println!(
            "{caught_up:?}, next time from {}",
            iterator.as_deref().unwrap_or("the start")
        );
        assert_eq!(caught_up, expected);
    }
    while handled.load(Ordering::Relaxed) < 3 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let _ = stop.send(());
    worker.await?;
    assert_eq!(
        handled.load(Ordering::Relaxed),
        3,
        "each message was handled once"
    );
    println!("3 messages, each handled once");
    Ok(())
}

fn messages() -> [Message; 3] {
    ["msg_1", "msg_2", "msg_3"].map(|id| Message {
        id: id.to_owned(),
        payload: json!({ "eventType": "contact.deleted", "payload": { "contactId": id } }),
    })
}

#[derive(Deserialize)]
struct From {
    iterator: Option<usize>,
}

/// A stand-in: two messages a page.
async fn poller(headers: HeaderMap, Query(from): Query<From>) -> Result<Json<Page>, StatusCode> {
    let expected = format!("Bearer {POLLING_TOKEN}");
    if headers
        .get("authorization")
        .is_none_or(|token| *token != *expected)
    {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let start = from.iterator.unwrap_or(0);
    let data: Vec<_> = messages().into_iter().skip(start).take(2).collect();
    let end = start + data.len();
    Ok(Json(Page {
        data,
        iterator: end.to_string(),
        done: end == messages().len(),
    }))
}
