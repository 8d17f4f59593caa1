use std::{fmt, sync::Arc};

use super::{
    Algorithm, Decoded, PublicKey, Verifier,
    mac::{MacKeys, RunningMacs, Tags},
};

/// Most signatures of one request that are verified with public keys, each of which hashes the whole body: as many as
/// Svix signs with. A longer list would let a stranger have one body hashed many times.
const MAX_PUBLIC_KEY_CANDIDATES: usize = 11;

/// Most pairs of a candidate and a public key that are verified for one request.
const MAX_VERIFIERS: usize = 22;

/// The keys that may have signed a delivery: one, or several while one is rotated.
pub(crate) struct Keyring {
    macs: MacKeys,
    public: Vec<NamedPublicKey>,
}

struct NamedPublicKey {
    position: u16,
    key_id: Option<Box<str>>,
    key: Arc<dyn PublicKey>,
}

/// What a key is made of.
pub(crate) enum KeyMaterial<'k> {
    Mac(&'k [u8]),
    Public(Arc<dyn PublicKey>),
}

impl Keyring {
    /// No key yet; secrets that are added are keys of `algorithm`.
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        Self {
            macs: MacKeys::new(algorithm),
            public: Vec::new(),
        }
    }

    /// Adds a key, the `position`-th of the configuration. One with a `key_id` is used only for requests that name it,
    /// or for those of senders that name none.
    pub(crate) fn push(&mut self, key: KeyMaterial<'_>, key_id: Option<&str>, position: usize) {
        let key_id = key_id.map(Box::from);
        let position = u16::try_from(position).unwrap_or(u16::MAX);
        match key {
            KeyMaterial::Mac(key) => self.macs.push(key, key_id, position),
            KeyMaterial::Public(key) => self.public.push(NamedPublicKey {
                position,
                key_id,
                key,
            }),
        }
    }

    /// Whether signatures have to be known before the body is hashed.
    pub(crate) fn has_public_keys(&self) -> bool {
        !self.public.is_empty()
    }

    /// Starts to hash with every secret that `key_id` does not exclude, in a hasher that has not begun.
    #[inline]
    pub(crate) fn start(&self, key_id: Option<&[u8]>, hasher: &mut KeyringHasher) {
        self.macs.start(key_id, &mut hasher.macs);
    }

    /// Starts to verify the signatures of the request with every public key that `key_id` does not exclude.
    pub(crate) fn start_to_verify(
        &self,
        key_id: Option<&[u8]>,
        signatures: &[(Algorithm, Decoded)],
        hasher: &mut KeyringHasher,
    ) {
        let made_with_private_keys = signatures
            .iter()
            .filter(|(algorithm, _)| algorithm.tag_len().is_none());
        for (algorithm, signature) in made_with_private_keys.take(MAX_PUBLIC_KEY_CANDIDATES) {
            let signature = signature.as_bytes();
            self.add_verifiers(&mut hasher.verifiers, key_id, *algorithm, signature);
        }
    }

    fn add_verifiers(
        &self,
        verifiers: &mut Vec<(u16, Box<dyn Verifier>)>,
        key_id: Option<&[u8]>,
        algorithm: Algorithm,
        signature: &[u8],
    ) {
        for key in &self.public {
            let is_candidate = verifiers.len() < MAX_VERIFIERS
                && key.key.algorithm() == algorithm
                && is_chosen(key.key_id.as_deref(), key_id);
            if !is_candidate {
                continue;
            }
            if let Some(verifier) = key.key.verifier(signature) {
                verifiers.push((key.position, verifier));
            }
        }
    }
}

/// Whether a key is to be tried for a request that names the key `wanted`, or none.
pub(super) fn is_chosen(key_id: Option<&str>, wanted: Option<&[u8]>) -> bool {
    match (key_id, wanted) {
        (Some(key_id), Some(wanted)) => key_id.as_bytes() == wanted,
        _ => true,
    }
}

/// Shows how many there are, never what.
impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring")
            .field("secrets", &self.macs.len())
            .field("public_keys", &self.public.len())
            .finish()
    }
}

/// A signed text that is being hashed, with every key at once, as it arrives.
pub(crate) struct KeyringHasher {
    macs: RunningMacs,
    verifiers: Vec<(u16, Box<dyn Verifier>)>,
}

impl KeyringHasher {
    /// A hasher that has not begun: it is large, and is filled where it stays.
    #[inline]
    pub(crate) fn new() -> Self {
        Self {
            macs: RunningMacs::none(),
            verifiers: Vec::new(),
        }
    }

    #[inline]
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.macs.update(bytes);
        for (_, verifier) in &mut self.verifiers {
            verifier.update(bytes);
        }
    }

    /// The text is complete: the genuine signature of it.
    #[inline]
    pub(crate) fn finish(&mut self) -> Genuine {
        let mut position = None;
        for (of_key, verifier) in std::mem::take(&mut self.verifiers) {
            if verifier.finish() {
                position = position.or(Some(of_key));
            }
        }
        Genuine {
            tags: self.macs.finish(),
            position,
        }
    }
}

/// The genuine tags of a text, to which the candidates of a request are compared.
pub(crate) struct Genuine {
    tags: Tags,
    position: Option<u16>,
}

impl Genuine {
    /// Compares a candidate with every tag, whether or not one has matched.
    #[inline]
    pub(crate) fn compare(&mut self, candidate: &[u8]) {
        let position = self.tags.position_of(candidate);
        self.position = self.position.or(position);
    }

    /// The position of the key that signed, if one did.
    #[inline]
    pub(crate) fn position(&self) -> Option<u16> {
        self.position
    }
}

impl fmt::Debug for KeyringHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyringHasher([redacted])")
    }
}
