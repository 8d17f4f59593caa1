use std::{error::Error, sync::Arc, time::Duration};

use crate::{error::rejection::Rejection, message::message_id::MessageId};

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
    pub(crate) fn named(_name: Arc<str>) -> Self {
        Self {}
    }

    pub(crate) fn observe(&self) -> Observation {
        Observation
    }
}

#[expect(
    clippy::unused_self,
    reason = "the same shape as with the features that observe"
)]
impl Observation {
    pub(crate) fn buffered(&mut self, _bytes: usize) {}

    pub(crate) fn received(&mut self, _body_bytes: usize) {}

    pub(crate) fn verified(
        &mut self,
        _id: &MessageId,
        _tenant: &Arc<str>,
        _key: usize,
        _at: Duration,
    ) {
    }

    pub(crate) fn opened(&mut self, _event_type: Option<&str>, _claimed_tenant: Option<&str>) {}

    pub(crate) fn shook_hands(&mut self, _status: http::StatusCode) {}

    pub(crate) fn handled(&mut self, _status: Option<http::StatusCode>, _succeeded: bool) {}

    pub(crate) fn rejected(&mut self, _rejection: &Rejection) {}

    pub(crate) fn responded(&mut self, _status: http::StatusCode) {}

    pub(crate) fn store_failed(&mut self, _error: &dyn Error) {}

    pub(crate) fn outlived_its_lease(&mut self) {}

    pub(crate) fn in_span<T>(&mut self, poll: impl FnOnce() -> T) -> T {
        poll()
    }
}
