//! Receivers of three senders, each with an inbox and two targets that fail at random, for a long time at a steady rate:
//! what was acknowledged reaches both targets, and nothing else does.
//!
//! The rate leaves the machine time. What saturation shows is in `soak.rs`; here it is what adds up: rows, connections,
//! attempts, memory.

mod book;
mod endpoint;
mod honest;
mod intervals;
mod limits;
mod moods;
mod sender;
mod strangers;
mod target;

use std::{
    env, fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use tokio::{task::JoinSet, time::sleep_until};

use crate::{figures::Figures, stalls};
use endpoint::Endpoint;
use intervals::{INTERVALS, SAMPLES_PER_INTERVAL};
use sender::Sender;

/// How long it runs, and how much comes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) duration: Duration,
    /// Honest deliveries to each receiver.
    pub(crate) per_second: u32,
}

pub(crate) async fn run(program: &Path, plan: Plan) -> Figures {
    let directory = Directory::new();
    let (start, stalled) = (Instant::now(), stalls::total());
    let mut endpoints = Vec::new();
    for sender in Sender::all() {
        endpoints.push(Endpoint::start(program, sender, &directory.0, plan.duration).await);
    }
    let mut traffic = JoinSet::new();
    let end = Instant::now() + plan.duration;
    for endpoint in &endpoints {
        honest::spawn(&mut traffic, endpoint, plan.per_second, end);
        strangers::spawn(&mut traffic, endpoint, end);
    }
    watch(&mut endpoints, &mut traffic, plan.duration).await;
    traffic.join_all().await;

    let mut figures = Figures::default();
    for endpoint in endpoints {
        endpoint.finish(&mut figures).await;
    }
    figures.add(
        "took, with the rest to arrive",
        format!("{:.0?}", start.elapsed()),
    );
    let stalled = stalls::total().saturating_sub(stalled);
    figures.add("stood still", format!("{stalled:.0?}"));
    figures
}

/// Samples at intervals, and ends the run at the first thing that is wrong.
async fn watch(endpoints: &mut [Endpoint], traffic: &mut JoinSet<()>, duration: Duration) {
    let start = Instant::now();
    let samples = INTERVALS * SAMPLES_PER_INTERVAL;
    for interval in 0..INTERVALS {
        for sample in 1..=SAMPLES_PER_INTERVAL {
            let number = interval * SAMPLES_PER_INTERVAL + sample;
            let due = start + duration.mul_f64(f64::from(number) / f64::from(samples));
            sleep_until(due.into()).await;
            while let Some(ended) = traffic.try_join_next() {
                ended.expect("every answer was as it should be");
            }
            for endpoint in &mut *endpoints {
                endpoint.sample();
            }
        }
        for endpoint in &mut *endpoints {
            eprintln!("  {:.0?}: {}", start.elapsed(), endpoint.end_interval());
        }
    }
}

/// Where the inboxes are. It goes with the run, even with one that fails.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        let name = format!("tower-webhook-inbox-soak-{}", std::process::id());
        let path = env::temp_dir().join(name);
        fs::create_dir_all(&path).expect("a directory");
        Self(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // There is nothing else to be done about a directory that stays.
        let _ = fs::remove_dir_all(&self.0);
    }
}
