use std::{fmt, sync::Arc};

use smallvec::SmallVec;

use super::{
    SignatureScheme, SignedMessage, VerificationKey,
    hmac_sha256::{HmacSha256Candidate, HmacSha256Hasher, HmacSha256Key, HmacSha256Tag},
    signed_message::feed_prefix,
    verification_key::Kind,
};
use crate::{message::message_id::MessageIdText, message::timestamp::Timestamp};

/// Secrets beyond this number move the hash states to the heap.
const INLINE_SECRETS: usize = 3;

/// Most entries of one request that are given to schemes which need the whole body for each: as many as Svix
/// signs with. A longer list would let a stranger have one body hashed many times.
const MAX_SCHEME_ENTRIES: usize = 11;

/// What a genuine signature would say by each secret.
type Tags = SmallVec<[HmacSha256Tag; INLINE_SECRETS]>;

/// The keys that may have signed a delivery: one, or several while one is rotated.
pub(crate) struct Keyring {
    hmac_sha256: Vec<HmacSha256Key>,
    schemes: Vec<Arc<dyn SignatureScheme>>,
}

impl Keyring {
    pub(crate) fn new(keys: Vec<VerificationKey>) -> Self {
        let mut keyring = Self {
            // A vector that grows leaves behind what it held.
            hmac_sha256: Vec::with_capacity(keys.len()),
            schemes: Vec::new(),
        };
        for key in keys {
            match key.0 {
                Kind::HmacSha256(secret) => keyring.hmac_sha256.push(HmacSha256Key::new(&secret)),
                Kind::Scheme(scheme) => keyring.schemes.push(scheme),
            }
        }
        keyring
    }

    /// Starts to hash the signed text with every secret.
    pub(crate) fn hasher(&self, id: MessageIdText<'_>, timestamp: Timestamp) -> KeyringHasher {
        let mut hasher = KeyringHasher(SmallVec::with_capacity(self.hmac_sha256.len()));
        for key in &self.hmac_sha256 {
            hasher.0.push(key.hasher());
        }
        feed_prefix(id, timestamp, |part| hasher.update(part));
        hasher
    }

    /// Whether one of the entries was made over a message that is there as a whole.
    pub(crate) fn verifies<'e>(
        &self,
        message: &SignedMessage<'_>,
        entries: impl Iterator<Item = &'e [u8]>,
    ) -> bool {
        let tag = |key: &HmacSha256Key| {
            let mut hasher = key.hasher();
            message.feed(|part| hasher.update(part));
            hasher.finish()
        };
        let tags: Tags = self.hmac_sha256.iter().map(tag).collect();
        self.any_matches(&tags, message, entries)
    }

    /// Whether one of the entries was made over a message that was hashed as it arrived.
    pub(crate) fn verifies_hashed<'e>(
        &self,
        hasher: &KeyringHasher,
        message: &SignedMessage<'_>,
        entries: impl Iterator<Item = &'e [u8]>,
    ) -> bool {
        self.any_matches(&hasher.tags(), message, entries)
    }

    /// Compares every entry of the list with every key, whether or not one has matched.
    fn any_matches<'e>(
        &self,
        tags: &[HmacSha256Tag],
        message: &SignedMessage<'_>,
        entries: impl Iterator<Item = &'e [u8]>,
    ) -> bool {
        let mut scheme_entries = 0;
        let mut matched = false;
        for entry in entries {
            if let Some(candidate) = HmacSha256Candidate::parse(entry) {
                matched |= tags
                    .iter()
                    .fold(false, |any, tag| any | tag.matches(&candidate));
            } else if scheme_entries < MAX_SCHEME_ENTRIES {
                let mut is_scheme_entry = false;
                for scheme in &self.schemes {
                    if let Some(signature) = of_version(entry, scheme.version()) {
                        is_scheme_entry = true;
                        matched |= scheme.verify(message, signature);
                    }
                }
                scheme_entries += usize::from(is_scheme_entry);
            }
        }
        matched
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring")
            .field("hmac_sha256", &self.hmac_sha256)
            .field("schemes", &self.schemes.len())
            .finish()
    }
}

/// A signed text that is being hashed, with every secret at once, as it arrives.
#[derive(Debug)]
pub(crate) struct KeyringHasher(SmallVec<[HmacSha256Hasher; INLINE_SECRETS]>);

impl KeyringHasher {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        for hasher in &mut self.0 {
            hasher.update(bytes);
        }
    }

    fn tags(&self) -> Tags {
        self.0
            .iter()
            .cloned()
            .map(HmacSha256Hasher::finish)
            .collect()
    }
}

/// What stands behind the comma of an entry of this version.
fn of_version<'e>(entry: &'e [u8], version: &str) -> Option<&'e [u8]> {
    entry.strip_prefix(version.as_bytes())?.strip_prefix(b",")
}
