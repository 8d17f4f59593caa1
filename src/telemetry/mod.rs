//! Everything that is logged or counted goes through here. Without the features `tracing` and `metrics`, nothing
//! is. The names are a contract: `docs/telemetry.md`.

#[cfg(feature = "tracing")]
mod log;
#[cfg(feature = "metrics")]
mod metrics;
#[cfg(any(feature = "tracing", feature = "metrics"))]
mod observation;
#[cfg(not(any(feature = "tracing", feature = "metrics")))]
#[path = "observation_off.rs"]
mod observation;
#[cfg(feature = "tracing")]
mod throttle;

#[cfg(feature = "tracing")]
pub(crate) use log::{memory_store_nearly_full, short_signing_secret};
#[cfg(feature = "metrics")]
pub(crate) use metrics::memory_store_size;
pub(crate) use observation::{Observation, Observer};

/// Warns of a signing secret of `bytes` bytes, which is accepted although the specification advises 24.
#[cfg(not(feature = "tracing"))]
pub(crate) fn short_signing_secret(_bytes: usize) {}

/// Warns of a store in memory that will soon reject messages.
#[cfg(not(feature = "tracing"))]
pub(crate) fn memory_store_nearly_full(_len: usize, _capacity: usize) {}

/// Shows how full the store in memory is.
#[cfg(not(feature = "metrics"))]
pub(crate) fn memory_store_size(_len: usize, _capacity: usize) {}

/// What is known of a delivery at its end.
#[cfg(any(feature = "tracing", feature = "metrics"))]
#[derive(Debug, Default)]
struct Summary {
    outcome: &'static str,
    /// Refused, or passed on all the same by a layer that only monitors.
    refused: bool,
    #[cfg(feature = "tracing")]
    severity: Severity,
    message_id: Option<crate::message::message_id::MessageId>,
    event_type: Option<String>,
    tenant: Option<String>,
    body_bytes: Option<usize>,
    status: Option<u16>,
    receive: Option<std::time::Duration>,
    open: Option<std::time::Duration>,
    handle: Option<std::time::Duration>,
    store_error: Option<crate::idempotency::StoreError>,
    outlived_its_lease: bool,
}

/// Who should look at it.
#[cfg(feature = "tracing")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Severity {
    /// Nobody, and it is not worth a line: a stranger can cause it.
    #[default]
    Unproven,
    /// Nobody: all is well.
    Info,
    /// Perhaps the operator; a stranger can cause it, so it must not flood the log.
    Stranger(crate::error::rejection::RejectionKind),
    /// The operator: a genuine delivery was not handled.
    Warning,
}
