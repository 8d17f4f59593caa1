//! The kept requests, with requests, readers and a page at the same time.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc, LazyLock, OnceLock,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, SystemTime},
};

use axum::body::Body;
use bytes::Bytes;
use http::{Extensions, HeaderMap, Method, Request, Response, StatusCode};
use shuttle::thread;

use super::{Head, MAX_BYTES, MAX_RECORDS, News, Outcome, Record, Ring};
use crate::{explore::explore, replay::Target};

#[derive(Debug)]
struct Nowhere;

impl Target for Nowhere {
    fn send(
        self: Arc<Self>,
        _: Request<Body>,
    ) -> Pin<Box<dyn Future<Output = Response<Body>> + Send>> {
        unreachable!("nothing is replayed")
    }
}

fn record(uri: &str, body: Bytes) -> Record {
    Record {
        id: 0,
        at: SystemTime::UNIX_EPOCH,
        head: Head {
            method: Method::POST,
            uri: uri.to_owned(),
            headers: HeaderMap::new(),
            extensions: Extensions::new(),
        },
        body,
        is_truncated: false,
        from_console: None,
        outcome: Outcome {
            status: Some(StatusCode::OK),
            rejection: None,
            duration: Duration::ZERO,
            body: Bytes::new(),
        },
        target: Arc::new(Nowhere),
        row: OnceLock::new(),
    }
}

fn push(ring: &Ring, uri: &str) {
    ring.push(record(uri, Bytes::new()));
}

/// The numbers and the URIs that are kept, the oldest first, after a look at the bounds and at the order.
fn look(ring: &Ring) -> Vec<(u64, String)> {
    let mut records = ring.newest_first();
    records.reverse();
    let bytes: usize = records.iter().map(|record| record.bytes()).sum();
    assert!(records.len() <= MAX_RECORDS && bytes <= MAX_BYTES);
    let all = records.iter().zip(records.iter().skip(1));
    for (older, newer) in all {
        assert_eq!(older.id + 1, newer.id, "none is missing in between");
    }
    let all = records.iter();
    all.map(|record| (record.id, record.head.uri.clone()))
        .collect()
}

fn uris(kept: &[(u64, String)]) -> Vec<&str> {
    let mut uris: Vec<_> = kept.iter().map(|(_, uri)| &**uri).collect();
    uris.sort_unstable();
    uris
}

#[test]
fn every_request_is_kept_once_and_readers_see_them_in_order() {
    explore(|| {
        let ring = Arc::new(Ring::default());
        let pushing = [["/1", "/2"], ["/3", "/4"]].map(|requests| {
            let ring = Arc::clone(&ring);
            thread::spawn(move || requests.map(|uri| push(&ring, uri)))
        });
        let mut seen = Vec::new();
        for _ in 0..3 {
            let now = look(&ring);
            assert!(now.starts_with(&seen), "{now:?} after {seen:?}");
            for (id, uri) in &now {
                let found = ring.get(*id).expect("it is kept");
                assert_eq!(found.head.uri, *uri);
            }
            seen = now;
        }
        for pushing in pushing {
            pushing.join().expect("it is kept");
        }
        let kept = look(&ring);
        assert_eq!(uris(&kept), ["/1", "/2", "/3", "/4"]);
        let position = |uri| kept.iter().position(|(_, kept)| kept == uri);
        assert!(position("/1") < position("/2") && position("/3") < position("/4"));
    });
}

#[test]
fn the_bounds_are_kept_while_requests_come_at_once() {
    // Two are within the bound, three are not.
    static LARGE: LazyLock<Bytes> = LazyLock::new(|| vec![0; MAX_BYTES / 5 * 2].into());
    explore(|| {
        let ring = Arc::new(Ring::default());
        let pushing = ["/1", "/2", "/3"].map(|uri| {
            let ring = Arc::clone(&ring);
            thread::spawn(move || {
                ring.push(record(uri, LARGE.clone()));
                push(&ring, "/small");
                look(&ring);
            })
        });
        for pushing in pushing {
            pushing.join().expect("it is kept");
        }
        let kept = look(&ring);
        let is_large = |(_, uri): &&(u64, String)| uri != "/small";
        assert_eq!(kept.iter().filter(is_large).count(), 2);
        assert_eq!(kept.last().map(|(id, _)| *id), Some(6));
        ring.clear();
        assert_eq!(look(&ring), []);
        push(&ring, "/after");
        assert_eq!(look(&ring), [(7, "/after".to_owned())]);
    });
}

#[test]
fn the_number_of_requests_is_bounded_while_they_come_at_once() {
    explore(|| {
        let ring = Arc::new(Ring::default());
        {
            // Kept one by one, they would be most of the steps.
            let mut kept = ring.lock();
            for id in 1..=MAX_RECORDS as u64 {
                let mut record = record("/old", Bytes::new());
                record.id = id;
                kept.bytes += record.bytes();
                kept.records.push_back(Arc::new(record));
                kept.next_id = id;
            }
        }
        let pushing = ["/1", "/2", "/3"].map(|uri| {
            let ring = Arc::clone(&ring);
            thread::spawn(move || push(&ring, uri))
        });
        assert_eq!(look(&ring).len(), MAX_RECORDS);
        for pushing in pushing {
            pushing.join().expect("it is kept");
        }
        let kept = look(&ring);
        assert_eq!((kept[0].0, kept.len()), (4, MAX_RECORDS));
        assert_eq!(uris(&kept[MAX_RECORDS - 3..]), ["/1", "/2", "/3"]);
    });
}

#[test]
fn the_news_come_in_the_order_of_what_happened() {
    static CLEARED_SOME: AtomicBool = AtomicBool::new(false);
    explore(|| {
        let ring = Arc::new(Ring::default());
        let mut news = ring.subscribe();
        let pushing = ["/1", "/2"].map(|uri| {
            let ring = Arc::clone(&ring);
            thread::spawn(move || push(&ring, uri))
        });
        let clearing = thread::spawn({
            let ring = Arc::clone(&ring);
            move || ring.clear()
        });
        for pushing in pushing {
            pushing.join().expect("it is kept");
        }
        clearing.join().expect("it is cleared");
        let (mut kept, mut last) = (Vec::new(), 0);
        while let Ok(news) = news.try_recv() {
            match news {
                News::Recorded(id) => {
                    assert!(last < id, "{id} after {last}");
                    last = id;
                    kept.push(id);
                }
                News::Cleared => kept.clear(),
            }
        }
        CLEARED_SOME.fetch_or(kept.len() == 1, Relaxed);
        let in_ring: Vec<_> = look(&ring).iter().map(|(id, _)| *id).collect();
        assert_eq!(kept, in_ring);
    });
    assert!(CLEARED_SOME.load(Relaxed), "the orders differ");
}

#[test]
fn a_page_that_lists_after_it_began_to_listen_misses_no_request() {
    explore(|| {
        let ring = Arc::new(Ring::default());
        let pushing = ["/1", "/2", "/3"].map(|uri| {
            let ring = Arc::clone(&ring);
            thread::spawn(move || push(&ring, uri))
        });
        let mut news = ring.subscribe();
        let mut shown = look(&ring);
        for pushing in pushing {
            pushing.join().expect("it is kept");
        }
        while let Ok(news) = news.try_recv() {
            let News::Recorded(id) = news else {
                panic!("nothing is cleared");
            };
            if shown.iter().all(|(shown, _)| *shown != id) {
                let record = ring.get(id).expect("it is kept");
                shown.push((id, record.head.uri.clone()));
            }
        }
        assert_eq!(shown, look(&ring));
    });
}
