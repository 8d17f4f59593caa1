use std::{sync::Arc, time::Duration};

use metrics::{
    Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};

use super::summary::Summary;

const DELIVERIES: &str = "tower_webhook_deliveries_total";
const BODY_BYTES: &str = "tower_webhook_body_bytes";
const BYTES_IN_FLIGHT: &str = "tower_webhook_bytes_in_flight";
const PHASE_SECONDS: &str = "tower_webhook_phase_seconds";
const LAST_VERIFIED: &str = "tower_webhook_last_verified_timestamp_seconds";
const STORE_MESSAGES: &str = "tower_webhook_memory_store_messages";
const STORE_CAPACITY: &str = "tower_webhook_memory_store_capacity";
const SECRET_LAST_USED: &str = "tower_webhook_secret_last_used_timestamp_seconds";

/// The layer's name, if it has one.
type Layer<'a> = Option<&'a Arc<str>>;

/// Without a name a key has literal labels only, so that it is made once and not for every request.
macro_rules! of_layer {
    ($metric:ident, $name:expr, $layer:expr $(, $key:literal => $value:expr)*) => {
        match $layer {
            None => $metric!($name $(, $key => $value)*),
            Some(layer) => $metric!($name, "layer" => Arc::clone(layer) $(, $key => $value)*),
        }
    };
}

/// Describes each metric to the recorder.
pub(super) fn describe() {
    describe_counter!(DELIVERIES, Unit::Count, "Requests by outcome");
    describe_histogram!(BODY_BYTES, Unit::Bytes, "Size of the bodies that arrived");
    describe_gauge!(
        BYTES_IN_FLIGHT,
        Unit::Bytes,
        "Bytes of bodies held by requests that have no response yet"
    );
    describe_histogram!(
        PHASE_SECONDS,
        Unit::Seconds,
        "Time to receive the body, to open it, and in the handler"
    );
    describe_gauge!(
        LAST_VERIFIED,
        Unit::Seconds,
        "Unix time of the last request whose signature was verified"
    );
    describe_gauge!(
        SECRET_LAST_USED,
        Unit::Seconds,
        "Unix time of the last request that was verified with the secret at this position"
    );
    describe_gauge!(
        STORE_MESSAGES,
        Unit::Count,
        "Messages that the store in memory remembers"
    );
    describe_gauge!(
        STORE_CAPACITY,
        Unit::Count,
        "Most messages that the store in memory can remember"
    );
}

/// Shows how full the store in memory is.
pub(crate) fn memory_store_size(len: usize, capacity: usize) {
    gauge!(STORE_MESSAGES).set(float(len));
    gauge!(STORE_CAPACITY).set(float(capacity));
}

/// Counts a request by its outcome, and adds its size and the durations of its phases to the histograms.
pub(super) fn record(layer: Layer<'_>, summary: &Summary) {
    let outcome = summary.outcome.as_str();
    of_layer!(counter, DELIVERIES, layer, "outcome" => outcome).increment(1);
    if let Some(bytes) = summary.body_bytes {
        of_layer!(histogram, BODY_BYTES, layer).record(float(bytes));
    }
    if let Some(duration) = summary.receive {
        of_layer!(histogram, PHASE_SECONDS, layer, "phase" => "receive").record(duration);
    }
    if let Some(duration) = summary.open {
        of_layer!(histogram, PHASE_SECONDS, layer, "phase" => "open").record(duration);
    }
    if let Some(duration) = summary.handle {
        of_layer!(histogram, PHASE_SECONDS, layer, "phase" => "handle").record(duration);
    }
}

pub(super) fn bytes_in_flight_grew(layer: Layer<'_>, bytes: usize) {
    of_layer!(gauge, BYTES_IN_FLIGHT, layer).increment(float(bytes));
}

pub(super) fn bytes_in_flight_shrank(layer: Layer<'_>, bytes: usize) {
    if bytes > 0 {
        of_layer!(gauge, BYTES_IN_FLIGHT, layer).decrement(float(bytes));
    }
}

/// Only these gauges distinguish a quiet sender from a broken one, and a secret in use from one that can be retired.
pub(super) fn verified(layer: Layer<'_>, tenant: Option<&Arc<str>>, key: usize, at: Duration) {
    let at = at.as_secs_f64();
    of_layer!(gauge, LAST_VERIFIED, layer).set(at);
    let last_used = match (tenant, key) {
        // Literal labels, as for most receivers.
        (None, 0) => of_layer!(gauge, SECRET_LAST_USED, layer, "position" => "1"),
        (None, 1) => of_layer!(gauge, SECRET_LAST_USED, layer, "position" => "2"),
        (None, 2) => of_layer!(gauge, SECRET_LAST_USED, layer, "position" => "3"),
        (None, key) => {
            let position = (key + 1).to_string();
            of_layer!(gauge, SECRET_LAST_USED, layer, "position" => position)
        }
        (Some(tenant), key) => {
            let (tenant, position) = (Arc::clone(tenant), (key + 1).to_string());
            of_layer!(gauge, SECRET_LAST_USED, layer, "tenant" => tenant, "position" => position)
        }
    };
    last_used.set(at);
}

#[expect(
    clippy::cast_precision_loss,
    reason = "metrics are floats; a body of 2^53 bytes, or so many messages, do not come"
)]
fn float(bytes: usize) -> f64 {
    bytes as f64
}
