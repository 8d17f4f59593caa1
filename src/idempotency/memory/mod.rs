//! A store in this process's memory.

mod shard;

use std::{
    fmt,
    future::{Ready, ready},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use sha2::{Digest, Sha256};

use super::{
    BodyDigest, Claim, IdempotencyKey, IdempotencyStore, OwnerToken, Settlement, StoreError,
    StoreErrorKind,
};
use crate::{
    error::config_error::{ConfigError, ConfigErrorKind},
    message::clock::Clock,
};
use shard::{Fingerprint, Shard};

/// Locks that claims are spread over.
const SHARDS: usize = 16;

/// Remembers messages in this process's memory, up to a number of them.
///
/// Clones share the memory. What is remembered is gone with the process, and other processes do not see it: where several
/// receive for one endpoint, use a store that they share.
///
/// A message takes at most 150 bytes, whatever its id (measured: 1,000,000 distinct messages peak at 123 MiB). When the store
/// is full, a claim fails with [`StoreErrorKind::Full`]; what is in progress or done is never forgotten to make room. What
/// has expired is removed on the way, without looking at the rest.
#[derive(Clone)]
pub struct MemoryStore {
    shared: Arc<Shared>,
}

struct Shared {
    shards: [Mutex<Shard>; SHARDS],
    capacity: usize,
    len: AtomicUsize,
    clock: Box<dyn Clock>,
}

impl MemoryStore {
    /// A store for at most `capacity` messages at a time. With the default retention it has to hold the deliveries of 72
    /// hours.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::ZeroCapacity`].
    pub fn new(capacity: usize) -> Result<Self, ConfigError> {
        // Monotonic: a wall clock that is set back would keep leases alive.
        let started = Instant::now();
        Self::with_clock(capacity, move || started.elapsed())
    }

    /// A store whose leases and retentions run by `clock`, for tests.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::ZeroCapacity`].
    pub fn with_clock(capacity: usize, clock: impl Clock) -> Result<Self, ConfigError> {
        if capacity == 0 {
            return Err(ConfigError::new(ConfigErrorKind::ZeroCapacity));
        }
        Ok(Self {
            shared: Arc::new(Shared {
                shards: std::array::from_fn(|_| Mutex::default()),
                capacity,
                len: AtomicUsize::new(0),
                clock: Box::new(clock),
            }),
        })
    }

    /// How many messages are remembered, expired ones among them that were not removed yet.
    pub fn len(&self) -> usize {
        self.shared.len.load(Ordering::Relaxed)
    }

    /// Whether no message is remembered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn now(&self) -> u64 {
        millis(self.shared.clock.unix_time())
    }

    fn shard(&self, fingerprint: Fingerprint) -> MutexGuard<'_, Shard> {
        let index = usize::from(fingerprint.first_byte()) % SHARDS;
        lock(&self.shared.shards[index])
    }

    fn claim_now(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        let fingerprint = fingerprint(key);
        let now = self.now();
        let expires_at = now.saturating_add(millis(lease));
        let mut shard = self.shard(fingerprint);
        self.forget(shard.remove_expired(now));
        if let Some(claim) = shard.claim(fingerprint, owner, digest, now, expires_at) {
            return Ok(claim);
        }
        if !self.reserve() {
            return Err(StoreError::new(StoreErrorKind::Full));
        }
        shard.put(fingerprint, owner, digest, false, expires_at);
        Ok(Claim::Fresh)
    }

    fn settle(
        &self,
        key: &IdempotencyKey,
        change: impl FnOnce(&mut Shard, Fingerprint, u64) -> Settlement,
    ) -> Settlement {
        let fingerprint = fingerprint(key);
        let now = self.now();
        let mut shard = self.shard(fingerprint);
        self.forget(shard.remove_expired(now));
        change(&mut shard, fingerprint, now)
    }

    /// Takes a place, if there is one.
    fn reserve(&self) -> bool {
        let capacity = self.shared.capacity;
        self.shared
            .len
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |len| {
                (len < capacity).then_some(len + 1)
            })
            .is_ok()
    }

    fn forget(&self, removed: usize) {
        self.shared.len.fetch_sub(removed, Ordering::Relaxed);
    }
}

impl IdempotencyStore for MemoryStore {
    type Claiming = Ready<Result<Claim, StoreError>>;
    type Settling = Ready<Result<Settlement, StoreError>>;

    fn claim(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        lease: Duration,
    ) -> Self::Claiming {
        ready(self.claim_now(key, owner, digest, lease))
    }

    fn renew(&self, key: &IdempotencyKey, owner: OwnerToken, lease: Duration) -> Self::Settling {
        let settlement = self.settle(key, |shard, fingerprint, now| {
            let Some(digest) = shard.owned(fingerprint, owner) else {
                return Settlement::NotOwner;
            };
            let expires_at = now.saturating_add(millis(lease));
            shard.put(fingerprint, owner, digest, false, expires_at);
            Settlement::Settled
        });
        ready(Ok(settlement))
    }

    fn complete(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        retention: Duration,
    ) -> Self::Settling {
        let settlement = self.settle(key, |shard, fingerprint, now| {
            if shard.is_absent(fingerprint) {
                if !self.reserve() {
                    return Settlement::NotOwner;
                }
            } else if shard.owned(fingerprint, owner).is_none() {
                return shard.completed_again(fingerprint, owner);
            }
            let expires_at = now.saturating_add(millis(retention));
            shard.put(fingerprint, owner, digest, true, expires_at);
            Settlement::Settled
        });
        ready(Ok(settlement))
    }

    fn release(&self, key: &IdempotencyKey, owner: OwnerToken) -> Self::Settling {
        let settlement = self.settle(key, |shard, fingerprint, _| {
            if shard.owned(fingerprint, owner).is_none() {
                return Settlement::NotOwner;
            }
            shard.remove(fingerprint);
            self.forget(1);
            Settlement::Settled
        });
        ready(Ok(settlement))
    }

    fn abandon(&self, key: &IdempotencyKey, owner: OwnerToken) {
        drop(self.release(key, owner));
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore")
            .field("capacity", &self.shared.capacity)
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

/// A shard is never left half changed, so a panic elsewhere while it was locked means nothing.
fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Half of a SHA-256: 16 bytes instead of scope, tenant and up to 256 of the id, and no two messages share one.
fn fingerprint(key: &IdempotencyKey) -> Fingerprint {
    let digest = Sha256::new()
        .chain_update(key.scope().len().to_le_bytes())
        .chain_update(key.scope())
        .chain_update(key.tenant().len().to_le_bytes())
        .chain_update(key.tenant())
        .chain_update(key.message_id().as_str())
        .finalize();
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    Fingerprint::new(half)
}
