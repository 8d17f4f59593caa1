use std::{
    error::Error,
    fmt::{self, Write},
    mem,
    sync::Arc,
    time::{Duration, Instant},
};

use super::summary::{Outcome, Summary};
#[cfg(feature = "tracing")]
use super::{log, throttle::Throttle};
use crate::{error::rejection::Rejection, message::message_id::MessageId};

/// Most characters of a text that the sender chose, such as the event's type.
const MAX_SHOWN_CHARS: usize = 128;

/// What the observations of one layer share.
#[derive(Clone, Default)]
pub(crate) struct Observer {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// The layer's name, if it has one.
    name: Option<Arc<str>>,
    #[cfg(feature = "tracing")]
    throttle: Throttle,
    #[cfg(feature = "metrics")]
    described: std::sync::OnceLock<()>,
}

impl Observer {
    /// For a layer with this name.
    pub(crate) fn named(name: Arc<str>) -> Self {
        let shared = Shared {
            name: Some(name),
            ..Shared::default()
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Starts to observe a request.
    pub(crate) fn observe(&self) -> Observation {
        // A recorder is installed by now, if ever; when the layer is made it may not be.
        #[cfg(feature = "metrics")]
        self.shared.described.get_or_init(super::metrics::describe);
        Observation {
            observer: self.clone(),
            summary: Summary::default(),
            phase_started: Instant::now(),
            #[cfg(feature = "metrics")]
            bytes_in_flight: 0,
            #[cfg(feature = "tracing")]
            span: tracing::Span::none(),
        }
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observer")
            .field("name", &self.shared.name)
            .finish_non_exhaustive()
    }
}

/// One request, from its head to its response. It is reported when it is dropped: a request whose future was dropped
/// before its response was abandoned.
pub(crate) struct Observation {
    observer: Observer,
    summary: Summary,
    phase_started: Instant,
    #[cfg(feature = "metrics")]
    bytes_in_flight: usize,
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

impl Observation {
    /// A frame of the body has arrived.
    #[cfg_attr(not(feature = "metrics"), expect(clippy::unused_self))]
    pub(crate) fn buffered(&mut self, bytes: usize) {
        #[cfg(feature = "metrics")]
        {
            self.bytes_in_flight += bytes;
            super::metrics::bytes_in_flight_grew(self.observer.shared.name.as_ref(), bytes);
        }
        #[cfg(not(feature = "metrics"))]
        let _ = bytes;
    }

    /// The body has arrived.
    pub(crate) fn received(&mut self, body_bytes: usize) {
        self.summary.body_bytes = Some(body_bytes);
        self.summary.receive = Some(self.end_of_phase());
    }

    /// The signature was verified; `at` is the receiver's time since the Unix epoch when the head was checked, `key` the
    /// position of the key that matched, from 0.
    pub(crate) fn verified(&mut self, id: &MessageId, tenant: &Arc<str>, key: usize, at: Duration) {
        self.summary.message_id = Some(id.clone());
        self.summary.tenant = (!tenant.is_empty()).then(|| Arc::clone(tenant));
        #[cfg(feature = "metrics")]
        super::metrics::verified(
            self.observer.shared.name.as_ref(),
            self.summary.tenant.as_ref(),
            key,
            at,
        );
        #[cfg(not(feature = "metrics"))]
        let _ = (key, at);
    }

    /// The event is decoded and goes to the inner service.
    pub(crate) fn opened(&mut self, event_type: Option<&str>, claimed_tenant: Option<&str>) {
        self.summary.event_type = event_type.map(beginning);
        self.summary.claimed_tenant = claimed_tenant.map(beginning);
        self.summary.open = Some(self.end_of_phase());
        #[cfg(feature = "tracing")]
        {
            self.span = log::span(self.observer.shared.name.as_deref(), &self.summary);
        }
    }

    /// It was a handshake of the sender, which the layer responded to.
    pub(crate) fn shook_hands(&mut self, status: http::StatusCode) {
        self.summary.outcome = Outcome::Handshake;
        self.responded(status);
    }

    /// The inner service responded with this status, or failed. What would have been rejected keeps that outcome.
    pub(crate) fn handled(&mut self, status: Option<http::StatusCode>, succeeded: bool) {
        self.summary.status = status.map(|status| status.as_u16());
        self.summary.handle = Some(self.end_of_phase());
        if self.summary.rejection.is_none() {
            self.summary.outcome = match status {
                Some(_) if succeeded => Outcome::Delivered,
                Some(_) => Outcome::HandlerRefused,
                None => Outcome::HandlerFailed,
            };
        }
    }

    /// The request was rejected, or would have been if the layer did more than monitor.
    pub(crate) fn rejected(&mut self, rejection: &Rejection) {
        self.summary.outcome = Outcome::Rejected(rejection.kind());
        self.summary.rejection = Some(rejection.clone());
    }

    /// The response of the layer.
    pub(crate) fn responded(&mut self, status: http::StatusCode) {
        self.summary.status = Some(status.as_u16());
    }

    /// The idempotency store could not carry out a call.
    pub(crate) fn store_failed(&mut self, error: &dyn Error) {
        self.summary.store_error = Some(with_sources(error));
    }

    /// The claim had another owner, or none, when it was renewed or settled.
    pub(crate) fn outlived_its_lease(&mut self) {
        self.summary.outlived_its_lease = true;
    }

    /// Runs `poll` of the inner service, within the delivery's span, where there is one. If it panics, the handler has
    /// failed: whatever drops the request then, nobody has abandoned it.
    pub(crate) fn in_span<T>(&mut self, poll: impl FnOnce() -> T) -> T {
        let before = self.summary.outcome;
        if before == Outcome::Abandoned {
            self.summary.outcome = Outcome::HandlerFailed;
        }
        let polled = {
            #[cfg(feature = "tracing")]
            let _entered = self.span.enter();
            poll()
        };
        self.summary.outcome = before;
        polled
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

/// An error and its sources, separated by colons.
pub(super) fn with_sources(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        // A `String` takes whatever is written.
        let _ = write!(text, ": {error}");
        source = error.source();
    }
    text
}

/// The event is outside of the delivery's span, whose fields it has itself.
impl Drop for Observation {
    fn drop(&mut self) {
        let shared = &self.observer.shared;
        #[cfg(feature = "metrics")]
        {
            super::metrics::bytes_in_flight_shrank(shared.name.as_ref(), self.bytes_in_flight);
            super::metrics::record(shared.name.as_ref(), &self.summary);
        }
        #[cfg(feature = "tracing")]
        log::record(shared.name.as_deref(), &self.summary, &shared.throttle);
        #[cfg(not(feature = "tracing"))]
        let _ = shared;
    }
}
