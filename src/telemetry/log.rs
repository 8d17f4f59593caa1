use std::{error::Error, time::Duration};

use tracing::{Level, Span, field};

use super::{Severity, Summary, throttle::Throttle};
use crate::error::rejection::RejectionKind;

/// Warns of a signing secret of `bytes` bytes, which is accepted although the specification advises 24.
pub(crate) fn short_signing_secret(bytes: usize) {
    tracing::warn!(
        bytes,
        "a signing secret is shorter than the 24 bytes that Standard Webhooks advises"
    );
}

/// Warns of a store in memory that will soon reject messages.
pub(crate) fn memory_store_nearly_full(len: usize, capacity: usize) {
    tracing::warn!(
        len,
        capacity,
        "the idempotency store in memory has reached 80 % of its capacity and rejects messages when it is full: enlarge it, \
         or shorten the retention"
    );
}

/// The span around the handling of a delivery.
pub(super) fn span(summary: &Summary) -> Span {
    tracing::info_span!(
        "webhook",
        message_id = summary.message_id.as_ref().map(field::display),
        event_type = summary.event_type,
        tenant = summary.tenant,
    )
}

/// One event for each request.
pub(super) fn record(summary: &Summary, throttle: &Throttle) {
    // A macro of `tracing` needs its level and its message to be constant.
    macro_rules! event {
        ($level:expr, $message:literal) => {
            tracing::event!(
                $level,
                outcome = summary.outcome,
                message_id = summary.message_id.as_ref().map(field::display),
                event_type = summary.event_type,
                tenant = summary.tenant,
                body_bytes = summary.body_bytes,
                status = summary.status,
                receive_us = summary.receive.map(micros),
                open_us = summary.open.map(micros),
                handle_us = summary.handle.map(micros),
                $message
            )
        };
    }
    if summary.outlived_its_lease {
        tracing::warn!(
            "the handler outlived its lease, so another delivery of the message may have been handled too: lengthen the lease"
        );
    }
    if let Some(error) = &summary.store_error {
        let cause = error.source().map(field::display);
        tracing::warn!(%error, cause, "the idempotency store failed");
    }
    match summary.severity {
        Severity::Info => event!(Level::INFO, "webhook"),
        Severity::Warning => event!(Level::WARN, "webhook not handled"),
        Severity::Stranger(kind) if throttle.is_loud(kind) => {
            event!(
                Level::WARN,
                "webhook refused (shown once a minute for each outcome)"
            );
            if kind == RejectionKind::SourceIpUnknown {
                tracing::warn!(
                    "the source address cannot be told: put `ConnectInfo<SocketAddr>` or `PeerAddr` into the \
                     request's extensions, and name the trusted proxies and their header if there are any"
                );
            }
        }
        Severity::Stranger(_) => event!(Level::DEBUG, "webhook refused"),
        Severity::Unproven => event!(Level::DEBUG, "webhook abandoned"),
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
