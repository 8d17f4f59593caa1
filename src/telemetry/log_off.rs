//! Without the feature `tracing` nothing is logged.

/// Warns of a signing secret of `bytes` bytes, which is accepted although the specification advises 24.
pub(crate) fn short_signing_secret(_bytes: usize) {}

/// Warns of a store in memory that will soon reject messages.
pub(crate) fn memory_store_nearly_full(_len: usize, _capacity: usize) {}

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
