//! What a worker and its targets can be told.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
    time::{Duration, UNIX_EPOCH},
};

use bytes::Bytes;
use http::{Request, Response, header::RETRY_AFTER};
use http_body_util::Full;
use tower::service_fn;
use tower_webhook::{
    Delivery, Json,
    inbox::{Enqueue, Fate, Schedule, SqliteInbox, Target, Worker},
};

use super::{
    super::support::{Directory, Running, dead, drained, receiver, send, store, until},
    Calls, respond, status,
    told::Told,
};
use crate::support::NOW;

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn the_event_type_of_a_worker_is_that_of_every_target_that_names_none() {
    type Numbers = Json<Vec<u8>>;
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let target = |name: &'static str| {
        let seen = Arc::clone(&seen);
        let handler = service_fn(move |request: Request<Full<Bytes>>| {
            let numbers: Option<&Delivery<Numbers>> = request.extensions().get();
            let bytes: Option<&Delivery<Bytes>> = request.extensions().get();
            let numbers = numbers.map(|delivery| delivery.event().0.clone());
            let bytes = bytes.map(|delivery| delivery.event().clone());
            seen.lock().unwrap().push((name, numbers, bytes));
            async { Ok::<_, Infallible>(Response::new(())) }
        });
        Target::new(name, handler)
    };
    let enqueue = Enqueue::new(inbox.clone(), &receiver()).targets(["first", "other", "raw"]);
    assert_eq!(send(&enqueue, "msg_1", "[1,2]").await.status(), 202);
    let worker = Worker::new(inbox.clone(), receiver(), target("first"))
        .target(target("raw").decode::<Bytes>())
        // Also of what was added before and is added after.
        .decode::<Numbers>()
        .target(target("other"));
    let running = Running::start(worker);
    drained(&inbox).await;
    running.stop().await;
    let mut seen = std::mem::take(&mut *seen.lock().unwrap());
    seen.sort();
    let numbers = Some(vec![1, 2]);
    let expected = [
        ("first", numbers.clone(), None),
        ("other", numbers, None),
        ("raw", None, Some(Bytes::from("[1,2]"))),
    ];
    assert_eq!(seen, expected);
    assert_eq!(dead(&inbox).await, []);
}

/// How the first attempts of a worker with these targets end.
async fn first_fates(targets: &[&str], worker: impl FnOnce(Told) -> Worker) -> Vec<(String, Fate)> {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    store(&inbox, targets, &["msg_1"]).await;
    let told = Told::new(&inbox);
    let running = Running::start(worker(told.clone()));
    until("each was attempted", async || {
        targets.iter().all(|target| !told.fates(target).is_empty())
    })
    .await;
    running.stop().await;
    let fates = targets.iter().flat_map(|target| {
        let fates = told.fates(target).into_iter();
        fates.map(|fate| ((*target).to_owned(), fate))
    });
    fates.collect()
}

#[tokio::test]
async fn a_date_in_retry_after_is_compared_with_the_clock_of_the_worker() {
    // Beyond what the schedule says; by the machine's clock, each of these is long past.
    for (clock, expected) in [(NOW, 7200), (NOW + 600, 6600), (NOW - 600, 7800)] {
        let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(NOW) + 2 * HOUR);
        let busy = respond(&Calls::default(), move |_| {
            let response = Response::builder().status(503);
            response.header(RETRY_AFTER, &date).body(()).unwrap()
        });
        let fates = first_fates(&["handler"], |told| {
            Worker::new(told, receiver(), busy)
                .schedule(Schedule::new([Duration::from_secs(1)]))
                .clock(move || Duration::from_secs(clock))
        });
        let fates = fates.await;
        let [(_, Fate::Retry { after, failure })] = &fates[..] else {
            panic!("{fates:?}");
        };
        assert_eq!(*after, Duration::from_secs(expected));
        assert_eq!(failure.status, Some(503));
    }
}

#[tokio::test]
async fn a_target_with_a_schedule_of_its_own_leaves_that_of_the_worker_to_the_others() {
    let failing = |name: &str| Target::new(name, respond(&Calls::default(), |_| status(500)));
    let fates = first_fates(&["once", "daily", "hourly"], |told| {
        let once = failing("once").schedule(Schedule::new([]));
        let daily = failing("daily").schedule(Schedule::new([24 * HOUR]));
        Worker::new(told, receiver(), once)
            .target(daily)
            .target(failing("hourly"))
            .schedule(Schedule::new([HOUR]))
    });
    let fates = fates.await;
    let [(_, Fate::Dead(_)), (_, daily), (_, hourly)] = &fates[..] else {
        panic!("{fates:?}");
    };
    for (fate, delay) in [(daily, 24 * HOUR), (hourly, HOUR)] {
        let Fate::Retry { after, .. } = fate else {
            panic!("{fates:?}");
        };
        // Lengthened by up to a tenth at random.
        assert!((delay..=delay + delay / 10).contains(after), "{after:?}");
    }
}
