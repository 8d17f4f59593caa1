//! Several workers over one database.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tokio::{sync::oneshot, time::sleep};
use tower::{Layer, ServiceExt, service_fn, util::BoxCloneService};
use tower_webhook::{
    Delivery, Receiver, Timestamp, WebhookLayer,
    inbox::{Enqueue, Inbox, Worker},
    testing::Signer,
};
use tower_webhook_postgres::PgInbox;

use crate::database::database_or_skip;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const DELIVERIES: usize = 200;

type Handler = BoxCloneService<Request<Full<Bytes>>, Response<()>, Infallible>;
type Handled = Arc<Mutex<HashMap<String, Vec<usize>>>>;

fn receiver() -> Receiver {
    Receiver::builder([SECRET]).build().unwrap()
}

async fn send(inbox: &PgInbox, id: &str) {
    let now = Timestamp::from(std::time::SystemTime::now());
    let request = Signer::new(SECRET).unwrap().request(id, now, "{}");
    let enqueue = Enqueue::new(inbox.clone(), &receiver());
    let service = WebhookLayer::<Bytes>::new(receiver()).layer(enqueue);
    assert_eq!(service.oneshot(request).await.unwrap().status(), 202);
}

/// Notes which worker handled which delivery.
fn handler(worker: usize, handled: &Handled) -> Handler {
    let handled = Arc::clone(handled);
    BoxCloneService::new(service_fn(move |request: Request<Full<Bytes>>| {
        let delivery: &Delivery<Bytes> = request.extensions().get().unwrap();
        let mut handled = handled.lock().unwrap();
        let workers = handled.entry(delivery.id().to_string()).or_default();
        workers.push(worker);
        async {
            sleep(Duration::from_millis(2)).await;
            Ok(Response::new(()))
        }
    }))
}

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !is_so().await {
        assert!(
            started.elapsed() < Duration::from_secs(30),
            "not in time: {what}"
        );
        sleep(Duration::from_millis(10)).await;
    }
}

async fn drained(inbox: &PgInbox) {
    until("everything handled", async || {
        let stats = inbox.stats().await.unwrap();
        stats.iter().all(|target| target.waiting == 0)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_share_the_load_and_nothing_is_handled_twice() {
    let Some(pool) = database_or_skip("several workers").await else {
        return;
    };
    let inbox = PgInbox::new(pool.clone());
    inbox.migrate().await.unwrap();
    let handled = Handled::default();
    let mut running = Vec::new();
    for worker in 0..3 {
        let (stop, stopped) = oneshot::channel::<()>();
        // Each as a process of its own would have it.
        let inbox = PgInbox::new(pool.clone());
        let worker = Worker::new(inbox, receiver(), handler(worker, &handled)).concurrency(4);
        let task = tokio::spawn(worker.run(async {
            let _ = stopped.await;
        }));
        running.push((stop, task));
    }
    for number in 0..DELIVERIES {
        send(&inbox, &format!("msg_{number}")).await;
    }
    drained(&inbox).await;
    for (stop, task) in running {
        stop.send(()).unwrap();
        task.await.unwrap();
    }
    let handled = handled.lock().unwrap();
    assert_eq!(handled.len(), DELIVERIES);
    assert!(
        handled.values().all(|workers| workers.len() == 1),
        "each once"
    );
    for worker in 0..3 {
        assert!(
            handled.values().any(|workers| *workers == [worker]),
            "worker {worker} is idle"
        );
    }
}

#[tokio::test]
async fn one_that_is_killed_hands_its_work_over_after_its_lease() {
    let Some(pool) = database_or_skip("a killed worker").await else {
        return;
    };
    let inbox = PgInbox::new(pool.clone());
    inbox.migrate().await.unwrap();
    send(&inbox, "msg_1").await;
    let started = Arc::new(tokio::sync::Notify::new());
    let hangs = {
        let started = Arc::clone(&started);
        service_fn(move |_: Request<Full<Bytes>>| {
            started.notify_one();
            std::future::pending::<Result<Response<()>, Infallible>>()
        })
    };
    let lease = Duration::from_millis(600);
    let killed = Worker::new(PgInbox::new(pool.clone()), receiver(), hangs).lease(lease);
    let task = tokio::spawn(killed.run(std::future::pending()));
    started.notified().await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    let killed_at = Instant::now();

    let handled = Handled::default();
    let next = Worker::new(PgInbox::new(pool), receiver(), handler(1, &handled));
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(next.run(async {
        let _ = stopped.await;
    }));
    drained(&inbox).await;
    assert!(
        killed_at.elapsed() >= lease / 2,
        "{:?}",
        killed_at.elapsed()
    );
    stop.send(()).unwrap();
    task.await.unwrap();
    assert_eq!(handled.lock().unwrap()["msg_1"], [1]);
}
