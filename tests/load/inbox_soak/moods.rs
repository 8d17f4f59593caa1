//! What a target does with an attempt: a seeded draw, and now and then nothing at all for a while.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use fastrand::Rng;
use http::StatusCode;

/// For the same draws in every run; who gets which is a matter of time.
const SEED: u64 = 0x696e_626f_782e_2e2e;
const OUTAGES: u32 = 2;
/// The part of the run that an outage lasts, and the longest: while it lasts, what comes is attempted again every few seconds.
const OUTAGE_PART: u32 = 20;
const LONGEST_OUTAGE: Duration = Duration::from_secs(30);
/// Far shorter than the time that a target has.
const SLOWEST: Duration = Duration::from_secs(1);

/// What becomes of an attempt.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mood {
    Takes,
    /// After a while.
    TakesSlowly(Duration),
    Fails(StatusCode),
    /// 429 with `retry-after`.
    IsBusy,
    HangsUp,
}

pub(super) struct Moods {
    rng: Mutex<Rng>,
    outages: Vec<(Instant, Instant)>,
}

impl Moods {
    /// For a run that begins now. Outages are within it, one in each half.
    pub(super) fn new(number: u64, duration: Duration) -> Self {
        let mut rng = Rng::with_seed(SEED + number);
        let length = (duration / OUTAGE_PART).min(LONGEST_OUTAGE);
        let part = duration / OUTAGES;
        let start = Instant::now();
        let outage = |outage| {
            let from = start + part * outage + part.saturating_sub(length).mul_f64(rng.f64());
            (from, from + length)
        };
        Self {
            outages: (0..OUTAGES).map(outage).collect(),
            rng: Mutex::new(rng),
        }
    }

    pub(super) fn next(&self) -> Mood {
        let now = Instant::now();
        if self
            .outages
            .iter()
            .any(|(from, to)| (*from..*to).contains(&now))
        {
            return Mood::HangsUp;
        }
        let mut rng = self.rng.lock().unwrap_or_else(PoisonError::into_inner);
        match rng.u8(..100) {
            0..5 => Mood::Fails(StatusCode::INTERNAL_SERVER_ERROR),
            5..8 => Mood::Fails(StatusCode::BAD_GATEWAY),
            8..10 => Mood::Fails(StatusCode::SERVICE_UNAVAILABLE),
            10..14 => Mood::IsBusy,
            14..19 => Mood::HangsUp,
            19..29 => Mood::TakesSlowly(SLOWEST.mul_f64(rng.f64())),
            _ => Mood::Takes,
        }
    }
}
