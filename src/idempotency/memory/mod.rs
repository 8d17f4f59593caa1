//! A store in this process's memory.

mod claim;
mod occupancy;
mod shard;

pub use claim::MemoryClaim;

use std::{
    fmt,
    future::{Ready, ready},
    sync::Arc,
    time::{Duration, Instant},
};

use sha2::{Digest, Sha256};

use super::{
    BodyDigest, Claim, IdempotencyKey, IdempotencyStore, OwnerToken, Settlement, StoreError,
    StoreErrorKind,
};
use crate::{
    error::config_error::{ConfigError, ConfigErrorKind},
    message::{
        clock::Clock,
        concurrency::sync::{
            Mutex, MutexGuard, PoisonError,
            atomic::{AtomicBool, AtomicU64, Ordering},
        },
    },
    telemetry,
};
use occupancy::{Occupancy, TenantId};
use shard::{Entry, Fingerprint, Shard};

/// Locks that claims are spread over.
const SHARDS: usize = 16;
/// Most entries that one look at a shard removes, so that no call waits for many that expire at once. More than one, so
/// that they are removed faster than others arrive.
const REMOVED_AT_ONCE: usize = 8;
/// How often a claim that finds no room looks for entries that have expired.
const LOOKS_FOR_ROOM: usize = 4;

/// Remembers messages in this process's memory, up to a number of them.
///
/// Clones share the memory. What is remembered is lost with the process, and other processes do not see it: where several
/// processes serve one endpoint, use a store that they share.
///
/// A message takes at most 150 bytes, whatever its id (measured: `tests/it/idempotency/memory.rs`). When the store is full, a
/// claim fails with [`StoreErrorKind::Full`]; keys in progress or done are never evicted to make room. Expired keys are
/// removed a few at a time, so no call waits long for the rest.
///
/// No tenant that [has a name](crate::receiver::SecretsBuilder::tenant) can fill the store: its claims fail with
/// [`StoreErrorKind::Full`] once it holds as many places as are free, which is half of the capacity if it is alone, and half
/// of what the others leave. Messages without a tenant can take all of the capacity.
///
/// With the features `metrics` and `tracing`, gauges show how full the store is, and a warning is logged when it reaches 80 %
/// of its capacity.
#[derive(Clone)]
pub struct MemoryStore {
    shared: Arc<Shared>,
}

struct Shared {
    shards: [Mutex<Shard>; SHARDS],
    /// When the first entry of each shard expires, so that a full store finds those that have expired without a look at each.
    earliest_expiries: [AtomicU64; SHARDS],
    /// Locked after a shard, if both are.
    occupancy: Mutex<Occupancy>,
    capacity: usize,
    is_nearly_full: AtomicBool,
    clock: Box<dyn Clock>,
}

impl MemoryStore {
    /// A store for at most `capacity` messages at a time. With the default retention it has to hold the deliveries of 72
    /// hours.
    ///
    /// A message that is completed after its lease has run out is remembered even if the store has become full.
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
                earliest_expiries: std::array::from_fn(|_| AtomicU64::new(u64::MAX)),
                occupancy: Mutex::new(Occupancy::new(capacity)),
                capacity,
                is_nearly_full: AtomicBool::new(false),
                clock: Box::new(clock),
            }),
        })
    }

    /// How many messages are remembered, including those that have expired and are not removed yet.
    pub fn len(&self) -> usize {
        lock(&self.shared.occupancy).len()
    }

    /// Whether no message is remembered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many messages can be remembered at a time.
    pub fn capacity(&self) -> usize {
        self.shared.capacity
    }

    fn claim_now(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        let fingerprint = fingerprint(key);
        let mut looks = 0;
        loop {
            let claim = self.change(fingerprint, |shard, now| {
                let expires_at = now.saturating_add(millis(lease));
                let known = shard.claim(fingerprint, owner, digest, now, expires_at);
                known.or_else(|| {
                    self.forget(shard.remove(fingerprint));
                    let tenant = self.reserve(|occupancy| occupancy.take(key.tenant()))?;
                    shard.put(fingerprint, Entry::new(owner, digest, tenant), expires_at);
                    Some(Claim::Fresh)
                })
            });
            match claim {
                Some(claim) => {
                    // A shard that is seldom used would keep what has expired, and the store look fuller than it is.
                    self.make_room();
                    return Ok(claim);
                }
                // If there is nothing to remove, another claim may have removed it and left room.
                None if looks < LOOKS_FOR_ROOM && (self.make_room() || self.has_room()) => {
                    looks += 1;
                }
                None => return Err(StoreError::new(StoreErrorKind::Full)),
            }
        }
    }

    fn complete_now(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        retention: Duration,
    ) -> Settlement {
        let fingerprint = fingerprint(key);
        self.change(fingerprint, |shard, now| {
            let expires_at = now.saturating_add(millis(retention));
            let known = shard.complete(fingerprint, owner, now, expires_at);
            known.unwrap_or_else(|| {
                self.forget(shard.remove(fingerprint));
                // It was handled, and is remembered as that at any cost. Only handlers that run at this time can do it.
                let beyond = |occupancy: &mut Occupancy| Some(occupancy.take_beyond(key.tenant()));
                if let Some(tenant) = self.reserve(beyond) {
                    let entry = Entry::new(owner, digest, tenant).done();
                    shard.put(fingerprint, entry, expires_at);
                }
                Settlement::Settled
            })
        })
    }

    /// Changes a shard, and removes a few entries that have expired.
    fn change<T>(&self, fingerprint: Fingerprint, change: impl FnOnce(&mut Shard, u64) -> T) -> T {
        let index = usize::from(fingerprint.first_byte()) % SHARDS;
        self.change_shard(index, change)
    }

    fn change_shard<T>(&self, index: usize, change: impl FnOnce(&mut Shard, u64) -> T) -> T {
        let mut shard = lock(&self.shared.shards[index]);
        // Read under the lock: who waited for it must not judge by an older time what another has put there meanwhile.
        let now = millis(self.shared.clock.unix_time());
        shard.remove_expired(now, REMOVED_AT_ONCE, |tenant| self.forget(Some(tenant)));
        let outcome = change(&mut shard, now);
        self.shared.earliest_expiries[index].store(shard.earliest_expiry(), Ordering::Relaxed);
        outcome
    }

    /// Removes a few entries that have expired in any shard. Returns whether there were any.
    fn make_room(&self) -> bool {
        let now = millis(self.shared.clock.unix_time());
        let expiries = &self.shared.earliest_expiries;
        let expired = |expiry: &AtomicU64| expiry.load(Ordering::Relaxed) <= now;
        let Some(index) = expiries.iter().position(expired) else {
            return false;
        };
        self.change_shard(index, |_, _| ());
        true
    }

    fn has_room(&self) -> bool {
        self.len() < self.capacity()
    }

    fn reserve(&self, take: impl FnOnce(&mut Occupancy) -> Option<TenantId>) -> Option<TenantId> {
        let mut occupancy = lock(&self.shared.occupancy);
        let tenant = take(&mut occupancy);
        self.report(occupancy.len());
        tenant
    }

    fn forget(&self, removed: Option<TenantId>) {
        if let Some(tenant) = removed {
            let mut occupancy = lock(&self.shared.occupancy);
            occupancy.give_back(tenant);
            self.report(occupancy.len());
        }
    }

    /// Warns once when the store is filling up, and again only after it has emptied in the meantime.
    fn report(&self, len: usize) {
        let Shared {
            capacity,
            is_nearly_full,
            ..
        } = &*self.shared;
        telemetry::memory_store_size(len, *capacity);
        let was_nearly_full = is_nearly_full.load(Ordering::Relaxed);
        if !was_nearly_full && len >= percent(*capacity, 80) {
            is_nearly_full.store(true, Ordering::Relaxed);
            telemetry::memory_store_nearly_full(len, *capacity);
        } else if was_nearly_full && len < percent(*capacity, 60) {
            is_nearly_full.store(false, Ordering::Relaxed);
        }
    }
}

impl IdempotencyStore for MemoryStore {
    type Claiming = MemoryClaim;
    type Settling = Ready<Result<Settlement, StoreError>>;

    fn claim(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        lease: Duration,
    ) -> Self::Claiming {
        MemoryClaim::new(self.clone(), key.clone(), owner, digest, lease)
    }

    fn renew(&self, key: &IdempotencyKey, owner: OwnerToken, lease: Duration) -> Self::Settling {
        let fingerprint = fingerprint(key);
        ready(Ok(self.change(fingerprint, |shard, now| {
            let expires_at = now.saturating_add(millis(lease));
            shard.renew(fingerprint, owner, now, expires_at)
        })))
    }

    fn complete(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        retention: Duration,
    ) -> Self::Settling {
        ready(Ok(self.complete_now(key, owner, digest, retention)))
    }

    fn release(&self, key: &IdempotencyKey, owner: OwnerToken) -> Self::Settling {
        let fingerprint = fingerprint(key);
        let released = self.change(fingerprint, |shard, now| {
            let tenant = shard.release(fingerprint, owner, now);
            self.forget(tenant);
            tenant
        });
        ready(Ok(match released {
            Some(_) => Settlement::Settled,
            None => Settlement::NotOwner,
        }))
    }

    fn abandon(&self, key: &IdempotencyKey, owner: OwnerToken) {
        // Released by now.
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

/// Nothing is left half changed where it could panic, so a panic elsewhere while it was locked means nothing.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Rounded up.
fn percent(of: usize, percent: usize) -> usize {
    (of / 100)
        .saturating_mul(percent)
        .saturating_add((of % 100 * percent).div_ceil(100))
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
