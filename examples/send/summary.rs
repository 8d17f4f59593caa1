//! What became of all deliveries.

use std::{collections::BTreeMap, fmt, time::Duration};

use http::StatusCode;

use crate::sender::Answer;

/// Answers by status, errors, latencies.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    statuses: BTreeMap<u16, usize>,
    errors: BTreeMap<String, usize>,
    latencies: Vec<Duration>,
    failures: usize,
}

impl Summary {
    /// Whether every answer was 2xx.
    pub(crate) fn is_success(&self) -> bool {
        self.failures == 0
    }
}

impl FromIterator<Answer> for Summary {
    fn from_iter<I: IntoIterator<Item = Answer>>(answers: I) -> Self {
        let mut summary = Self::default();
        for Answer { status, latency } in answers {
            let is_success = status.as_ref().is_ok_and(StatusCode::is_success);
            summary.failures += usize::from(!is_success);
            match status {
                Ok(status) => {
                    *summary.statuses.entry(status.as_u16()).or_default() += 1;
                    summary.latencies.push(latency);
                }
                Err(error) => *summary.errors.entry(error).or_default() += 1,
            }
        }
        summary.latencies.sort_unstable();
        summary
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (status, count) in &self.statuses {
            writeln!(f, "{status}: {count}")?;
        }
        for (error, count) in &self.errors {
            writeln!(f, "error, {error}: {count}")?;
        }
        if let (Some(min), Some(median), Some(p95), Some(max)) = (
            self.latencies.first(),
            percentile(&self.latencies, 50),
            percentile(&self.latencies, 95),
            self.latencies.last(),
        ) {
            writeln!(
                f,
                "latency: min {min:.1?}, median {median:.1?}, p95 {p95:.1?}, max {max:.1?}"
            )?;
        }
        Ok(())
    }
}

/// The nearest rank.
fn percentile(sorted: &[Duration], percent: usize) -> Option<&Duration> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1))
}
