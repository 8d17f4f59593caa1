//! `v1`: HMAC-SHA256 (Standard Webhooks 1.0.0, "Symmetric").

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::SigningSecret;

/// Bytes of a tag.
const TAG_LEN: usize = 32;
/// Characters of a tag in padded base64.
const ENCODED_TAG_LEN: usize = 44;

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
pub(crate) struct HmacSha256Hasher {
    state: Hmac<Sha256>,
}

impl HmacSha256Hasher {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.state.update(bytes);
    }

    pub(crate) fn finish(self) -> HmacSha256Tag {
        HmacSha256Tag(self.state.finalize().into_bytes().into())
    }
}

impl fmt::Debug for HmacSha256Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HmacSha256Hasher([redacted])")
    }
}

/// What a genuine signature would say. A secret, since whoever knows it can forge.
pub(crate) struct HmacSha256Tag([u8; TAG_LEN]);

impl HmacSha256Tag {
    pub(crate) fn matches(&self, candidate: &[u8; TAG_LEN]) -> bool {
        self.0.ct_eq(candidate).into()
    }

    #[cfg(feature = "testing")]
    pub(crate) fn to_header(&self) -> String {
        format!("v1,{}", STANDARD.encode(self.0))
    }
}

/// The tag in an entry of the list, if it is a `v1` entry of exactly 32 bytes in canonical base64.
pub(super) fn candidate(entry: &[u8]) -> Option<[u8; TAG_LEN]> {
    let encoded = entry.strip_prefix(b"v1,")?;
    if encoded.len() != ENCODED_TAG_LEN {
        return None;
    }
    let mut tag = [0; TAG_LEN];
    let len = STANDARD.decode_slice(encoded, &mut tag).ok()?;
    (len == TAG_LEN).then_some(tag)
}
