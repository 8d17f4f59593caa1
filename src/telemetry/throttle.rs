use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

use crate::error::rejection::RejectionKind;

/// Shortest time between two loud lines about one kind of rejection, in milliseconds.
const INTERVAL_MS: u64 = 60_000;

/// Keeps strangers from flooding the log: one loud line a minute for each kind of rejection.
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
