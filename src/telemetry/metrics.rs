use std::time::Duration;

use metrics::{counter, gauge, histogram};

use super::Summary;

const DELIVERIES: &str = "tower_webhook_deliveries_total";
const BODY_BYTES: &str = "tower_webhook_body_bytes";
const PHASE_SECONDS: &str = "tower_webhook_phase_seconds";
const LAST_VERIFIED: &str = "tower_webhook_last_verified_timestamp_seconds";

const STORE_MESSAGES: &str = "tower_webhook_memory_store_messages";
const STORE_CAPACITY: &str = "tower_webhook_memory_store_capacity";

/// Shows how full the store in memory is.
pub(crate) fn memory_store_size(len: usize, capacity: usize) {
    gauge!(STORE_MESSAGES).set(float(len));
    gauge!(STORE_CAPACITY).set(float(capacity));
}

/// Counts a request by its outcome, and adds its size and the durations of its phases to the histograms.
pub(super) fn record(summary: &Summary) {
    counter!(DELIVERIES, "outcome" => summary.outcome).increment(1);
    if let Some(bytes) = summary.body_bytes {
        histogram!(BODY_BYTES).record(float(bytes));
    }
    // Literal labels, so that each key is made once and not for every request.
    if let Some(duration) = summary.receive {
        histogram!(PHASE_SECONDS, "phase" => "receive").record(duration);
    }
    if let Some(duration) = summary.open {
        histogram!(PHASE_SECONDS, "phase" => "open").record(duration);
    }
    if let Some(duration) = summary.handle {
        histogram!(PHASE_SECONDS, "phase" => "handle").record(duration);
    }
}

/// A silent sender and a broken one look the same but for this.
pub(super) fn last_verified(at: Duration) {
    gauge!(LAST_VERIFIED).set(at.as_secs_f64());
}

#[expect(
    clippy::cast_precision_loss,
    reason = "metrics are floats; a body of 2^53 bytes, or so many messages, do not come"
)]
fn float(bytes: usize) -> f64 {
    bytes as f64
}
