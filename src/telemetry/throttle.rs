use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use crate::error::rejection::RejectionKind;

/// Shortest time between two loud lines about one kind of refusal, in milliseconds.
const INTERVAL_MS: u64 = 60_000;

/// Keeps strangers from flooding the log: one loud line a minute for each kind of refusal.
pub(super) struct Throttle {
    started: Instant,
    /// When each kind may be loud again, in milliseconds since `started`.
    loud_again: [AtomicU64; RejectionKind::COUNT],
}

impl Default for Throttle {
    fn default() -> Self {
        Self {
            started: Instant::now(),
            loud_again: [const { AtomicU64::new(0) }; RejectionKind::COUNT],
        }
    }
}

impl Throttle {
    /// Whether a line about this kind may be loud now. Of several threads that ask at once, one is told so.
    pub(super) fn is_loud(&self, kind: RejectionKind) -> bool {
        let now = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let Some(loud_again) = self.loud_again.get(kind as usize) else {
            return true;
        };
        loud_again
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |at| {
                (at <= now).then_some(now.saturating_add(INTERVAL_MS))
            })
            .is_ok()
    }
}

/// Keeps one line from flooding the log.
pub(super) struct OncePerMinute {
    last: Mutex<Option<Instant>>,
}

impl OncePerMinute {
    pub(super) const fn new() -> Self {
        Self {
            last: Mutex::new(None),
        }
    }

    /// Whether the line may be written now.
    pub(super) fn is_due(&self) -> bool {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = last.is_none_or(|last| last.elapsed() >= Duration::from_millis(INTERVAL_MS));
        if is_due {
            *last = Some(Instant::now());
        }
        is_due
    }
}
