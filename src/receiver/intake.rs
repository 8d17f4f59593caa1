use bytes::{Buf, Bytes};
use http::HeaderMap;

use super::{Verified, settings::Settings, signature_check::SignatureCheck};
use crate::{error::rejection::Rejection, receiver::body::CollectedBody};

/// A body that is being taken in: collected within the limit, and hashed frame by frame as it arrives.
#[derive(Debug)]
pub(crate) struct Intake {
    body: CollectedBody,
    /// Of a head that was refused the body is collected only, for a layer that monitors.
    head: Result<SignatureCheck, Rejection>,
}

impl Intake {
    pub(super) fn new(settings: &Settings, head: Result<SignatureCheck, Rejection>) -> Self {
        Self {
            body: CollectedBody::new(settings.max_body_bytes),
            head,
        }
    }

    pub(crate) fn receive(&mut self, frame: impl Buf) -> Result<(), Rejection> {
        let received = self.body.push(frame)?;
        if let Ok(check) = &mut self.head {
            check.update(received);
        }
        Ok(())
    }

    /// The verdict, and the body whatever the verdict is. Takes the body out.
    pub(crate) fn finish(&mut self, headers: &HeaderMap) -> (Result<Verified, Rejection>, Bytes) {
        let body = self.body.take();
        let verified = match &self.head {
            Ok(check) => check.finish(headers, body.clone()).map_err(Rejection::from),
            Err(rejection) => Err(rejection.clone()),
        };
        (verified, body)
    }
}
