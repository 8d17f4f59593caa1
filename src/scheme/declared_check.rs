use arrayvec::ArrayVec;
use bytes::Bytes;
use smallvec::SmallVec;

use super::{
    Algorithm, Claims,
    declared::{Declared, SignedTexts},
    time_format,
};
use crate::{
    crypto::{Decoded, KeyringHasher},
    error::rejection::RejectionKind,
    message::MessageId,
};

/// Signatures beyond this number move to the heap: a sender that rotates its secret signs with two.
const INLINE_CANDIDATES: usize = 2;

/// The signatures that a head offers, each with its algorithm.
pub(super) type Candidates = SmallVec<[(Algorithm, Decoded); INLINE_CANDIDATES]>;

/// A signature that is being checked: the signed text is hashed as it arrives.
///
/// It owns what it needs of the head, so that it can wait inside a future beside the request's parts.
pub(super) struct DeclaredCheck {
    pub(super) hasher: KeyringHasher,
    pub(super) candidates: Candidates,
    /// Kept for schemes that sign it behind the body.
    pub(super) timestamp_text: ArrayVec<u8, { time_format::MAX_LEN }>,
}

impl DeclaredCheck {
    #[inline]
    pub(super) fn new() -> Self {
        Self {
            hasher: KeyringHasher::new(),
            candidates: Candidates::new(),
            timestamp_text: ArrayVec::new_const(),
        }
    }

    #[inline]
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
    }

    /// Decides: the position of the key that signed. `body` is what was hashed, part by part.
    #[inline]
    pub(super) fn finish(
        &mut self,
        scheme: &Declared,
        claims: &mut Claims,
        body: &Bytes,
    ) -> Result<u16, RejectionKind> {
        if !scheme.after_body.is_empty() {
            let id = claims.id().map(MessageId::as_str).unwrap_or_default();
            let texts = SignedTexts {
                id: id.as_bytes(),
                timestamp: &self.timestamp_text,
            };
            scheme.feed(&scheme.after_body, texts, |part| self.hasher.update(part));
        }
        let mut genuine = self.hasher.finish();
        for (algorithm, candidate) in &self.candidates {
            if *algorithm == scheme.algorithm {
                genuine.compare(candidate.as_bytes());
            }
        }
        let key_position = genuine.position().ok_or(RejectionKind::SignatureMismatch)?;
        scheme.members.add_to(claims, body)?;
        Ok(key_position)
    }
}
