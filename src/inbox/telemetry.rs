//! What the operator should know of the inbox: never a body, never a header.

use std::sync::Arc;

use super::{InboxError, TargetStats};

/// How an attempt ended, as the log and the metrics name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AttemptOutcome {
    Done,
    Retry,
    Dead,
}

impl AttemptOutcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Retry => "retry",
            Self::Dead => "dead",
        }
    }
}

/// Logs at a level, in the target of the crate; without the feature `tracing` the values are only looked at.
macro_rules! log {
    ($level:ident, { $($field:ident = $value:expr),* $(,)? }, $message:literal) => {{
        #[cfg(feature = "tracing")]
        tracing::$level!(target: "tower_webhook", $($field = $value,)* $message);
        #[cfg(not(feature = "tracing"))]
        { $(let _ = &$value;)* }
    }};
}

pub(super) fn other_body(id: &str) {
    log!(
        warn,
        { message_id = id },
        "a delivery has the id of another message: its body is not the one that was stored"
    );
}

pub(super) fn not_stored(id: &str, error: &InboxError) {
    let error = error.to_string();
    log!(error, { message_id = id, error = error }, "a delivery could not be stored");
}

pub(super) fn missing_delivery(event: &'static str) {
    log!(
        error,
        { event = event },
        "no delivery of this event type for the inbox: put `WebhookLayer` in front of `Enqueue`, and give both the same `decode`"
    );
}

pub(super) fn attempted(
    target: &str,
    id: &str,
    outcome: AttemptOutcome,
    status: Option<u16>,
    reason: Option<&str>,
) {
    #[cfg(feature = "metrics")]
    metrics::counter!(
        "tower_webhook_inbox_attempts_total",
        "outcome" => outcome.as_str(), "target" => target.to_owned()
    )
    .increment(1);
    match outcome {
        AttemptOutcome::Done => {
            log!(info, { target_name = target, message_id = id, outcome = outcome.as_str(), status = status }, "webhook handled from the inbox");
        }
        AttemptOutcome::Retry | AttemptOutcome::Dead => {
            log!(warn, { target_name = target, message_id = id, outcome = outcome.as_str(), status = status, reason = reason }, "webhook not handled from the inbox");
        }
    }
}

pub(super) fn lost_lease(target: &str, id: &str) {
    log!(warn, { target_name = target, message_id = id }, "a lease ended while its handler ran, so the delivery may be handled twice: lengthen the lease, or look at the store");
}

pub(super) fn store_failed(target: &str, what: &'static str, error: &InboxError) {
    let error = error.to_string();
    log!(error, { target_name = target, what = what, error = error }, "the inbox failed");
}

pub(super) fn returned(target: &str, id: &str) {
    log!(warn, { target_name = target, message_id = id }, "a delivery was given back unfinished: the worker stops");
}

/// Sets the gauges of every target of a worker: also to nothing, when nothing waits any more.
pub(super) fn stats(endpoint: &str, targets: &[Arc<str>], stats: &[TargetStats]) {
    #[cfg(feature = "metrics")]
    for target in targets {
        let of_target = stats
            .iter()
            .find(|stats| stats.endpoint == endpoint && *stats.target == **target);
        let (waiting, dead, oldest) = of_target.map_or((0, 0, None), |stats| {
            (stats.waiting, stats.dead, stats.oldest_waiting)
        });
        let labels = [
            ("endpoint", endpoint.to_owned()),
            ("target", target.to_string()),
        ];
        metrics::gauge!("tower_webhook_inbox_waiting", &labels).set(float(waiting));
        metrics::gauge!("tower_webhook_inbox_dead", &labels).set(float(dead));
        let oldest = oldest.unwrap_or_default().as_secs_f64();
        metrics::gauge!("tower_webhook_inbox_oldest_seconds", &labels).set(oldest);
    }
    #[cfg(not(feature = "metrics"))]
    let _ = (endpoint, targets, stats);
}

#[cfg(feature = "metrics")]
#[expect(
    clippy::cast_precision_loss,
    reason = "a gauge takes floats; 2^53 rows do not fit a disk"
)]
fn float(count: u64) -> f64 {
    count as f64
}
