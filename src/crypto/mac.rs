//! HMAC over SHA-256, SHA-1 and SHA-512.

use hmac::{Hmac, KeyInit, Mac, digest::CtOutput};
#[cfg(feature = "providers")]
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use smallvec::SmallVec;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::ZeroizeOnDrop;

use super::{Algorithm, keyring::is_chosen};

/// A holder of a hash's state, of which an `Hmac` is made, or of a tag can forge. Both are zeroed when dropped, or this
/// does not compile.
const _: () = {
    const fn zeroed_on_drop<T: ZeroizeOnDrop>() {}
    #[cfg(feature = "providers")]
    zeroed_on_drop::<Sha1>();
    zeroed_on_drop::<Sha256>();
    zeroed_on_drop::<Sha512>();
    #[cfg(feature = "providers")]
    zeroed_on_drop::<CtOutput<Hmac<Sha1>>>();
    zeroed_on_drop::<CtOutput<Hmac<Sha256>>>();
    zeroed_on_drop::<CtOutput<Hmac<Sha512>>>();
};

/// Secrets beyond this number move the hash states to the heap.
const INLINE_SECRETS: usize = 3;
const INLINE_SHA512_SECRETS: usize = 1;

/// The keys of one algorithm, each already mixed into a hash state: 80 to 97 ns a delivery saved.
pub(crate) enum MacKeys {
    Sha256(Vec<Keyed<Hmac<Sha256>>>),
    #[cfg(feature = "providers")]
    Sha1(Vec<Keyed<Hmac<Sha1>>>),
    Sha512(Vec<Keyed<Hmac<Sha512>>>),
}

pub(crate) struct Keyed<M> {
    position: u16,
    key_id: Option<Box<str>>,
    state: M,
}

impl MacKeys {
    /// No key yet. Of an algorithm that is no MAC, none will be added.
    pub(super) fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            #[cfg(feature = "providers")]
            Algorithm::HmacSha1 => Self::Sha1(Vec::new()),
            Algorithm::HmacSha512 => Self::Sha512(Vec::new()),
            _ => Self::Sha256(Vec::new()),
        }
    }

    pub(super) fn push(&mut self, key: &[u8], key_id: Option<Box<str>>, position: u16) {
        match self {
            Self::Sha256(keys) => keys.push(Keyed::new(key, key_id, position)),
            #[cfg(feature = "providers")]
            Self::Sha1(keys) => keys.push(Keyed::new(key, key_id, position)),
            Self::Sha512(keys) => keys.push(Keyed::new(key, key_id, position)),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Sha256(keys) => keys.len(),
            #[cfg(feature = "providers")]
            Self::Sha1(keys) => keys.len(),
            Self::Sha512(keys) => keys.len(),
        }
    }

    /// Starts to hash with every key that `key_id` does not exclude.
    #[inline]
    pub(super) fn start(&self, key_id: Option<&[u8]>, running: &mut RunningMacs) {
        match self {
            Self::Sha256(keys) => {
                // It is what a hasher begins as: these states are written where they stay.
                if let RunningMacs::Sha256(running) = running {
                    start(keys, key_id, running);
                }
            }
            #[cfg(feature = "providers")]
            Self::Sha1(keys) => {
                let mut states = SmallVec::new();
                start(keys, key_id, &mut states);
                *running = RunningMacs::Sha1(states);
            }
            Self::Sha512(keys) => {
                let mut states = SmallVec::new();
                start(keys, key_id, &mut states);
                *running = RunningMacs::Sha512(states);
            }
        }
    }
}

impl<M: Mac + KeyInit> Keyed<M> {
    fn new(key: &[u8], key_id: Option<Box<str>>, position: u16) -> Self {
        Self {
            position,
            key_id,
            state: keyed(key),
        }
    }
}

/// HMAC takes a key of any length: one that is longer than a block is hashed first.
fn keyed<M: KeyInit>(key: &[u8]) -> M {
    <M as KeyInit>::new_from_slice(key)
        .unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"))
}

#[inline]
fn start<M: Clone, const N: usize>(
    keys: &[Keyed<M>],
    key_id: Option<&[u8]>,
    running: &mut SmallVec<[Running<M>; N]>,
) where
    [Running<M>; N]: smallvec::Array<Item = Running<M>>,
{
    running.reserve(keys.len());
    for key in keys {
        if is_chosen(key.key_id.as_deref(), key_id) {
            running.push(Running {
                position: key.position,
                mac: key.state.clone(),
            });
        }
    }
}

/// A signed text that is being hashed with one key.
pub(crate) struct Running<M> {
    position: u16,
    mac: M,
}

/// A signed text that is being hashed with every key at once, as it arrives.
pub(crate) enum RunningMacs {
    Sha256(SmallVec<[Running<Hmac<Sha256>>; INLINE_SECRETS]>),
    #[cfg(feature = "providers")]
    Sha1(SmallVec<[Running<Hmac<Sha1>>; INLINE_SECRETS]>),
    // A state twice as large, and hardly anybody's: more of them would make all requests larger.
    Sha512(SmallVec<[Running<Hmac<Sha512>>; INLINE_SHA512_SECRETS]>),
}

impl RunningMacs {
    #[inline]
    pub(super) fn none() -> Self {
        Self::Sha256(SmallVec::new())
    }

    #[inline]
    pub(super) fn update(&mut self, bytes: &[u8]) {
        fn update<M: Mac>(running: &mut [Running<M>], bytes: &[u8]) {
            for one in running {
                one.mac.update(bytes);
            }
        }
        match self {
            Self::Sha256(running) => update(running, bytes),
            #[cfg(feature = "providers")]
            Self::Sha1(running) => update(running, bytes),
            Self::Sha512(running) => update(running, bytes),
        }
    }

    /// The genuine signature by each key. Each state is taken out: a clone would have to be zeroed too.
    #[inline]
    pub(super) fn finish(&mut self) -> Tags {
        fn finish<M: Mac, const N: usize>(
            running: &mut SmallVec<[Running<M>; N]>,
        ) -> SmallVec<[Tag<M>; N]>
        where
            [Running<M>; N]: smallvec::Array<Item = Running<M>>,
            [Tag<M>; N]: smallvec::Array<Item = Tag<M>>,
        {
            let mut tags = SmallVec::new();
            while let Some(one) = running.pop() {
                tags.push(Tag {
                    position: one.position,
                    tag: one.mac.finalize(),
                });
            }
            tags
        }
        match self {
            Self::Sha256(running) => Tags::Sha256(finish(running)),
            #[cfg(feature = "providers")]
            Self::Sha1(running) => Tags::Sha1(finish(running)),
            Self::Sha512(running) => Tags::Sha512(finish(running)),
        }
    }
}

/// A tag that a genuine signature would have. A secret, since a holder of it can forge: it is compared in constant time.
pub(crate) struct Tag<M: Mac> {
    position: u16,
    tag: CtOutput<M>,
}

pub(crate) enum Tags {
    Sha256(SmallVec<[Tag<Hmac<Sha256>>; INLINE_SECRETS]>),
    #[cfg(feature = "providers")]
    Sha1(SmallVec<[Tag<Hmac<Sha1>>; INLINE_SECRETS]>),
    Sha512(SmallVec<[Tag<Hmac<Sha512>>; INLINE_SHA512_SECRETS]>),
}

impl Tags {
    /// Compares a candidate with every tag, whether or not one has matched, and returns the position of the key.
    #[inline]
    pub(super) fn position_of(&self, candidate: &[u8]) -> Option<u16> {
        fn position_of<M: Mac>(tags: &[Tag<M>], candidate: &[u8]) -> Option<u16> {
            let (mut found, mut position) = (Choice::from(0), 0_u16);
            for tag in tags {
                // Of another length it is never equal.
                let matches = tag.tag.as_bytes().as_slice().ct_eq(candidate);
                position.conditional_assign(&tag.position, matches);
                found |= matches;
            }
            bool::from(found).then_some(position)
        }
        match self {
            Self::Sha256(tags) => position_of(tags, candidate),
            #[cfg(feature = "providers")]
            Self::Sha1(tags) => position_of(tags, candidate),
            Self::Sha512(tags) => position_of(tags, candidate),
        }
    }
}

/// The tag of a text given in parts: the sender's side, and challenges that a sender wants a response to.
#[cfg(any(feature = "forward", feature = "providers", feature = "testing"))]
pub(crate) fn tag(
    algorithm: Algorithm,
    key: &[u8],
    parts: &[&[u8]],
) -> zeroize::Zeroizing<Vec<u8>> {
    use zeroize::Zeroizing;

    fn tag<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
        let mut mac: M = keyed(key);
        for part in parts {
            Mac::update(&mut mac, part);
        }
        Zeroizing::new(mac.finalize().as_bytes().to_vec())
    }
    match algorithm {
        #[cfg(feature = "providers")]
        Algorithm::HmacSha1 => tag::<Hmac<Sha1>>(key, parts),
        Algorithm::HmacSha512 => tag::<Hmac<Sha512>>(key, parts),
        _ => tag::<Hmac<Sha256>>(key, parts),
    }
}
