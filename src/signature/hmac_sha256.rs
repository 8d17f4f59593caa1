//! `v1`: HMAC-SHA256 (Standard Webhooks 1.0.0, "Symmetric").

use std::{fmt, mem::ManuallyDrop};

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{
    Hmac, KeyInit, Mac,
    digest::{CtOutput, Output},
};
use sha2::Sha256;
use zeroize::ZeroizeOnDrop;

use super::SigningSecret;

/// Characters of a tag in padded base64.
const ENCODED_TAG_LEN: usize = 44;

/// Whoever knows a state of the hash, of which an `Hmac` is made, or a tag can forge. Both are zeroed when dropped, or this
/// does not compile.
const _: () = {
    const fn zeroed_on_drop<T: ZeroizeOnDrop>() {}
    zeroed_on_drop::<Sha256>();
    zeroed_on_drop::<CtOutput<Hmac<Sha256>>>();
};

/// A secret with the key already mixed into the hash state: 80 to 97 ns a delivery saved.
pub(crate) struct HmacSha256Key {
    keyed: Hmac<Sha256>,
}

impl HmacSha256Key {
    pub(crate) fn new(secret: &SigningSecret) -> Self {
        // HMAC takes a key of any length: one that is longer than a block is hashed first.
        let keyed = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
            .unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"));
        Self { keyed }
    }

    #[inline]
    pub(crate) fn hasher(&self) -> HmacSha256Hasher {
        HmacSha256Hasher {
            state: self.keyed.clone(),
        }
    }
}

impl fmt::Debug for HmacSha256Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HmacSha256Key([redacted])")
    }
}

/// A text that is being authenticated.
#[derive(Clone)]
pub(crate) struct HmacSha256Hasher {
    state: Hmac<Sha256>,
}

impl HmacSha256Hasher {
    #[inline]
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.state.update(bytes);
    }

    #[inline]
    pub(crate) fn finish(self) -> HmacSha256Tag {
        HmacSha256Tag(self.state.finalize())
    }
}

impl fmt::Debug for HmacSha256Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HmacSha256Hasher([redacted])")
    }
}

/// What a genuine signature would say. A secret, since whoever knows it can forge: it is compared in constant time.
pub(crate) struct HmacSha256Tag(CtOutput<Hmac<Sha256>>);

impl HmacSha256Tag {
    #[inline]
    pub(super) fn matches(&self, candidate: &HmacSha256Candidate) -> bool {
        self.0 == *candidate.0
    }

    #[cfg(any(feature = "testing", feature = "forward"))]
    pub(crate) fn to_header(&self) -> String {
        format!("v1,{}", STANDARD.encode(self.0.as_bytes()))
    }
}

/// What a signature of a request says. Whoever sent it knows it: zeroing it would be for nothing.
pub(super) struct HmacSha256Candidate(ManuallyDrop<CtOutput<Hmac<Sha256>>>);

impl HmacSha256Candidate {
    /// The tag in an entry of the list, if it is a `v1` entry of exactly 32 bytes in canonical base64.
    #[inline]
    pub(super) fn parse(entry: &[u8]) -> Option<Self> {
        let encoded = entry.strip_prefix(b"v1,")?;
        if encoded.len() != ENCODED_TAG_LEN {
            return None;
        }
        let mut tag = Output::<Hmac<Sha256>>::default();
        let len = STANDARD.decode_slice(encoded, &mut tag).ok()?;
        (len == tag.len()).then(|| Self(ManuallyDrop::new(tag.into())))
    }
}
