use std::sync::Arc;

use bytes::{Buf, Bytes};

use super::{Receiver, Secrets, Verified, pending::Pending, settings::Settings};
use crate::{error::rejection::Rejection, receiver::body::CollectedBody, scheme::HeadReading};

/// A body that is being taken in: collected within the limit, and hashed frame by frame as it arrives.
#[derive(Debug)]
pub(crate) struct Intake {
    body: CollectedBody,
    /// Of a head that was rejected the body is collected only, for a layer that monitors.
    head: Result<Pending, Rejection>,
}

impl Intake {
    pub(super) fn new(settings: &Settings, head: Result<Pending, Rejection>) -> Self {
        Self {
            body: CollectedBody::new(settings.max_body_bytes),
            head,
        }
    }

    /// Starts with a head that was checked.
    pub(super) fn start(&mut self, reading: HeadReading<'_>, secrets: Arc<Secrets>) {
        if let Ok(pending) = &mut self.head {
            pending.start(reading, secrets);
        }
    }

    pub(crate) fn receive(&mut self, frame: impl Buf) -> Result<(), Rejection> {
        let received = self.body.push(frame)?;
        if let Ok(pending) = &mut self.head {
            pending.update(received);
        }
        Ok(())
    }

    /// The verdict, by the receiver that checked the head, and the body whatever the verdict is. A second verdict is never
    /// a good one.
    pub(crate) fn finish(&mut self, receiver: &Receiver) -> (Result<Verified, Rejection>, Bytes) {
        let body = self.body.take();
        let verified = match &mut self.head {
            // It stays where it is: it is large.
            Ok(pending) => pending
                .finish(&receiver.settings, body.clone())
                .map(Verified::with_small_body_copied),
            Err(rejection) => Err(rejection.clone()),
        };
        (verified, body)
    }
}
