use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::HeaderMap;

use super::{
    Secrets, Verified,
    settings::{Encryption, Settings},
};
use crate::{
    error::rejection::RejectionKind,
    headers::{HeaderFamily, SignatureHeaders},
    message::message_id::MessageId,
    message::timestamp::Timestamp,
    signature::{KeyringHasher, SignedMessage},
};

/// A signature that is being checked: the signed text is hashed as it arrives.
///
/// It owns what it needs of the head, so that it can wait inside a future beside the request's parts.
#[derive(Debug)]
pub(super) struct SignatureCheck {
    family: HeaderFamily,
    id: MessageId,
    timestamp: Timestamp,
    secrets: Arc<Secrets>,
    hasher: KeyringHasher,
    encryption: Encryption,
    received_at: Duration,
}

impl SignatureCheck {
    pub(super) fn new(
        settings: &Settings,
        secrets: Arc<Secrets>,
        signed: &SignatureHeaders<'_>,
        received_at: Duration,
    ) -> Self {
        Self {
            family: signed.family,
            id: signed.id.into(),
            timestamp: signed.timestamp,
            hasher: secrets.keyring.hasher(signed.id, signed.timestamp),
            secrets,
            encryption: settings.encryption,
            received_at,
        }
    }

    /// Hashes what is next of the body.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
    }

    /// Decides. `body` is what was hashed, part by part.
    ///
    /// The headers offer candidates only: id and timestamp were hashed from the head that was checked.
    pub(super) fn finish(
        &self,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<Verified, RejectionKind> {
        let message = SignedMessage::new(self.id.text(), self.timestamp, &body);
        let signatures = self.family.signatures(headers);
        let keyring = &self.secrets.keyring;
        if !keyring.verifies_hashed(&self.hasher, &message, signatures) {
            return Err(RejectionKind::SignatureMismatch);
        }
        Ok(Verified {
            id: self.id.clone(),
            timestamp: self.timestamp,
            body,
            secrets: Arc::clone(&self.secrets),
            encryption: self.encryption,
            received_at: self.received_at,
        })
    }
}
