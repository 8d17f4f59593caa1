use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;

use super::{
    Secrets,
    facts::{Facts, IdOrigin},
    settings::{Encryption, Settings},
};
use crate::{
    error::{
        RejectionDetail,
        rejection::{Rejection, RejectionKind},
    },
    event::{AuthenticBody, DecodeError, DecodeErrorKind, WebhookEvent},
    message::{MessageId, Timestamp},
    receiver::delivery::Delivery,
    scheme::Claims,
};

/// A smaller body that a layer took in is copied, in bytes.
const COPIED_BELOW: usize = 1024;

/// Proof that a signature was made over a request with one of the keys. Only checking one makes it.
///
/// ```compile_fail
/// // It has no constructor and no public field.
/// let forged = tower_webhook::receiver::Verified { body: bytes::Bytes::from("{}") };
/// ```
#[must_use]
pub struct Verified {
    facts: Facts,
    secrets: Arc<Secrets>,
    encryption: Encryption,
    received_at: Duration,
}

impl Verified {
    #[inline]
    pub(super) fn new(
        claims: Claims,
        key_position: u16,
        body: Bytes,
        settings: &Settings,
        secrets: Arc<Secrets>,
        received_at: Duration,
    ) -> Self {
        let bodies_repeat = settings.scheme.bodies_repeat();
        Self {
            facts: Facts::new(claims, key_position, body, bodies_repeat),
            secrets,
            encryption: settings.encryption,
            received_at,
        }
    }

    /// Lets go of the memory that the server read the connection into, if the body is small: a delivery that is kept would keep
    /// all of it, 8 KiB or more.
    pub(super) fn with_small_body_copied(mut self) -> Self {
        self.facts.copy_body_below(COPIED_BELOW);
        self
    }

    /// The id of the message, see [`Delivery::id`].
    pub fn id(&self) -> &MessageId {
        self.facts.id()
    }

    /// Where the id comes from.
    pub fn id_origin(&self) -> IdOrigin {
        self.facts.id_origin()
    }

    /// What an idempotency store remembers the message by, see [`Delivery::deduplication_id`].
    pub fn deduplication_id(&self) -> Option<&MessageId> {
        self.facts.deduplication_id()
    }

    /// What a store claims the message by; `None` where nothing tells two deliveries apart.
    pub(crate) fn claimable_id(&self) -> Option<&MessageId> {
        self.facts.claimable_id()
    }

    /// When the sender signed this attempt; `None` where it signs no time.
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.facts.timestamp()
    }

    /// The name of the event's type, where the scheme knows where it is. In a header it is unsigned.
    pub fn event_type(&self) -> Option<&str> {
        self.facts.event_type()
    }

    /// The tenant whose secrets signed, as [`SecretsBuilder::tenant`](crate::receiver::SecretsBuilder::tenant) names it.
    pub fn tenant(&self) -> Option<&str> {
        Some(&*self.secrets.tenant).filter(|tenant| !tenant.is_empty())
    }

    /// The position, from 0, of the key that signed, among those that are configured.
    pub fn key_position(&self) -> usize {
        self.facts.key_position()
    }

    /// The body as it was signed.
    pub fn body(&self) -> &Bytes {
        self.facts.body()
    }

    /// The tenant, empty if it has no name.
    pub(crate) fn tenant_name(&self) -> &Arc<str> {
        &self.secrets.tenant
    }

    /// Our clock's time when the head was checked, since the Unix epoch.
    pub(crate) fn received_at(&self) -> Duration {
        self.received_at
    }

    /// Decrypts the payload if the event marks it as encrypted, and decodes the event.
    ///
    /// # Errors
    ///
    /// [`RejectionKind::MalformedEvent`], [`RejectionKind::DecryptionKeyMissing`],
    /// [`RejectionKind::DecryptionFailed`] or [`RejectionKind::EncryptionRequired`].
    pub fn open<E: WebhookEvent>(self) -> Result<Delivery<E>, Rejection> {
        let body = AuthenticBody::new(self.facts.body(), &self.secrets.decryptors);
        let event = E::decode(&body).map_err(undecodable)?;
        if self.encryption == Encryption::Required && !body.was_encrypted() {
            return Err(RejectionKind::EncryptionRequired.into());
        }
        let tenant = Arc::clone(&self.secrets.tenant);
        Ok(Delivery::new(self.facts, tenant, event))
    }
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("id", self.id())
            .field("timestamp", &self.timestamp())
            .field("body_len", &self.body().len())
            .finish_non_exhaustive()
    }
}

/// Of what cannot be decrypted only the kind is told: not the place, not the padding.
#[expect(clippy::needless_pass_by_value, reason = "an error is mapped")]
fn undecodable(error: DecodeError) -> Rejection {
    let kind = match error.kind() {
        DecodeErrorKind::Malformed => RejectionKind::MalformedEvent,
        DecodeErrorKind::DecryptionKeyMissing => RejectionKind::DecryptionKeyMissing,
        DecodeErrorKind::DecryptionFailed => RejectionKind::DecryptionFailed,
    };
    let rejection = Rejection::new(kind);
    if kind != RejectionKind::MalformedEvent {
        return rejection;
    }
    match (error.line(), error.path()) {
        (None, None) => rejection,
        (line, path) => rejection.with_detail(RejectionDetail::Event {
            line: line.unwrap_or_default(),
            column: error.column().unwrap_or_default(),
            path: path.map(Arc::from),
        }),
    }
}
