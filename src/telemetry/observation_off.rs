use std::time::Duration;

use crate::{
    error::rejection::RejectionKind,
    idempotency::{Settlement, StoreError},
    message::message_id::MessageId,
};

/// Observes nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Observer {}

/// Observes nothing.
pub(crate) struct Observation;

#[expect(
    clippy::unused_self,
    reason = "the same shape as with the features that observe"
)]
impl Observer {
    pub(crate) fn observe(&self) -> Observation {
        Observation
    }
}

#[expect(
    clippy::unused_self,
    reason = "the same shape as with the features that observe"
)]
impl Observation {
    pub(crate) fn received(&mut self, _body_bytes: usize) {}

    pub(crate) fn verified(&mut self, _id: &MessageId, _at: Duration) {}

    pub(crate) fn opened(&mut self, _event_type: Option<&str>, _tenant: Option<&str>) {}

    pub(crate) fn handled(&mut self, _status: Option<http::StatusCode>, _succeeded: bool) {}

    pub(crate) fn refused(&mut self, _kind: RejectionKind) {}

    pub(crate) fn answered(&mut self, _status: http::StatusCode) {}

    pub(crate) fn store_failed(&mut self, _error: &StoreError) {}

    pub(crate) fn settled(&mut self, _settled: Result<Settlement, StoreError>) {}

    pub(crate) fn in_span<T>(&self, poll: impl FnOnce() -> T) -> T {
        poll()
    }
}
