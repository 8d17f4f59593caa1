//! At most one line a minute of what strangers can repeat.

use std::{
    mem,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

const INTERVAL: Duration = Duration::from_secs(60);

#[derive(Default)]
pub(crate) struct Throttle(Mutex<State>);

#[derive(Default)]
struct State {
    last: Option<Instant>,
    left_out: u64,
}

impl Throttle {
    /// Whether a line may be written, and if so how many were left out since the last.
    pub(crate) fn admit(&self) -> Option<u64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.last.is_some_and(|last| last.elapsed() < INTERVAL) {
            state.left_out += 1;
            return None;
        }
        state.last = Some(Instant::now());
        Some(mem::take(&mut state.left_out))
    }
}
