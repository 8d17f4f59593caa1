//! Few lines of what strangers can repeat.

use std::{
    mem,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Admits at most one line in each interval.
pub(crate) struct Throttle {
    interval: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    last: Option<Instant>,
    left_out: u64,
}

/// One a minute.
impl Default for Throttle {
    fn default() -> Self {
        Self::every(Duration::from_secs(60))
    }
}

impl Throttle {
    pub(crate) fn every(interval: Duration) -> Self {
        Self {
            interval,
            state: Mutex::default(),
        }
    }

    /// Whether a line may be written, and if so how many were left out since the last.
    pub(crate) fn admit(&self) -> Option<u64> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state
            .last
            .is_some_and(|last| last.elapsed() < self.interval)
        {
            state.left_out += 1;
            return None;
        }
        state.last = Some(Instant::now());
        Some(mem::take(&mut state.left_out))
    }
}
