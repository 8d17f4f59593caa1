//! Senders whose ids are not signed, or who give none.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body_util::Full;
use tower::{Layer, ServiceExt, service_fn};
use tower_webhook::{
    Receiver, Timestamp, WebhookLayer,
    inbox::{Enqueue, SqliteInbox, Worker},
    provider,
    scheme::Scheme,
    testing::Signer,
};

use super::support::{Directory, Running, dead, drained};
use crate::support::NOW;

const SECRET: &str = "a secret of the sender";

fn receiver(scheme: &Scheme) -> Receiver {
    Receiver::builder(SECRET)
        .scheme(scheme.clone())
        .deduplicated()
        .clock(|| Duration::from_secs(NOW))
        .build()
        .unwrap()
}

/// The statuses of deliveries with these ids and one body, and how many were handled.
async fn statuses_and_handled(scheme: Scheme, ids: &[&str]) -> (Vec<u16>, usize) {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    let receiver = receiver(&scheme);
    let signer = Signer::for_scheme(scheme, SECRET).unwrap();
    let service = WebhookLayer::new(receiver.clone()).layer(Enqueue::new(inbox.clone(), &receiver));
    let mut statuses = Vec::new();
    for id in ids {
        let request = signer.request(id, Timestamp::from_unix_seconds(NOW), "{}");
        let response = service.clone().oneshot(request).await.unwrap();
        statuses.push(response.status().as_u16());
    }
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let handler = service_fn(move |_: http::Request<Full<Bytes>>| {
        counted.fetch_add(1, Ordering::Relaxed);
        let mut handled = Response::new(Full::<Bytes>::default());
        *handled.status_mut() = StatusCode::NO_CONTENT;
        std::future::ready(Ok::<_, Infallible>(handled))
    });
    let worker = Worker::new(inbox.clone(), receiver, handler);
    let running = Running::start(worker.poll_interval(Duration::from_millis(20)));
    drained(&inbox).await;
    running.stop().await;
    assert!(dead(&inbox).await.is_empty());
    (statuses, calls.load(Ordering::Relaxed))
}

#[tokio::test]
async fn a_replay_under_another_unsigned_id_is_not_stored_again() {
    let (statuses, handled) = statuses_and_handled(provider::github(), &["msg_1", "msg_2"]).await;
    assert_eq!((statuses, handled), (vec![202, 200], 1));
}

#[tokio::test]
async fn deliveries_with_equal_bodies_that_nothing_tells_apart_are_all_handled() {
    let (statuses, handled) = statuses_and_handled(provider::dropbox(), &["", ""]).await;
    assert_eq!((statuses, handled), (vec![202, 202], 2));
}
