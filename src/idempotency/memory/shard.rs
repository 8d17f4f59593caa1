use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::occupancy::TenantId;
use crate::idempotency::{BodyDigest, Claim, OwnerToken, Settlement};

/// Stands for a key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
///
/// Both are trees: a hash table that grows moves all its entries at once, and the claim that makes it grow would wait.
#[derive(Default)]
pub(super) struct Shard {
    entries: BTreeMap<Fingerprint, Entry>,
    expiries: BTreeSet<(u64, Fingerprint)>,
}

/// Arranged to take 40 bytes: a `u128` would be aligned to 16.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    owner: [u8; 16],
    digest: u64,
    expires_at: u64,
    tenant: TenantId,
    is_done: bool,
}

impl Entry {
    pub(super) fn new(owner: OwnerToken, digest: BodyDigest, tenant: TenantId) -> Self {
        Self {
            owner: owner.as_u128().to_ne_bytes(),
            digest: half(digest),
            expires_at: 0,
            tenant,
            is_done: false,
        }
    }

    pub(super) fn done(self) -> Self {
        Self {
            is_done: true,
            ..self
        }
    }

    fn is_owned_by(&self, owner: OwnerToken) -> bool {
        self.owner == owner.as_u128().to_ne_bytes()
    }
}

/// Half a digest tells two bodies of one message apart well enough, in half the memory.
#[expect(clippy::cast_possible_truncation, reason = "half of it is meant")]
fn half(digest: BodyDigest) -> u64 {
    digest.as_u128() as u64
}

impl Shard {
    /// Removes up to `limit` entries that have expired, and passes the tenant of each to `removed`.
    pub(super) fn remove_expired(
        &mut self,
        now: u64,
        limit: usize,
        mut removed: impl FnMut(TenantId),
    ) {
        for _ in 0..limit {
            match self.expiries.first() {
                Some(&(expires_at, fingerprint)) if expires_at <= now => {
                    self.remove(fingerprint).map(&mut removed);
                }
                _ => break,
            }
        }
    }

    /// When the first entry expires.
    pub(super) fn earliest_expiry(&self) -> u64 {
        self.expiries.first().map_or(u64::MAX, |first| first.0)
    }

    /// The outcome of a claim, or `None` if the key is absent.
    pub(super) fn claim(
        &mut self,
        fingerprint: Fingerprint,
        owner: OwnerToken,
        digest: BodyDigest,
        now: u64,
        expires_at: u64,
    ) -> Option<Claim> {
        let entry = self.live(fingerprint, now)?;
        Some(if !entry.is_done && entry.is_owned_by(owner) {
            self.put(fingerprint, entry, expires_at);
            Claim::Fresh
        } else if entry.digest != half(digest) {
            Claim::OtherBody
        } else if entry.is_done {
            Claim::Done
        } else {
            Claim::InProgress {
                remaining: Duration::from_millis(entry.expires_at.saturating_sub(now)),
            }
        })
    }

    pub(super) fn renew(
        &mut self,
        fingerprint: Fingerprint,
        owner: OwnerToken,
        now: u64,
        expires_at: u64,
    ) -> Settlement {
        match self.live(fingerprint, now) {
            Some(entry) if !entry.is_done && entry.is_owned_by(owner) => {
                self.put(fingerprint, entry, expires_at);
                Settlement::Settled
            }
            _ => Settlement::NotOwner,
        }
    }

    /// The outcome of a completion, or `None` if the key is absent.
    pub(super) fn complete(
        &mut self,
        fingerprint: Fingerprint,
        owner: OwnerToken,
        now: u64,
        expires_at: u64,
    ) -> Option<Settlement> {
        let entry = self.live(fingerprint, now)?;
        if !entry.is_owned_by(owner) {
            return Some(Settlement::NotOwner);
        }
        if !entry.is_done {
            self.put(fingerprint, entry.done(), expires_at);
        }
        Some(Settlement::Settled)
    }

    /// The tenant of the entry that was removed, if it was the owner's.
    pub(super) fn release(
        &mut self,
        fingerprint: Fingerprint,
        owner: OwnerToken,
        now: u64,
    ) -> Option<TenantId> {
        let entry = self.live(fingerprint, now)?;
        if entry.is_done || !entry.is_owned_by(owner) {
            return None;
        }
        self.remove(fingerprint)
    }

    /// Adds an entry or replaces it.
    pub(super) fn put(&mut self, fingerprint: Fingerprint, entry: Entry, expires_at: u64) {
        self.remove(fingerprint);
        let entry = Entry {
            expires_at,
            ..entry
        };
        self.entries.insert(fingerprint, entry);
        self.expiries.insert((expires_at, fingerprint));
    }

    /// Removes an entry. Returns its tenant.
    pub(super) fn remove(&mut self, fingerprint: Fingerprint) -> Option<TenantId> {
        let entry = self.entries.remove(&fingerprint)?;
        self.expiries.remove(&(entry.expires_at, fingerprint));
        Some(entry.tenant)
    }

    /// An entry that has not expired.
    fn live(&self, fingerprint: Fingerprint, now: u64) -> Option<Entry> {
        let entry = self.entries.get(&fingerprint)?;
        (entry.expires_at > now).then_some(*entry)
    }
}
