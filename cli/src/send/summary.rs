//! What became of all deliveries.

use std::{collections::BTreeMap, fmt, time::Duration};

use http::StatusCode;
use serde_json::{Value, json};

use super::{hint, sender::Response};

/// Most deliveries that are listed one by one.
const MAX_LISTED: usize = 20;

/// Responses by status, errors, latencies.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    /// Where it was sent.
    origin: String,
    statuses: BTreeMap<StatusCode, usize>,
    errors: BTreeMap<String, usize>,
    latencies: Vec<Duration>,
    failures: usize,
    /// What was sent, if it is not too much to be listed.
    sent: Vec<Sent>,
}

#[derive(Debug)]
struct Sent {
    id: String,
    event_type: Option<String>,
    status: Option<StatusCode>,
}

impl Summary {
    /// Whether every response was 2xx.
    pub(crate) fn is_success(&self) -> bool {
        self.failures == 0
    }

    fn hints(&self) -> impl Iterator<Item = String> {
        let statuses = self
            .statuses
            .keys()
            .filter_map(|status| hint::of_status(*status));
        statuses.chain(
            self.errors
                .keys()
                .map(|error| hint::of_error(error, &self.origin)),
        )
    }

    pub(crate) fn to_json(&self) -> Value {
        let statuses: serde_json::Map<_, _> = self
            .statuses
            .iter()
            .map(|(status, count)| (status.as_u16().to_string(), (*count).into()))
            .collect();
        let deliveries = self
            .statuses
            .values()
            .chain(self.errors.values())
            .sum::<usize>();
        let millis =
            |latency: Option<&Duration>| latency.map(|latency| latency.as_secs_f64() * 1e3);
        json!({
            "deliveries": deliveries,
            "statuses": statuses,
            "errors": self.errors,
            "latency_ms": {
                "min": millis(self.latencies.first()),
                "median": millis(percentile(&self.latencies, 50)),
                "p95": millis(percentile(&self.latencies, 95)),
                "max": millis(self.latencies.last()),
            },
            "hints": self.hints().collect::<Vec<_>>(),
        })
    }
}

impl Summary {
    pub(crate) fn new(origin: String, responses: impl IntoIterator<Item = Response>) -> Self {
        let mut summary = Self {
            origin,
            ..Self::default()
        };
        for response in responses {
            let Response {
                id,
                event_type,
                status,
                latency,
            } = response;
            let is_success = status.as_ref().is_ok_and(StatusCode::is_success);
            summary.failures += usize::from(!is_success);
            if summary.sent.len() <= MAX_LISTED {
                summary.sent.push(Sent {
                    id,
                    event_type,
                    status: status.as_ref().ok().copied(),
                });
            }
            match status {
                Ok(status) => {
                    *summary.statuses.entry(status).or_default() += 1;
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
            writeln!(f, "{}: {count}", status.as_u16())?;
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
        if self.sent.len() <= MAX_LISTED {
            self.sent.iter().try_for_each(|sent| sent.fmt(f))?;
        }
        for hint in self.hints() {
            writeln!(f, "hint: {hint}")?;
        }
        Ok(())
    }
}

/// `sent contact.created as msg_1: 200`
impl fmt::Display for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = self.event_type.as_deref().unwrap_or("the data");
        write!(f, "sent {what} as {}: ", self.id)?;
        match self.status {
            Some(status) => writeln!(f, "{}", status.as_u16()),
            None => writeln!(f, "no response"),
        }
    }
}

/// The nearest rank.
fn percentile(sorted: &[Duration], percent: usize) -> Option<&Duration> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1))
}
