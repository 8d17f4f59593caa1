//! Senders, honest ones and forgers, which expect every answer to be as it should be.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;
use http::StatusCode;
use reqwest::{Client, redirect::Policy};
use tokio::{task::JoinSet, time::sleep};

use crate::{
    deliveries::{Deliveries, Delivery},
    ledger::Ledger,
    receiver::{PATH, Receiver},
    stalls,
};

/// Longer than the receiver takes for any request.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Clone)]
pub(crate) struct Traffic {
    pub(crate) deliveries: Arc<Deliveries>,
    client: Client,
    url: String,
    ledger: Arc<Ledger>,
    stalls_before: usize,
}

/// How a delivery was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// 204 to a genuine one.
    Acknowledged,
    /// 401 to a forged one.
    Refused,
    /// 408, or 500 if its line waited too long for its turn to be printed.
    TimedOut,
    /// None, or a connection that broke off.
    None,
    /// There is no receiver to connect to.
    Gone,
}

pub(crate) struct Answers {
    pub(crate) latencies: Histogram<u64>,
    pub(crate) acknowledged: u64,
    pub(crate) refused: u64,
    pub(crate) timed_out: u64,
    pub(crate) unanswered: u64,
    pub(crate) gone: u64,
}

impl Traffic {
    pub(crate) fn new(receiver: &Receiver) -> Self {
        Self {
            deliveries: Arc::new(Deliveries::new()),
            client: client(),
            url: format!("http://{}{PATH}", receiver.address),
            ledger: Arc::clone(&receiver.ledger),
            stalls_before: stalls::count(),
        }
    }

    /// The same, on connections of its own.
    pub(crate) fn another_sender(&self) -> Self {
        Self {
            client: client(),
            ..self.clone()
        }
    }

    /// Sends one delivery. An answer that it should not get fails the run.
    pub(crate) async fn send(&self, delivery: Delivery) -> Answer {
        self.ledger.sent(&delivery);
        let request = self.client.post(&self.url);
        let request = request.headers(delivery.headers.clone());
        let response = match request.body(delivery.body.clone()).send().await {
            Ok(response) => response,
            Err(error) if error.is_connect() => return Answer::Gone,
            Err(_) => return Answer::None,
        };
        match (response.status(), &delivery.event) {
            (StatusCode::NO_CONTENT, Some(_)) => {
                self.ledger.acknowledged(&delivery);
                Answer::Acknowledged
            }
            (StatusCode::UNAUTHORIZED, None) => Answer::Refused,
            (StatusCode::REQUEST_TIMEOUT, _) | (StatusCode::INTERNAL_SERVER_ERROR, Some(_)) => {
                Answer::TimedOut
            }
            (status, _) => panic!("{} was answered {status}", delivery.id),
        }
    }

    /// Lets `senders` send one delivery after the other, with `pause` between, until `end` or until the receiver is gone.
    pub(crate) async fn run(
        &self,
        senders: usize,
        make: fn(&Deliveries) -> Delivery,
        pause: Duration,
        end: Instant,
    ) -> Answers {
        let mut tasks = JoinSet::new();
        for _ in 0..senders {
            let traffic = self.clone();
            tasks.spawn(async move {
                let mut answers = Answers::new();
                while Instant::now() < end && answers.gone == 0 {
                    let delivery = make(&traffic.deliveries);
                    let start = Instant::now();
                    let answer = traffic.send(delivery).await;
                    answers.add(answer, start.elapsed());
                    if !pause.is_zero() {
                        sleep(pause).await;
                    }
                }
                answers
            });
        }
        let all = tasks.join_all().await;
        all.iter().fold(Answers::new(), Answers::and)
    }

    /// Every delivery was answered in time, but for those that were under way while this process stood still.
    pub(crate) fn assert_complete(&self, answers: &Answers, senders: usize) {
        assert!(answers.acknowledged > 0, "nothing was sent");
        assert_eq!(answers.gone, 0, "the receiver was gone");
        assert!(
            answers.late() <= self.excused(senders),
            "{} timed out, {} not answered",
            answers.timed_out,
            answers.unanswered
        );
    }

    /// How many deliveries were under way while this process stood still, at the most.
    pub(crate) fn excused(&self, senders: usize) -> u64 {
        let stalls = stalls::count() - self.stalls_before;
        u64::try_from(stalls * senders).unwrap_or(u64::MAX)
    }
}

fn client() -> Client {
    let client = Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .timeout(PATIENCE);
    client.build().expect("a client")
}

impl Answers {
    fn new() -> Self {
        Self {
            latencies: Histogram::new(3).expect("three digits"),
            acknowledged: 0,
            refused: 0,
            timed_out: 0,
            unanswered: 0,
            gone: 0,
        }
    }

    fn add(&mut self, answer: Answer, latency: Duration) {
        let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        self.latencies.record(micros).expect("it grows");
        *match answer {
            Answer::Acknowledged => &mut self.acknowledged,
            Answer::Refused => &mut self.refused,
            Answer::TimedOut => &mut self.timed_out,
            Answer::None => &mut self.unanswered,
            Answer::Gone => &mut self.gone,
        } += 1;
    }

    fn and(mut self, others: &Self) -> Self {
        self.latencies.add(&others.latencies).expect("it grows");
        self.acknowledged += others.acknowledged;
        self.refused += others.refused;
        self.timed_out += others.timed_out;
        self.unanswered += others.unanswered;
        self.gone += others.gone;
        self
    }

    pub(crate) fn total(&self) -> u64 {
        self.latencies.len()
    }

    /// How many had no proper answer.
    pub(crate) fn late(&self) -> u64 {
        self.timed_out + self.unanswered
    }
}
