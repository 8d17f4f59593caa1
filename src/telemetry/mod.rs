//! Everything that is logged or counted goes through here. Without the features `tracing` and `metrics`, nothing
//! is. The names are a contract: `docs/telemetry.md`.

#[cfg(feature = "tracing")]
mod log;
#[cfg(not(feature = "tracing"))]
#[path = "log_off.rs"]
mod log;
#[cfg(feature = "metrics")]
mod metrics;
#[cfg(any(feature = "tracing", feature = "metrics"))]
mod observation;
#[cfg(not(any(feature = "tracing", feature = "metrics")))]
#[path = "observation_off.rs"]
mod observation;
#[cfg(any(feature = "tracing", feature = "metrics"))]
mod summary;
#[cfg(feature = "tracing")]
mod throttle;

#[cfg(feature = "axum")]
pub(crate) use log::missing_delivery;
#[cfg(feature = "tokio")]
pub(crate) use log::{completion_given_up, in_current_span};
pub(crate) use log::{memory_store_nearly_full, response_broke_off, short_signing_secret};
#[cfg(feature = "metrics")]
pub(crate) use metrics::memory_store_size;
pub(crate) use observation::{Observation, Observer};

/// Shows how full the store in memory is.
#[cfg(not(feature = "metrics"))]
pub(crate) fn memory_store_size(_len: usize, _capacity: usize) {}
