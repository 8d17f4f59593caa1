use std::sync::OnceLock;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::{
    message::{MessageId, Timestamp},
    scheme::Claims,
};

/// Where the id of a message comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IdOrigin {
    /// The sender gave it, and the signature covers it.
    Signed,
    /// The sender gave it in a header that the signature does not cover: a replay can come with another one.
    Unsigned,
    /// The sender gave none: it is a digest of what is signed.
    Digest,
}

/// What is known of a verified request.
pub(super) struct Facts {
    claims: Claims,
    key_position: u16,
    body: Bytes,
    bodies_repeat: bool,
    /// Made when it is first asked for: hashing the body once more costs as much as verifying it.
    digest: OnceLock<Box<MessageId>>,
}

impl Facts {
    #[inline]
    pub(super) fn new(claims: Claims, key_position: u16, body: Bytes, bodies_repeat: bool) -> Self {
        Self {
            claims,
            key_position,
            body,
            bodies_repeat,
            digest: OnceLock::new(),
        }
    }

    #[inline]
    pub(super) fn id(&self) -> &MessageId {
        match self.claims.id() {
            Some(id) => id,
            None => self.digest(),
        }
    }

    pub(super) fn id_origin(&self) -> IdOrigin {
        match self.claims.id() {
            None => IdOrigin::Digest,
            Some(_) if self.claims.id_is_signed() => IdOrigin::Signed,
            Some(_) => IdOrigin::Unsigned,
        }
    }

    #[inline]
    pub(super) fn deduplication_id(&self) -> Option<&MessageId> {
        match self.claims.id() {
            Some(id) if self.claims.id_is_signed() => Some(id),
            _ if self.bodies_repeat => None,
            _ => Some(self.digest()),
        }
    }

    /// What a store knows the message by: what it can be deduplicated by, else the sender's own id, though it is unsigned.
    /// `None` where nothing tells two deliveries apart: a claim would lose one of them.
    #[inline]
    pub(super) fn claimable_id(&self) -> Option<&MessageId> {
        self.deduplication_id().or(self.claims.id())
    }

    #[inline]
    pub(super) fn timestamp(&self) -> Option<Timestamp> {
        self.claims.timestamp()
    }

    pub(super) fn event_type(&self) -> Option<&str> {
        self.claims.event_type()
    }

    pub(super) fn key_position(&self) -> usize {
        usize::from(self.key_position)
    }

    pub(super) fn copy_body_below(&mut self, bytes: usize) {
        if self.body.len() < bytes {
            self.body = Bytes::copy_from_slice(&self.body);
        }
    }

    #[inline]
    pub(super) fn body(&self) -> &Bytes {
        &self.body
    }

    /// `sha256-` and the digest of the signed timestamp, if there is one, and of the body.
    ///
    /// The timestamp keeps apart two events with equal bodies; a retry with a new timestamp is then another message, which
    /// is handled again and not lost.
    fn digest(&self) -> &MessageId {
        self.digest.get_or_init(|| {
            let mut hash = Sha256::new();
            if let Some(timestamp) = self.claims.timestamp() {
                hash.update(timestamp.unix_seconds().to_be_bytes());
            }
            hash.update(&self.body);
            let encoded = URL_SAFE_NO_PAD.encode(hash.finalize());
            let id = MessageId::parse(&format!("sha256-{encoded}"));
            Box::new(id.unwrap_or_else(|| unreachable!("a digest is visible ASCII")))
        })
    }
}
