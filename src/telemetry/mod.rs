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
#[cfg(any(feature = "tracing", feature = "metrics"))]
mod summary;
#[cfg(feature = "tracing")]
mod throttle;

#[cfg(feature = "tracing")]
pub(crate) use log::*;
#[cfg(not(feature = "tracing"))]
pub(crate) use log_off::*;
pub(crate) use observation::{Observation, Observer};

/// Logs nothing.
#[cfg(not(feature = "tracing"))]
mod log_off {
    /// Warns of a signing secret of `bytes` bytes, which is accepted although the specification advises 24.
    pub(crate) fn short_signing_secret(_bytes: usize) {}

    /// Reports a handler without a layer in front of it.
    #[cfg(feature = "axum")]
    pub(crate) fn missing_delivery(_event: &'static str) {}

    /// Warns that a response broke off after its handler had succeeded.
    pub(crate) fn response_broke_off() {}

    /// Warns that a completion could not be stored before its time ran out.
    #[cfg(feature = "tokio")]
    pub(crate) fn completion_given_up(_error: &dyn std::error::Error) {}

    /// A future that runs in a task of its own.
    #[cfg(feature = "tokio")]
    pub(crate) fn in_current_span<F: Future>(future: F) -> F {
        future
    }
}
