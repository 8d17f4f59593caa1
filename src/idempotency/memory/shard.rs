use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use crate::idempotency::{Claim, OwnerToken};

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
    state: State,
    expires_at: u64,
}

enum State {
    /// With the number of the owner.
    InProgress(u64),
    Done,
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

    /// What a claim meets, once what has expired is removed.
    pub(super) fn look_up(&self, fingerprint: Fingerprint, now: u64) -> Option<Claim> {
        let entry = self.entries.get(&fingerprint)?;
        Some(match entry.state {
            State::InProgress(_) => Claim::InProgress {
                remaining: Duration::from_millis(entry.expires_at.saturating_sub(now)),
            },
            State::Done => Claim::Done,
        })
    }

    /// Adds a claim for a key that is absent.
    pub(super) fn insert(&mut self, fingerprint: Fingerprint, owner: u64, expires_at: u64) {
        self.put(fingerprint, State::InProgress(owner), expires_at);
    }

    /// Whether the owner's lease still runs.
    pub(super) fn is_owner(&self, fingerprint: Fingerprint, owner: OwnerToken, now: u64) -> bool {
        self.entries.get(&fingerprint).is_some_and(|entry| {
            matches!(entry.state, State::InProgress(of) if u128::from(of) == owner.as_u128())
                && entry.expires_at > now
        })
    }

    pub(super) fn complete(&mut self, fingerprint: Fingerprint, expires_at: u64) {
        self.remove(fingerprint);
        self.put(fingerprint, State::Done, expires_at);
    }

    pub(super) fn remove(&mut self, fingerprint: Fingerprint) {
        if let Some(entry) = self.entries.remove(&fingerprint) {
            self.expiries.remove(&(entry.expires_at, fingerprint));
        }
    }

    fn put(&mut self, fingerprint: Fingerprint, state: State, expires_at: u64) {
        self.entries
            .insert(fingerprint, Entry { state, expires_at });
        self.expiries.insert((expires_at, fingerprint));
    }
}
