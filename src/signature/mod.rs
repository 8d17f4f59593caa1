//! Signatures: one file for each kind of key.

mod hmac_sha256;
mod signing_secret;

pub(crate) use hmac_sha256::{HmacSha256Hasher, HmacSha256Key};
pub use signing_secret::SigningSecret;

use http::HeaderMap;
use smallvec::SmallVec;

use crate::{headers::SignatureHeaders, rejection::RejectionKind};

/// Secrets beyond this number move the hash states to the heap.
const INLINE_SECRETS: usize = 3;

/// The keys that may have signed a delivery: one, or several while one is rotated.
#[derive(Debug)]
pub(crate) struct Keyring {
    hmac_sha256: Vec<HmacSha256Key>,
}

impl Keyring {
    pub(crate) fn new(secrets: &[SigningSecret]) -> Self {
        Self {
            hmac_sha256: secrets.iter().map(HmacSha256Key::new).collect(),
        }
    }

    /// Starts to hash `id.timestamp.` with every key.
    pub(crate) fn hasher(&self, signed: &SignatureHeaders) -> KeyringHasher {
        let mut hasher = KeyringHasher {
            hmac_sha256: self.hmac_sha256.iter().map(HmacSha256Key::hasher).collect(),
        };
        hasher.update(signed.id.as_str().as_bytes());
        hasher.update(b".");
        // The number's digits are the header's own text: it has no sign and no leading zero.
        hasher.update(
            itoa::Buffer::new()
                .format(signed.timestamp.unix_seconds())
                .as_bytes(),
        );
        hasher.update(b".");
        hasher
    }
}

/// A signed text that is being hashed, with every key at once, as it arrives.
#[derive(Debug)]
pub(crate) struct KeyringHasher {
    hmac_sha256: SmallVec<[HmacSha256Hasher; INLINE_SECRETS]>,
}

impl KeyringHasher {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        for hasher in &mut self.hmac_sha256 {
            hasher.update(bytes);
        }
    }

    /// Compares every key's result with every entry of the list, whether or not one has matched.
    pub(crate) fn check(
        self,
        headers: &HeaderMap,
        signed: &SignatureHeaders,
    ) -> Result<(), RejectionKind> {
        let mut matched = false;
        let tags: SmallVec<[_; INLINE_SECRETS]> = self
            .hmac_sha256
            .into_iter()
            .map(HmacSha256Hasher::finish)
            .collect();
        for entry in signed.family.signatures(headers) {
            if let Some(candidate) = hmac_sha256::candidate(entry) {
                for tag in &tags {
                    matched |= tag.matches(&candidate);
                }
            }
        }
        if matched {
            Ok(())
        } else {
            Err(RejectionKind::SignatureMismatch)
        }
    }
}
