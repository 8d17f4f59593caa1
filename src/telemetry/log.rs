use std::time::Duration;

use tracing::{Level, Span, field};

use super::{
    summary::{Outcome, Severity, Summary},
    throttle::Throttle,
};
use crate::error::rejection::RejectionKind;

pub(super) const TARGET: &str = "tower_webhook";

/// Warns of a signing secret of `bytes` bytes, which is accepted although the specification advises 24.
pub(crate) fn short_signing_secret(bytes: usize) {
    tracing::warn!(
        target: TARGET,
        bytes,
        "a signing secret is shorter than the 24 bytes that Standard Webhooks advises"
    );
}

/// Warns of a sender that signs no time, where the layer has no store that keeps a captured request from being handled again.
pub(crate) fn replays_unguarded(scheme: &str) {
    tracing::warn!(
        target: TARGET,
        scheme,
        "the sender signs no timestamp, so a captured request can be sent again, and this layer has no idempotency store: what is \
         behind it has to deduplicate, as an inbox does"
    );
}

/// Reports a handler without a layer in front of it.
#[cfg(any(feature = "axum", feature = "forward"))]
pub(crate) fn missing_delivery(event: &'static str) {
    tracing::error!(
        target: TARGET,
        event,
        "no delivery of this event type in the request's extensions: add \
         `.layer(WebhookLayer::new(receiver).decode::<…>())` to the route"
    );
}

/// Warns that a response broke off after its handler had succeeded.
pub(crate) fn response_broke_off() {
    tracing::warn!(target: TARGET, "the response failed after its head: the claim is released");
}

/// Warns that a completion could not be stored before its time ran out.
#[cfg(feature = "tokio")]
pub(crate) fn completion_given_up(error: &dyn std::error::Error) {
    let error = super::observation::with_sources(error);
    tracing::warn!(
        target: TARGET,
        error,
        "a handled message could not be marked as done: it is handled again if its sender repeats it"
    );
}

/// A future that runs in a task of its own, within the span of its caller.
#[cfg(feature = "tokio")]
pub(crate) fn in_current_span<F: Future>(future: F) -> tracing::instrument::Instrumented<F> {
    tracing::Instrument::in_current_span(future)
}

/// Warns of a store in memory that will soon reject messages.
pub(crate) fn memory_store_nearly_full(len: usize, capacity: usize) {
    tracing::warn!(
        target: TARGET,
        len,
        capacity,
        "the idempotency store in memory has reached 80 % of its capacity and rejects messages when it is full: enlarge it, \
         or shorten the retention"
    );
}

/// The span around the handling of a delivery.
pub(super) fn span(layer: Option<&str>, summary: &Summary) -> Span {
    tracing::info_span!(
        target: TARGET,
        "webhook",
        layer,
        message_id = summary.message_id.as_ref().map(field::display),
        event_type = summary.event_type,
        tenant = summary.tenant.as_deref(),
        claimed_tenant = summary.claimed_tenant,
    )
}

/// One event for each request.
pub(super) fn record(layer: Option<&str>, summary: &Summary, throttle: &Throttle) {
    let rejection = summary.rejection.as_ref();
    // A macro of `tracing` needs its level and its message to be constant.
    macro_rules! event {
        ($level:expr, $message:literal $(, $field:ident = $value:expr)*) => {
            tracing::event!(
                target: TARGET,
                $level,
                outcome = summary.outcome.as_str(),
                layer,
                message_id = summary.message_id.as_ref().map(field::display),
                event_type = summary.event_type,
                tenant = summary.tenant.as_deref(),
                claimed_tenant = summary.claimed_tenant,
                body_bytes = summary.body_bytes,
                status = summary.status,
                receive_us = summary.receive.map(micros),
                open_us = summary.open.map(micros),
                handle_us = summary.handle.map(micros),
                detail = rejection.and_then(|rejection| rejection.detail()).map(field::display),
                hint = rejection.and_then(|rejection| rejection.hint()),
                $($field = $value,)*
                $message
            )
        };
    }
    if summary.outlived_its_lease {
        tracing::warn!(
            target: TARGET,
            layer,
            message_id = summary.message_id.as_ref().map(field::display),
            "the handler outlived its lease, so another delivery of the message may have been handled too: lengthen the lease"
        );
    }
    if let Some(error) = &summary.store_error {
        tracing::warn!(target: TARGET, layer, error, "the idempotency store failed");
    }
    match (summary.severity(), summary.outcome) {
        (Severity::Info, Outcome::Delivered) => event!(Level::INFO, "webhook delivered"),
        (Severity::Info, Outcome::Rejected(RejectionKind::AlreadyHandled)) => {
            event!(Level::INFO, "webhook was handled before");
        }
        (Severity::Info, Outcome::Handshake) => event!(Level::INFO, "webhook handshake"),
        (Severity::Info, Outcome::Abandoned) => event!(Level::INFO, "webhook abandoned"),
        (Severity::Info, _) => event!(Level::INFO, "webhook rejected"),
        (Severity::Warning, Outcome::Rejected(_)) => event!(Level::WARN, "webhook rejected"),
        (Severity::Warning, _) => event!(Level::WARN, "webhook not handled"),
        (Severity::Stranger(kind), _) if throttle.is_loud(kind) => {
            let shown = "once a minute for each outcome";
            event!(Level::WARN, "webhook rejected", shown = shown);
        }
        (Severity::Stranger(_), _) => event!(Level::DEBUG, "webhook rejected"),
        (Severity::Unproven, Outcome::Handshake) => event!(Level::DEBUG, "webhook handshake"),
        (Severity::Unproven, _) => event!(Level::DEBUG, "webhook abandoned"),
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
