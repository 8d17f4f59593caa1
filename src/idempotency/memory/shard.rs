use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use crate::idempotency::{BodyDigest, Claim, OwnerToken, Settlement};

/// Stands for a key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Fingerprint([u8; 16]);

impl Fingerprint {
    pub(super) fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    pub(super) fn first_byte(self) -> u8 {
        self.0[0]
    }
}

/// Some of the keys, and the order in which they expire: one entry in each for every key. Times are milliseconds of the
/// store's clock.
#[derive(Default)]
pub(super) struct Shard {
    entries: HashMap<Fingerprint, Entry>,
    expiries: BTreeSet<(u64, Fingerprint)>,
}

struct Entry {
    owner: OwnerToken,
    digest: BodyDigest,
    is_done: bool,
    expires_at: u64,
}

impl Shard {
    /// Removes what has expired, and looks at nothing else. Returns how many.
    pub(super) fn remove_expired(&mut self, now: u64) -> usize {
        let mut removed = 0;
        while let Some(&(expires_at, fingerprint)) = self.expiries.first() {
            if expires_at > now {
                break;
            }
            self.expiries.pop_first();
            self.entries.remove(&fingerprint);
            removed += 1;
        }
        removed
    }

    /// What a claim meets, or `None` if the key is absent.
    pub(super) fn claim(
        &mut self,
        fingerprint: Fingerprint,
        owner: OwnerToken,
        digest: BodyDigest,
        now: u64,
        expires_at: u64,
    ) -> Option<Claim> {
        let entry = self.entries.get(&fingerprint)?;
        if !entry.is_done && entry.owner == owner {
            self.put(fingerprint, owner, entry.digest, false, expires_at);
            return Some(Claim::Fresh);
        }
        Some(if entry.digest != digest {
            Claim::OtherBody
        } else if entry.is_done {
            Claim::Done
        } else {
            Claim::InProgress {
                remaining: Duration::from_millis(entry.expires_at.saturating_sub(now)),
            }
        })
    }

    /// Whether a completion changes the key (`Ok(true)` for one that is absent), or has to leave it as it is.
    pub(super) fn owned(&self, fingerprint: Fingerprint, owner: OwnerToken) -> Option<BodyDigest> {
        let entry = self.entries.get(&fingerprint)?;
        (!entry.is_done && entry.owner == owner).then_some(entry.digest)
    }

    pub(super) fn is_absent(&self, fingerprint: Fingerprint) -> bool {
        !self.entries.contains_key(&fingerprint)
    }

    /// Of a key that is done, or another's.
    pub(super) fn completed_again(
        &self,
        fingerprint: Fingerprint,
        owner: OwnerToken,
    ) -> Settlement {
        match self.entries.get(&fingerprint) {
            Some(entry) if entry.is_done && entry.owner == owner => Settlement::Settled,
            _ => Settlement::NotOwner,
        }
    }

    pub(super) fn remove(&mut self, fingerprint: Fingerprint) {
        if let Some(entry) = self.entries.remove(&fingerprint) {
            self.expiries.remove(&(entry.expires_at, fingerprint));
        }
    }

    pub(super) fn put(
        &mut self,
        fingerprint: Fingerprint,
        owner: OwnerToken,
        digest: BodyDigest,
        is_done: bool,
        expires_at: u64,
    ) {
        self.remove(fingerprint);
        let entry = Entry {
            owner,
            digest,
            is_done,
            expires_at,
        };
        self.entries.insert(fingerprint, entry);
        self.expiries.insert((expires_at, fingerprint));
    }
}
