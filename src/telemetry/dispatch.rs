//! What the operator is told about handlers and targets behind the layer.

use std::fmt::Display;

#[cfg(feature = "tracing")]
use super::log::TARGET;

/// The payload of a genuine event is not what its handler takes.
#[cfg(feature = "axum")]
pub(crate) fn payload_does_not_fit(
    message_id: &dyn Display,
    event_type: Option<&str>,
    payload: &'static str,
    error: &dyn Display,
) {
    #[cfg(feature = "tracing")]
    tracing::error!(
        target: TARGET,
        %message_id,
        event_type,
        payload,
        %error,
        "the payload of an event does not fit the type that its handler takes"
    );
    #[cfg(not(feature = "tracing"))]
    let _ = (message_id, event_type, payload, error);
}

/// A genuine event has a type that no handler is for.
#[cfg(feature = "axum")]
pub(crate) fn event_without_handler(message_id: &dyn Display, event_type: Option<&str>) {
    #[cfg(feature = "tracing")]
    tracing::error!(
        target: TARGET,
        %message_id,
        event_type,
        "no handler takes events of this type: add one, or a fallback for what may be ignored"
    );
    #[cfg(not(feature = "tracing"))]
    let _ = (message_id, event_type);
}

/// The store that remembers what each handler has done failed.
#[cfg(feature = "axum")]
pub(crate) fn handler_store_failed(message_id: &dyn Display, error: &dyn Display) {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: TARGET, %message_id, %error, "the idempotency store failed");
    #[cfg(not(feature = "tracing"))]
    let _ = (message_id, error);
}

/// A handler ran for longer than its lease, and another delivery may have run it too.
#[cfg(feature = "axum")]
pub(crate) fn handler_outlived_its_lease(message_id: &dyn Display) {
    #[cfg(feature = "tracing")]
    tracing::warn!(
        target: TARGET,
        %message_id,
        "a handler outlived its lease, so another delivery of the message may have been handled too: lengthen the lease"
    );
    #[cfg(not(feature = "tracing"))]
    let _ = message_id;
}

/// A target did not respond. Its path and query may hold a secret, and are not shown.
#[cfg(feature = "forward")]
pub(crate) fn target_failed(message_id: &dyn Display, target: &str, error: &dyn Display) {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: TARGET, %message_id, to = target, %error, "a delivery could not be forwarded");
    #[cfg(not(feature = "tracing"))]
    let _ = (message_id, target, error);
}
