//! How far a timestamp may be from our clock.

use std::time::Duration;

use crate::{error::rejection::RejectionKind, message::timestamp::Timestamp};

/// Five minutes, as in every library of the scheme; the specification names no figure.
const DEFAULT_SECONDS: u64 = 300;

/// How many whole seconds a timestamp may lie in the past and in the future, both inclusive.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tolerance {
    pub(crate) past: Duration,
    pub(crate) future: Duration,
}

impl Default for Tolerance {
    fn default() -> Self {
        Self {
            past: Duration::from_secs(DEFAULT_SECONDS),
            future: Duration::from_secs(DEFAULT_SECONDS),
        }
    }
}

impl Tolerance {
    pub(crate) fn check(self, timestamp: Timestamp, now: Duration) -> Result<(), RejectionKind> {
        let (signed, now) = (timestamp.unix_seconds(), now.as_secs());
        if now.saturating_sub(signed) > self.past.as_secs() {
            Err(RejectionKind::TimestampTooOld)
        } else if signed.saturating_sub(now) > self.future.as_secs() {
            Err(RejectionKind::TimestampTooNew)
        } else {
            Ok(())
        }
    }
}
