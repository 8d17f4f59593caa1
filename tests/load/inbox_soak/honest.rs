//! Honest deliveries at a steady rate. What is answered otherwise than with success is sent again, and so is, now and then,
//! what was acknowledged: then it has to be known.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use fastrand::Rng;
use http::StatusCode;
use reqwest::{Client, redirect::Policy};
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval, sleep},
};

use super::{book::Book, endpoint::Endpoint, intervals::Latencies, sender::Sender};

/// Of each receiver. At forty a second, together, each has a tenth of a second for a delivery.
const SENDERS: u32 = 4;
/// Longer than the receiver takes for any request.
const PATIENCE: Duration = Duration::from_secs(30);
const BEFORE_AGAIN: Duration = Duration::from_millis(500);
/// One in so many is sent again as soon as it is acknowledged, as by a sender that has lost the answer.
const AGAIN: u64 = 10;
/// One in so many is followed by an older one, as by somebody who sends it by hand.
const OLDER: u64 = 20;

/// What was answered otherwise than it was acknowledged at once.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) known: AtomicU64,
    /// 408 or 503, or no answer. The sender has sent it again.
    pub(super) late: AtomicU64,
}

/// What a sender's tasks share.
pub(super) struct Shared {
    pub(super) sender: Arc<Sender>,
    pub(super) client: Client,
    pub(super) url: String,
    pub(super) book: Arc<Book>,
    pub(super) counts: Counts,
    pub(super) latencies: Latencies,
}

pub(super) fn spawn(traffic: &mut JoinSet<()>, endpoint: &Endpoint, per_second: u32, end: Instant) {
    let pace = Duration::from_secs(1) * SENDERS / per_second;
    for number in 0..SENDERS {
        let shared = Arc::clone(&endpoint.shared);
        traffic.spawn(async move {
            sleep(pace * number / SENDERS).await;
            send_until(end, pace, &shared).await;
        });
    }
}

async fn send_until(end: Instant, pace: Duration, shared: &Shared) {
    let mut rng = Rng::new();
    let mut ticks = interval(pace);
    // What the machine did not do in time is not made up for.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while Instant::now() < end {
        ticks.tick().await;
        let number = shared.book.begin();
        shared.deliver(number, false).await;
        if rng.u64(..AGAIN) == 0 {
            shared.deliver(number, true).await;
        }
        let older = rng.u64(..=number);
        if rng.u64(..OLDER) == 0 && shared.book.is_acknowledged(older) {
            shared.deliver(older, true).await;
        }
    }
}

impl Shared {
    /// Sends one again that had no answer, or too late a one. It may have been stored.
    pub(super) async fn deliver_late(&self, number: u64) {
        self.counts.late.fetch_add(1, Ordering::Relaxed);
        self.deliver(number, true).await;
    }

    /// Sends one until it is acknowledged, as webhook senders do.
    async fn deliver(&self, number: u64, mut may_be_stored: bool) {
        let is_repeated = self.book.is_acknowledged(number);
        loop {
            let delivery = self.sender.genuine(number);
            let request = self.client.post(&self.url).headers(delivery.headers);
            let start = Instant::now();
            let response = request.body(delivery.body).send().await;
            self.latencies.record(start.elapsed());
            match response.map(|response| response.status()) {
                Ok(StatusCode::ACCEPTED) if !is_repeated => break,
                Ok(StatusCode::OK) if may_be_stored => break,
                Ok(StatusCode::REQUEST_TIMEOUT | StatusCode::SERVICE_UNAVAILABLE) | Err(_) => {}
                Ok(status) => panic!(
                    "{}: {} was answered {status}",
                    self.sender.name, delivery.id
                ),
            }
            // It may have been stored, without an answer.
            may_be_stored = true;
            self.counts.late.fetch_add(1, Ordering::Relaxed);
            sleep(BEFORE_AGAIN).await;
        }
        if is_repeated {
            self.counts.known.fetch_add(1, Ordering::Relaxed);
        } else {
            self.book.acknowledge(number);
        }
    }
}

pub(super) fn client() -> Client {
    let client = Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .timeout(PATIENCE);
    client.build().expect("a client")
}
