use std::{fmt, sync::Arc, time::Duration};

use super::{DEFAULT_ENDPOINT, Retention, Schedule};
use crate::message::clock::{Clock, SystemClock};

/// What the queues of a worker share.
pub(super) struct Settings {
    pub(super) endpoint: Arc<str>,
    pub(super) concurrency: usize,
    pub(super) lease: Duration,
    pub(super) schedule: Schedule,
    pub(super) grace: Duration,
    pub(super) poll_interval: Duration,
    pub(super) retention: Retention,
    pub(super) maintenance_interval: Duration,
    pub(super) clock: Arc<dyn Clock>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            endpoint: DEFAULT_ENDPOINT.into(),
            concurrency: 8,
            lease: Duration::from_secs(60),
            schedule: Schedule::default(),
            grace: Duration::from_secs(20),
            poll_interval: Duration::from_secs(1),
            retention: Retention::default(),
            maintenance_interval: Duration::from_secs(15),
            clock: Arc::new(SystemClock),
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("endpoint", &self.endpoint)
            .field("concurrency", &self.concurrency)
            .field("lease", &self.lease)
            .field("schedule", &self.schedule)
            .field("grace", &self.grace)
            .field("retention", &self.retention)
            .finish_non_exhaustive()
    }
}

/// How far the shutdown has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Running,
    /// Nothing more is claimed.
    Stopping,
    /// What is in progress is dropped.
    GraceOver,
}
