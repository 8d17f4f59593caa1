use std::{
    fmt, mem,
    time::{Duration, Instant},
};

use super::Summary;
#[cfg(feature = "tracing")]
use super::{Severity, log, throttle::Throttle};
use crate::{
    error::rejection::RejectionKind,
    idempotency::{Settlement, StoreError},
    message::message_id::MessageId,
};

/// Most characters of a text that the sender chose, such as the event's type.
const MAX_SHOWN_CHARS: usize = 128;

/// What the observations of one layer share.
#[derive(Clone, Default)]
pub(crate) struct Observer {
    #[cfg(feature = "tracing")]
    throttle: std::sync::Arc<Throttle>,
}

impl Observer {
    /// Starts to observe a request.
    pub(crate) fn observe(&self) -> Observation {
        Observation {
            observer: self.clone(),
            summary: Summary {
                outcome: "abandoned",
                ..Summary::default()
            },
            phase_started: Instant::now(),
            #[cfg(feature = "tracing")]
            span: tracing::Span::none(),
        }
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observer").finish_non_exhaustive()
    }
}

/// One request, from its head to its answer. It is reported when it is dropped: a request whose future was dropped
/// before its answer was abandoned.
pub(crate) struct Observation {
    observer: Observer,
    summary: Summary,
    phase_started: Instant,
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

impl Observation {
    /// The body has arrived.
    pub(crate) fn received(&mut self, body_bytes: usize) {
        self.summary.body_bytes = Some(body_bytes);
        self.summary.receive = Some(self.end_of_phase());
    }

    /// The signature held; `at` is our clock's time since the Unix epoch when the head was checked.
    pub(crate) fn verified(&mut self, id: &MessageId, at: Duration) {
        self.summary.message_id = Some(id.clone());
        #[cfg(feature = "tracing")]
        {
            self.summary.severity = Severity::Info;
        }
        #[cfg(feature = "metrics")]
        super::metrics::last_verified(at);
        #[cfg(not(feature = "metrics"))]
        let _ = at;
    }

    /// The event is decoded and goes to the inner service.
    pub(crate) fn opened(&mut self, event_type: Option<&str>, tenant: Option<&str>) {
        self.summary.event_type = event_type.map(beginning);
        self.summary.tenant = tenant.map(beginning);
        self.summary.open = Some(self.end_of_phase());
        #[cfg(feature = "tracing")]
        {
            self.span = log::span(&self.summary);
        }
    }

    /// The inner service answered with this status, or failed. What would have been refused keeps that outcome.
    pub(crate) fn handled(&mut self, status: Option<http::StatusCode>, succeeded: bool) {
        self.summary.status = status.map(|status| status.as_u16());
        self.summary.handle = Some(self.end_of_phase());
        if self.summary.refused {
            return;
        }
        self.summary.outcome = match status {
            Some(_) if succeeded => "delivered",
            Some(_) => "handler_refused",
            None => "handler_failed",
        };
        #[cfg(feature = "tracing")]
        if !succeeded {
            self.summary.severity = Severity::Warning;
        }
    }

    /// The request was refused, or would have been if the layer did more than monitor.
    pub(crate) fn refused(&mut self, kind: RejectionKind) {
        self.summary.refused = true;
        self.summary.outcome = kind.as_str();
        #[cfg(feature = "tracing")]
        {
            let genuine = self.summary.message_id.is_some();
            self.summary.severity = match kind {
                RejectionKind::AlreadyHandled | RejectionKind::ClaimedByAnother => Severity::Info,
                _ if genuine => Severity::Warning,
                _ => Severity::Stranger(kind),
            };
        }
    }

    /// The answer to a refusal.
    pub(crate) fn answered(&mut self, status: http::StatusCode) {
        self.summary.status = Some(status.as_u16());
    }

    /// The idempotency store could not say whether the message was handled.
    pub(crate) fn store_failed(&mut self, error: &StoreError) {
        self.summary.store_error = Some(error.clone());
    }

    /// The claim was completed or released, or could not be.
    pub(crate) fn settled(&mut self, settled: Result<Settlement, StoreError>) {
        match settled {
            Ok(Settlement::Settled) => {}
            Ok(Settlement::NotOwner) => self.summary.outlived_its_lease = true,
            Err(error) => self.store_failed(&error),
        }
    }

    /// Runs `poll` within the delivery's span, where there is one.
    #[cfg_attr(not(feature = "tracing"), expect(clippy::unused_self))]
    pub(crate) fn in_span<T>(&self, poll: impl FnOnce() -> T) -> T {
        #[cfg(feature = "tracing")]
        let _entered = self.span.enter();
        poll()
    }

    fn end_of_phase(&mut self) -> Duration {
        let now = Instant::now();
        now.saturating_duration_since(mem::replace(&mut self.phase_started, now))
    }
}

/// As much of a sender's text as a log line should have.
fn beginning(text: &str) -> String {
    let end = text.char_indices().nth(MAX_SHOWN_CHARS);
    text[..end.map_or(text.len(), |(end, _)| end)].to_owned()
}

impl Drop for Observation {
    fn drop(&mut self) {
        #[cfg(feature = "metrics")]
        super::metrics::record(&self.summary);
        #[cfg(feature = "tracing")]
        self.in_span(|| log::record(&self.summary, &self.observer.throttle));
        #[cfg(not(feature = "tracing"))]
        let _ = &self.observer;
    }
}
