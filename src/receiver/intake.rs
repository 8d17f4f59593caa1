use bytes::{Buf, Bytes};
use http::HeaderMap;

use super::{Verified, pending::Pending, settings::Settings};
use crate::{
    error::rejection::{Rejection, RejectionKind},
    receiver::body::CollectedBody,
};

/// A body that is being taken in: collected within the limit, and hashed frame by frame as it arrives.
#[derive(Debug)]
pub(crate) struct Intake {
    body: CollectedBody,
    /// Of a head that was rejected the body is collected only, for a layer that monitors.
    head: Option<Result<Pending, Rejection>>,
}

impl Intake {
    pub(super) fn new(settings: &Settings, head: Result<Pending, Rejection>) -> Self {
        Self {
            body: CollectedBody::new(settings.max_body_bytes),
            head: Some(head),
        }
    }

    pub(crate) fn receive(&mut self, frame: impl Buf) -> Result<(), Rejection> {
        let received = self.body.push(frame)?;
        if let Some(Ok(pending)) = &mut self.head {
            pending.update(received);
        }
        Ok(())
    }

    /// The verdict, and the body whatever the verdict is. Takes both out; a second verdict is never one.
    pub(crate) fn finish(&mut self, headers: &HeaderMap) -> (Result<Verified, Rejection>, Bytes) {
        let body = self.body.take();
        let verified = match self.head.take() {
            Some(Ok(mut pending)) => pending.finish(headers, body.clone()),
            Some(Err(rejection)) => Err(rejection),
            None => Err(RejectionKind::BodyIncomplete.into()),
        };
        (verified, body)
    }
}
