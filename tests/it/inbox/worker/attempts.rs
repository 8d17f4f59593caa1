//! How often, how many and when a worker attempts.

use std::{
    collections::BTreeSet,
    convert::Infallible,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use tokio::time::{Instant, sleep};
use tower::service_fn;
use tower_webhook::inbox::{Attempt, Fate, Retention, Schedule, SqliteInbox, Target, Worker};

use super::{
    super::support::{Directory, Running, drained, receiver, store, until, worker},
    Calls, respond, status,
    told::Told,
};

#[tokio::test]
async fn a_request_has_the_number_of_its_attempt_and_the_name_of_its_target() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    store(&inbox, &["crm"], &["msg_1"]).await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let see = Arc::clone(&seen);
    let failing = service_fn(move |request: Request<Full<Bytes>>| {
        let attempt: &Attempt = request.extensions().get().expect("an attempt");
        let attempt = (attempt.number(), attempt.target().to_owned());
        see.lock().unwrap().push(attempt);
        async { Ok::<_, Infallible>(status(500)) }
    });
    let running = Running::start(worker(&inbox, Target::new("crm", failing)));
    drained(&inbox).await;
    running.stop().await;
    let expected = [1, 2, 3, 4].map(|number| (number, "crm".to_owned()));
    assert_eq!(*seen.lock().unwrap(), expected);
}

#[tokio::test]
async fn a_delay_is_lengthened_by_up_to_a_tenth_at_random() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    let ids: Vec<_> = (0..8).map(|number| format!("msg_{number}")).collect();
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    store(&inbox, &["handler"], &ids).await;
    let told = Told::new(&inbox);
    let failing = respond(&Calls::default(), |_| status(500));
    let delay = Duration::from_secs(1000);
    let failing = Worker::new(told.clone(), receiver(), failing).schedule(Schedule::new([delay]));
    let running = Running::start(failing);
    until("each was attempted", async || {
        told.fates("handler").len() == ids.len()
    })
    .await;
    running.stop().await;
    let delays: BTreeSet<Duration> = told
        .fates("handler")
        .into_iter()
        .map(|fate| match fate {
            Fate::Retry { after, .. } => after,
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(delays.len() > 1, "{delays:?}");
    let range = delay..=delay + delay / 10;
    assert!(
        delays.iter().all(|delay| range.contains(delay)),
        "{delays:?}"
    );
}

#[tokio::test]
async fn no_more_run_at_once_than_is_set_and_as_many_do() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    let ids: Vec<_> = (0..12).map(|number| format!("msg_{number}")).collect();
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    store(&inbox, &["handler"], &ids).await;
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (running, record) = (Arc::clone(&now), Arc::clone(&most));
    let slow = service_fn(move |request: Request<Full<Bytes>>| {
        let attempt: &Attempt = request.extensions().get().expect("an attempt");
        assert_eq!(attempt.number(), 1);
        let running = Arc::clone(&running);
        record.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        async move {
            // One after the other, so that there is room for one while the others run.
            sleep(Duration::from_millis(fastrand::u64(5..50))).await;
            running.fetch_sub(1, Ordering::SeqCst);
            Ok::<_, Infallible>(status(200))
        }
    });
    let worker = worker(&inbox, Target::new("handler", slow)).concurrency(3);
    let worker = Running::start(worker);
    drained(&inbox).await;
    worker.stop().await;
    assert_eq!(most.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn an_idle_worker_asks_as_often_as_is_set() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    let told = Told::new(&inbox);
    let idle = respond(&Calls::default(), |_| status(200));
    let idle = Worker::new(told.clone(), receiver(), idle).poll_interval(Duration::from_millis(10));
    let running = Running::start(idle);
    let started = Instant::now();
    until("it asked often", async || told.count("claim") >= 20).await;
    assert!(started.elapsed() >= Duration::from_millis(190));
    running.stop().await;
}

#[test]
fn what_is_not_set_has_its_documented_default() {
    let target = Target::new("crm", respond(&Calls::default(), |_| status(200)));
    let shown = format!("{target:?}");
    assert!(shown.contains("timeout: 900s"), "{shown}");
    let hours = |hours: u64| Duration::from_secs(hours * 60 * 60);
    let retention = Retention::default();
    assert_eq!(retention.requests, hours(24));
    assert_eq!(retention.ids, hours(7 * 24));
}
