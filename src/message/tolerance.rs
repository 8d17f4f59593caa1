//! How far a timestamp may be from our clock.

use std::time::Duration;

use crate::{
    error::config_error::{ConfigError, ConfigErrorKind},
    error::{
        RejectionDetail,
        rejection::{Rejection, RejectionKind},
    },
    message::timestamp::Timestamp,
};

/// Five minutes, as in every library of the scheme; the specification names no figure.
const DEFAULT_SECONDS: u64 = 300;
/// A day: beyond the error of any clock, and well within the time for which handled messages are remembered.
const MAX: Duration = Duration::from_secs(24 * 60 * 60);

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
    /// Rejects a tolerance with which a recorded request could be sent again without end.
    pub(crate) fn validate(self) -> Result<Self, ConfigError> {
        match self.past.max(self.future) {
            longest if longest > MAX => {
                let error = ConfigError::new(ConfigErrorKind::ToleranceTooLong);
                Err(error.about(format!("{longest:?}")))
            }
            _ => Ok(self),
        }
    }

    pub(crate) fn check(self, timestamp: Timestamp, now: Duration) -> Result<(), Rejection> {
        let (signed, now) = (timestamp.unix_seconds(), now.as_secs());
        let outside = |kind, tolerance: Duration| {
            Err(
                Rejection::new(kind).with_detail(RejectionDetail::ClockSkew {
                    seconds: now.abs_diff(signed),
                    tolerance: tolerance.as_secs(),
                }),
            )
        };
        if now.saturating_sub(signed) > self.past.as_secs() {
            outside(RejectionKind::TimestampTooOld, self.past)
        } else if signed.saturating_sub(now) > self.future.as_secs() {
            outside(RejectionKind::TimestampTooNew, self.future)
        } else {
            Ok(())
        }
    }
}
