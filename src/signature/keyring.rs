use std::{fmt, sync::Arc};

use http::HeaderMap;
use smallvec::SmallVec;

use super::{
    SignatureScheme, SignedMessage, VerificationKey,
    hmac_sha256::{self, HmacSha256Hasher, HmacSha256Key},
    signed_message::feed_prefix,
    verification_key::Kind,
};
use crate::{headers::SignatureHeaders, rejection::RejectionKind};

/// Secrets beyond this number move the hash states to the heap.
const INLINE_SECRETS: usize = 3;

/// Most entries of one request that are given to schemes which need the whole body for each: as many as Svix
/// signs with. A longer list would let a stranger have one body hashed many times.
const MAX_SCHEME_ENTRIES: usize = 11;

/// The keys that may have signed a delivery: one, or several while one is rotated.
pub(crate) struct Keyring {
    hmac_sha256: Vec<HmacSha256Key>,
    schemes: Vec<Arc<dyn SignatureScheme>>,
}

impl Keyring {
    pub(crate) fn new(keys: Vec<VerificationKey>) -> Self {
        let mut keyring = Self {
            hmac_sha256: Vec::new(),
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
    pub(crate) fn hasher(&self, signed: &SignatureHeaders) -> KeyringHasher {
        let mut hasher = self.empty_hasher();
        feed_prefix(&signed.id, signed.timestamp, |part| hasher.update(part));
        hasher
    }

    /// Compares every entry of the list with every key, whether or not one has matched.
    pub(crate) fn check(
        &self,
        hasher: KeyringHasher,
        headers: &HeaderMap,
        signed: &SignatureHeaders,
        body: &[u8],
    ) -> Result<(), RejectionKind> {
        let message = SignedMessage::new(&signed.id, signed.timestamp, body);
        if self.any_matches(hasher, signed.family.signatures(headers), &message) {
            Ok(())
        } else {
            Err(RejectionKind::SignatureMismatch)
        }
    }

    /// Whether one entry of a signature header was made over a text that comes as a whole.
    #[cfg(feature = "testing")]
    pub(crate) fn matches_text(&self, entry: &[u8], text: &[u8]) -> bool {
        let mut hasher = self.empty_hasher();
        hasher.update(text);
        self.any_matches(hasher, std::iter::once(entry), &SignedMessage::whole(text))
    }

    fn empty_hasher(&self) -> KeyringHasher {
        KeyringHasher(self.hmac_sha256.iter().map(HmacSha256Key::hasher).collect())
    }

    fn any_matches<'e>(
        &self,
        hasher: KeyringHasher,
        entries: impl Iterator<Item = &'e [u8]>,
        message: &SignedMessage<'_>,
    ) -> bool {
        let tags = hasher.finish();
        let mut scheme_entries = 0;
        let mut matched = false;
        for entry in entries {
            if let Some(candidate) = hmac_sha256::candidate(entry) {
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

    fn finish(self) -> SmallVec<[hmac_sha256::HmacSha256Tag; INLINE_SECRETS]> {
        self.0.into_iter().map(HmacSha256Hasher::finish).collect()
    }
}

/// What stands behind the comma of an entry of this version.
fn of_version<'e>(entry: &'e [u8], version: &str) -> Option<&'e [u8]> {
    entry.strip_prefix(version.as_bytes())?.strip_prefix(b",")
}
