//! Where the time comes from.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A source of the current time, so that tests can set it.
///
/// Any `Fn() -> Duration` is a clock:
///
/// ```
/// use std::time::Duration;
/// use tower_webhook::receiver::Clock;
///
/// let standing_still = || Duration::from_secs(1_614_265_330);
/// assert_eq!(standing_still.unix_time().as_secs(), 1_614_265_330);
/// ```
pub trait Clock: Send + Sync + 'static {
    /// The time since the Unix epoch.
    fn unix_time(&self) -> Duration;
}

impl<F> Clock for F
where
    F: Fn() -> Duration + Send + Sync + 'static,
{
    fn unix_time(&self) -> Duration {
        self()
    }
}

/// The operating system's clock.
///
/// A clock that is set before 1970 reads as 1970: every delivery is then rejected as coming from the
/// future, never accepted by mistake.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn unix_time(&self) -> Duration {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
    }
}
