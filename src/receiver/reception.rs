use bytes::Buf;
use http::HeaderMap;

use super::{Verified, settings::Settings};
use crate::{
    body::CollectedBody, headers::SignatureHeaders, rejection::RejectionKind,
    signature::KeyringHasher,
};

/// A body that is being received: collected within the limit, and hashed frame by frame as it arrives.
///
/// It owns what it needs of the head, so that it can wait inside a future beside the request's parts.
#[derive(Debug)]
pub(crate) struct Reception {
    signed: SignatureHeaders,
    hasher: KeyringHasher,
    body: CollectedBody,
}

impl Reception {
    pub(super) fn new(settings: &Settings, signed: SignatureHeaders) -> Self {
        Self {
            hasher: settings.keyring.hasher(&signed),
            signed,
            body: CollectedBody::new(settings.max_body_bytes),
        }
    }

    pub(super) fn signed(&self) -> &SignatureHeaders {
        &self.signed
    }

    pub(crate) fn receive(&mut self, frame: impl Buf) -> Result<(), RejectionKind> {
        self.hasher.update(self.body.push(frame)?);
        Ok(())
    }

    /// The headers offer candidates only: id and timestamp were hashed from the head that was checked.
    pub(crate) fn check_signature(self, headers: &HeaderMap) -> Result<Verified, RejectionKind> {
        self.hasher.check(headers, &self.signed)?;
        Ok(Verified::new(self.signed, self.body.finish()))
    }
}
