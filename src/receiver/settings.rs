use std::{sync::Arc, time::Duration};

use bytes::Bytes;

use super::{SecretSource, Secrets, in_flight::BytesInFlight, secrets::LookedUp};
use crate::{
    error::{
        RejectionDetail,
        rejection::{Rejection, RejectionKind},
    },
    message::{RequestHead, clock::Clock, tolerance::Tolerance},
    receiver::source_ip::SourceIpCheck,
    scheme::{Claims, DotsInMessageId, Scheme, SchemeKeys, SignatureCheck},
};

/// When a sender should come back to a receiver that cannot look up its secrets.
const RETRY_LOOKUP_AFTER: Duration = Duration::from_secs(5);

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
    /// The secrets of a request that are at hand, of the receiver's own scheme.
    pub(super) fn secrets_for(&self, head: &RequestHead<'_>) -> Result<Arc<Secrets>, Rejection> {
        match self.secrets.secrets(head) {
            Some(secrets) => self.of_own_scheme(Some(secrets)),
            None if self.secrets.look_up(head).is_some() => Err(secrets_unavailable()),
            None => Err(RejectionKind::UnknownTenant.into()),
        }
    }

    /// The secrets of a request, looked up where they are not at hand.
    pub(super) async fn look_up_secrets(
        &self,
        head: &RequestHead<'_>,
    ) -> Result<Arc<Secrets>, Rejection> {
        if let Some(secrets) = self.secrets.secrets(head) {
            return self.of_own_scheme(Some(secrets));
        }
        match self.secrets.look_up(head) {
            Some(lookup) => self.looked_up(lookup.await),
            None => Err(RejectionKind::UnknownTenant.into()),
        }
    }

    /// What a look-up has found.
    pub(super) fn looked_up(&self, found: LookedUp) -> Result<Arc<Secrets>, Rejection> {
        let secrets = found.map_err(|error| {
            let error = Arc::from(error);
            secrets_unavailable().with_detail(RejectionDetail::SecretLookup { error })
        })?;
        self.of_own_scheme(secrets)
    }

    fn of_own_scheme(&self, secrets: Option<Arc<Secrets>>) -> Result<Arc<Secrets>, Rejection> {
        let of_own_scheme = |secrets: &Arc<Secrets>| secrets.scheme.is_the_same_as(&self.scheme);
        let secrets = secrets.filter(of_own_scheme);
        secrets.ok_or_else(|| RejectionKind::UnknownTenant.into())
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

fn secrets_unavailable() -> Rejection {
    Rejection::new(RejectionKind::SecretsUnavailable).with_retry_after(RETRY_LOOKUP_AFTER)
}

/// Whether a payload may come as plain text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encryption {
    Optional,
    Required,
}
