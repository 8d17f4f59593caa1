//! What is measured of a receiver: memory and open files by samples, latencies by intervals of the run.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use hdrhistogram::Histogram;

use crate::resources::Resources;

/// Four in each third.
pub(super) const INTERVALS: u32 = 12;
pub(super) const SAMPLES_PER_INTERVAL: u32 = 25;

/// The latencies of the interval that is in progress.
pub(super) struct Latencies(Mutex<Histogram<u64>>);

impl Latencies {
    pub(super) fn new() -> Self {
        Self(Mutex::new(histogram()))
    }

    pub(super) fn record(&self, latency: Duration) {
        let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        let mut latencies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        latencies.record(micros).expect("it grows");
    }

    fn take(&self) -> Histogram<u64> {
        let mut latencies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *latencies, histogram())
    }
}

/// What was measured so far.
#[derive(Default)]
pub(super) struct Measured {
    pub(super) resident_kib: Vec<u64>,
    pub(super) descriptors: Vec<usize>,
    latencies: Vec<Histogram<u64>>,
}

impl Measured {
    pub(super) fn sample(&mut self, resources: Resources) {
        self.resident_kib.push(resources.resident_kib);
        self.descriptors.push(resources.descriptors);
    }

    /// Ends an interval, and returns its latencies.
    pub(super) fn end_interval(&mut self, latencies: &Latencies) -> &Histogram<u64> {
        self.latencies.push(latencies.take());
        self.latencies.last().expect("it was added")
    }

    /// Of the first, the middle and the last third.
    pub(super) fn latencies_of_thirds(&self) -> [Histogram<u64>; 3] {
        let third = self.latencies.len() / 3;
        [0, 1, 2].map(|number| {
            let intervals = self.latencies.iter().skip(number * third).take(third);
            intervals.fold(histogram(), |mut sum, interval| {
                sum.add(interval).expect("it grows");
                sum
            })
        })
    }

    /// How many files are open in the middle of the samples of each third.
    pub(super) fn descriptors_of_thirds(&self) -> [usize; 3] {
        let third = self.descriptors.len() / 3;
        [0, 1, 2].map(|number| {
            let mut samples = self.descriptors[number * third..][..third].to_vec();
            samples.sort_unstable();
            samples[third / 2]
        })
    }
}

fn histogram() -> Histogram<u64> {
    Histogram::new(3).expect("three digits")
}
