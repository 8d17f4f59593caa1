use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use crate::message::clock::Clock;

/// A clock that a test sets. Clones are the same clock.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<Mutex<Duration>>);

impl ManualClock {
    /// A clock that stands at a time since the Unix epoch.
    pub fn new(unix_time: Duration) -> Self {
        Self(Arc::new(Mutex::new(unix_time)))
    }

    /// Sets the time, forwards or backwards.
    pub fn set(&self, unix_time: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = unix_time;
    }

    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        let mut time = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *time = time.saturating_add(by);
    }
}

impl Clock for ManualClock {
    fn unix_time(&self) -> Duration {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
