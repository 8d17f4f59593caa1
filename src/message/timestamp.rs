//! The time that a sender signed.

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::clock::{Clock, SystemClock};

/// When a delivery was signed: whole seconds since the Unix epoch, as the timestamp header gives them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

/// Longest timestamp that is read, in digits: more cannot be a time.
pub(crate) const MAX_DIGITS: usize = 19;

impl Timestamp {
    /// The current time by the [`SystemClock`], for senders and tests.
    pub fn now() -> Self {
        Self(SystemClock.unix_time().as_secs())
    }

    /// A timestamp from whole seconds since the Unix epoch.
    pub fn from_unix_seconds(seconds: u64) -> Self {
        Self(seconds)
    }

    /// Whole seconds since the Unix epoch.
    pub fn unix_seconds(self) -> u64 {
        self.0
    }

    /// ASCII digits only, without a leading zero: libraries disagree on everything else (`+1`, ` 1`,
    /// `1.0`, `1e9`, `01`), and what is signed is the text.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        if !(1..=MAX_DIGITS).contains(&text.len()) || matches!(text, [b'0', _, ..]) {
            return None;
        }
        let (mut seconds, mut all_digits) = (0_u64, true);
        // Looks at every byte: over texts as short as these, that is faster than to stop. So many digits do not overflow, and
        // what is none is not used.
        for byte in text {
            let digit = byte.wrapping_sub(b'0');
            all_digits &= digit < 10;
            seconds = seconds.wrapping_mul(10).wrapping_add(digit.into());
        }
        all_digits.then_some(Self(seconds))
    }
}

/// Times before 1970 become the epoch.
impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        Self(time.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs()))
    }
}

/// Fractions of a second are dropped.
impl From<Duration> for Timestamp {
    fn from(since_epoch: Duration) -> Self {
        Self(since_epoch.as_secs())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
