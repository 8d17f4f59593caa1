use std::{error::Error, fmt, str::FromStr, sync::Arc, time::Duration};

/// The delays between the attempts of a task: n delays are n + 1 attempts, then it is dead.
///
/// Each delay is lengthened by up to a tenth at random, so that what failed together does not come back together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    delays: Arc<[Duration]>,
}

impl Schedule {
    /// Attempts with these delays between them; without any, there is one attempt.
    pub fn new(delays: impl IntoIterator<Item = Duration>) -> Self {
        Self {
            delays: delays.into_iter().collect(),
        }
    }

    /// Parses delays in seconds, separated by commas, such as `5,300,0.5`. An empty text is no delay, and so one attempt.
    ///
    /// # Errors
    ///
    /// [`InvalidSchedule`] names the item that is no number of seconds.
    pub fn from_seconds(text: &str) -> Result<Self, InvalidSchedule> {
        if text.trim().is_empty() {
            return Ok(Self::new([]));
        }
        let delays = text.split(',').map(|item| {
            let seconds = item.trim().parse::<f64>().ok();
            seconds
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
                .ok_or_else(|| InvalidSchedule {
                    item: item.trim().to_owned(),
                })
        });
        let delays = delays.collect::<Result<Arc<[Duration]>, _>>()?;
        Ok(Self { delays })
    }

    /// The delays, without what is added at random.
    pub fn delays(&self) -> &[Duration] {
        &self.delays
    }

    /// How long to wait after `failed` attempts have failed. `None`: there is no further attempt.
    pub(crate) fn delay_after(&self, failed: u32) -> Option<Duration> {
        let index = usize::try_from(failed.checked_sub(1)?).ok()?;
        let delay = self.delays.get(index)?;
        Some(delay.saturating_add(jitter(*delay)))
    }
}

/// As [`from_seconds`](Schedule::from_seconds) reads it.
impl FromStr for Schedule {
    type Err = InvalidSchedule;

    fn from_str(text: &str) -> Result<Self, InvalidSchedule> {
        Self::from_seconds(text)
    }
}

/// Svix's: 5 seconds, 5 minutes, 30 minutes, 2 hours, 5 hours, 10 hours, 10 hours
/// (<https://docs.svix.com/retries>).
impl Default for Schedule {
    fn default() -> Self {
        const MINUTE: u64 = 60;
        const HOUR: u64 = 60 * MINUTE;
        let seconds = [
            5,
            5 * MINUTE,
            30 * MINUTE,
            2 * HOUR,
            5 * HOUR,
            10 * HOUR,
            10 * HOUR,
        ];
        Self::new(seconds.map(Duration::from_secs))
    }
}

/// Up to a tenth. Without randomness there is none, which harms nobody.
fn jitter(delay: Duration) -> Duration {
    let mut random = [0; 2];
    if getrandom::fill(&mut random).is_err() {
        return Duration::ZERO;
    }
    (delay / 10).saturating_mul(u16::from_le_bytes(random).into()) / u32::from(u16::MAX)
}

/// A list of delays has an item that is no number of seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidSchedule {
    item: String,
}

impl fmt::Display for InvalidSchedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let item = &self.item;
        write!(
            f,
            "invalid delay `{item}` (expected seconds, e.g. `5,300,1800`)"
        )
    }
}

impl Error for InvalidSchedule {}
