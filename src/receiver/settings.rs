use std::sync::Arc;

use bytes::Bytes;

use super::{SecretSource, Secrets, in_flight::BytesInFlight};
use crate::{
    error::rejection::{Rejection, RejectionKind},
    message::{RequestHead, clock::Clock, tolerance::Tolerance},
    receiver::source_ip::SourceIpCheck,
    scheme::{Claims, DotsInMessageId, Scheme, SchemeKeys, SignatureCheck},
};

/// What a receiver was configured with, checked.
pub(super) struct Settings {
    pub(super) scheme: Scheme,
    pub(super) source_ip: Option<SourceIpCheck>,
    pub(super) secrets: Box<dyn SecretSource>,
    pub(super) tolerance: Tolerance,
    pub(super) needs_idempotency: bool,
    pub(super) max_body_bytes: usize,
    pub(super) in_flight: Arc<BytesInFlight>,
    pub(super) dots_in_message_id: DotsInMessageId,
    pub(super) encryption: Encryption,
    pub(super) clock: Box<dyn Clock>,
}

impl Settings {
    /// The secrets of a request, of the receiver's own scheme.
    pub(super) fn secrets_for(
        &self,
        head: &RequestHead<'_>,
    ) -> Result<Arc<Secrets>, RejectionKind> {
        self.secrets
            .secrets(head)
            .filter(|secrets| secrets.scheme.is_the_same_as(&self.scheme))
            .ok_or(RejectionKind::UnknownTenant)
    }

    /// Checks the signature of a request that is there as a whole: what it claims, and the position of the key that signed.
    pub(super) fn verify(
        &self,
        keys: &SchemeKeys,
        head: &RequestHead<'_>,
        body: &Bytes,
    ) -> Result<(Claims, u16), Rejection> {
        let reading = self.scheme.read_head(head, keys, self.dots_in_message_id)?;
        let mut check = SignatureCheck::new();
        check.start(reading, keys);
        check.update(body);
        let key_position = check.finish(&self.scheme, body)?;
        Ok((check.take_claims(), key_position))
    }
}

/// Whether a payload may come as plain text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encryption {
    Optional,
    Required,
}
