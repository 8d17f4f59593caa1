use std::time::Duration;

/// How long what is finished stays in an inbox, counted from when every target was done or purged.
///
/// Dead letters stay until they are purged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// How long a finished request is kept. Default: 24 hours.
    pub requests: Duration,
    /// How long the id of a finished message is kept, by which a duplicate is recognized. Longer than the sender
    /// retries, by hand too. Default: 7 days. Less than `requests` counts as `requests`.
    pub ids: Duration,
}

impl Default for Retention {
    fn default() -> Self {
        const HOUR: Duration = Duration::from_secs(60 * 60);
        Self {
            requests: HOUR * 24,
            ids: HOUR * 24 * 7,
        }
    }
}

/// What a sweep deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Requests whose retention had ended.
    pub requests: u64,
    /// Ids whose retention had ended.
    pub ids: u64,
    /// Whether there may be more to delete.
    pub more: bool,
}

/// What is open at one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetStats {
    /// The endpoint.
    pub endpoint: String,
    /// The target.
    pub target: String,
    /// Tasks that wait, are in progress or are blocked.
    pub waiting: u64,
    /// Dead letters.
    pub dead: u64,
    /// How long ago the oldest of those that wait was accepted.
    pub oldest_waiting: Option<Duration>,
}
