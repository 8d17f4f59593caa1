use arrayvec::ArrayString;
use bytes::Bytes;
use http::HeaderMap;

use super::{
    Claims,
    check::Signed,
    declared::{Declared, SignedTexts},
    lines::{Entry, SignatureLines},
    time_format,
};
use crate::{
    crypto::{Decoded, KeyringHasher},
    error::rejection::RejectionKind,
    message::MessageId,
};

/// A signature that is being checked: the signed text is hashed as it arrives.
///
/// It owns what it needs of the head, so that it can wait inside a future beside the request's parts.
#[derive(Debug)]
pub(super) struct DeclaredCheck {
    pub(super) hasher: KeyringHasher,
    pub(super) claims: Claims,
    pub(super) set: usize,
    pub(super) timestamp_text: ArrayString<{ time_format::MAX_LEN }>,
}

impl DeclaredCheck {
    #[inline]
    pub(super) fn new() -> Self {
        Self {
            hasher: KeyringHasher::new(),
            claims: Claims::new(),
            set: 0,
            timestamp_text: ArrayString::new_const(),
        }
    }

    #[inline]
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
    }

    /// Decides. `body` is what was hashed, part by part.
    ///
    /// The headers offer candidates only: id and timestamp were hashed from the head that was checked.
    #[inline]
    pub(super) fn finish(
        &mut self,
        scheme: &Declared,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Result<Signed, RejectionKind> {
        if !scheme.after_body.is_empty() {
            let texts = SignedTexts {
                id: self.claims.id().map(MessageId::as_str).unwrap_or_default(),
                timestamp: &self.timestamp_text,
            };
            scheme.feed(&scheme.after_body, texts, |part| self.hasher.update(part));
        }
        let lines = scheme
            .sets
            .get(self.set)
            .and_then(|set| SignatureLines::find(headers, &set.signatures))
            .ok_or(RejectionKind::SignatureMismatch)?;
        let mut genuine = self.hasher.finish();
        lines.visit(&scheme.grammar, scheme.algorithm, |entry| {
            if let Entry::Signature(algorithm, encoded) = entry {
                if algorithm == scheme.algorithm {
                    if let Some(tag) = scheme.encoding.decode(encoded) {
                        genuine.compare(Decoded::as_bytes(&tag));
                    }
                }
            }
        });
        let key_position = genuine.position().ok_or(RejectionKind::SignatureMismatch)?;
        let claims = std::mem::take(&mut self.claims);
        let claims = scheme.members.add_to(claims, body)?;
        Ok(Signed {
            claims,
            key_position,
        })
    }
}
