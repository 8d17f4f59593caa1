use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::HeaderMap;

use super::{
    Secrets, Verified,
    settings::{Encryption, Settings},
};
use crate::{headers::SignatureHeaders, rejection::RejectionKind, signature::KeyringHasher};

/// A signature that is being checked: the signed text is hashed as it arrives.
///
/// It owns what it needs of the head, so that it can wait inside a future beside the request's parts.
#[derive(Debug)]
pub(super) struct SignatureCheck {
    signed: SignatureHeaders,
    secrets: Arc<Secrets>,
    hasher: KeyringHasher,
    encryption: Encryption,
    received_at: Duration,
}

impl SignatureCheck {
    pub(super) fn new(
        settings: &Settings,
        secrets: Arc<Secrets>,
        signed: SignatureHeaders,
        received_at: Duration,
    ) -> Self {
        Self {
            hasher: secrets.keyring.hasher(&signed),
            signed,
            secrets,
            encryption: settings.encryption,
            received_at,
        }
    }

    pub(super) fn signed(&self) -> &SignatureHeaders {
        &self.signed
    }

    /// Hashes what is next of the body.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
    }

    /// Decides. `body` is what was hashed, part by part.
    ///
    /// The headers offer candidates only: id and timestamp were hashed from the head that was checked.
    pub(super) fn finish(
        self,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<Verified, RejectionKind> {
        let Self {
            signed,
            secrets,
            hasher,
            encryption,
            received_at,
        } = self;
        secrets.keyring.check(hasher, headers, &signed, &body)?;
        Ok(Verified {
            id: signed.id,
            timestamp: signed.timestamp,
            body,
            secrets,
            encryption,
            received_at,
        })
    }
}
