//! Measures the cases of a group by turns.

use std::{
    borrow::Cow,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use crate::Case;

/// What a case is measured for at a time: short, so that its rivals meet the same state of the machine.
const VISIT: Duration = Duration::from_millis(2);

/// The times of a group whose cases were measured by turns.
#[derive(Serialize, Deserialize)]
pub struct Measured {
    cases: Vec<MeasuredCase>,
}

#[derive(Serialize, Deserialize)]
pub struct MeasuredCase {
    pub group: Cow<'static, str>,
    pub contender: Cow<'static, str>,
    pub bytes: usize,
    /// Nanoseconds of one run, round by round.
    rounds: Vec<f64>,
}

impl Measured {
    /// Visits each case once a round. Every round starts with another one, so that none always follows the same.
    pub fn interleaved(mut cases: Vec<Case>, rounds: usize) -> Self {
        let runs: Vec<u64> = cases.iter_mut().map(runs_of_a_visit).collect();
        let mut measured: Vec<Vec<f64>> = vec![Vec::new(); cases.len()];
        for round in 0..rounds {
            for turn in 0..cases.len() {
                let index = (round + turn) % cases.len();
                let time = cases[index].measure(runs[index]);
                measured[index].push(nanoseconds(time) / runs_as_float(runs[index]));
            }
        }
        let cases = cases.into_iter().zip(measured);
        Self {
            cases: cases
                .map(|(case, rounds)| MeasuredCase {
                    group: case.group.into(),
                    contender: case.contender,
                    bytes: case.bytes,
                    rounds,
                })
                .collect(),
        }
    }

    pub fn cases(&self) -> &[MeasuredCase] {
        &self.cases
    }

    pub fn group(&self) -> &str {
        self.cases.first().map_or("", |case| &*case.group)
    }

    /// The contender at one of several sizes.
    pub fn at(&self, contender: &str, bytes: usize) -> &MeasuredCase {
        self.one(contender, |case| case.bytes == bytes)
    }

    /// The contender that comes in one size.
    pub fn only(&self, contender: &str) -> &MeasuredCase {
        self.one(contender, |_| true)
    }

    fn one(&self, contender: &str, fits: impl Fn(&MeasuredCase) -> bool) -> &MeasuredCase {
        let mut found = self
            .cases
            .iter()
            .filter(|case| case.contender == contender && fits(case));
        match (found.next(), found.next()) {
            (Some(case), None) => case,
            _ => panic!("not one case is called {contender}"),
        }
    }
}

impl MeasuredCase {
    /// The median time of one run, in nanoseconds.
    pub fn median(&self) -> f64 {
        median(self.rounds.iter().copied())
    }

    /// How many times as long as `other` this takes: the median of the ratios of each round, so that what slows a whole
    /// round down does not count.
    pub fn over(&self, other: &Self) -> f64 {
        median(self.rounds.iter().zip(&other.rounds).map(|(a, b)| a / b))
    }

    /// How much longer than all of `others` together this takes, in nanoseconds: the median of the rounds' differences.
    pub fn beyond(&self, others: &[&Self]) -> f64 {
        median(self.rounds.iter().enumerate().map(|(round, time)| {
            let rest: f64 = others.iter().map(|other| other.rounds[round]).sum();
            time - rest
        }))
    }
}

/// Whatever a case does outside its time is part of a visit. Measured twice, since the system may have interrupted it once.
fn runs_of_a_visit(case: &mut Case) -> u64 {
    let mut runs = case.least_runs;
    let mut takes_long = |runs| {
        let started = Instant::now();
        case.measure(runs);
        started.elapsed() >= VISIT / 2
    };
    while !(takes_long(runs) && takes_long(runs)) {
        runs *= 2;
    }
    runs
}

/// The one in the middle.
pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

fn nanoseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e9
}

#[expect(clippy::cast_precision_loss, reason = "there are not 2^53 runs")]
fn runs_as_float(runs: u64) -> f64 {
    runs as f64
}
