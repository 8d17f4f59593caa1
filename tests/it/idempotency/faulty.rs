//! The conformance suite finds each fault that is planted in a store.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use tower_webhook::{
    idempotency::{
        BodyDigest, Claim, IdempotencyKey, IdempotencyStore, OwnerToken, Settlement, StoreError,
    },
    testing::idempotency_conformance,
};

use super::TestClock;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    ClaimsWhatIsInProgress,
    ClaimsWhatIsDone,
    RejectsItsOwner,
    KeepsTheLeaseWhenClaimedAgain,
    ClaimsTwiceAtATime,
    RemainingIsTheWholeTime,
    LeaseNeverEnds,
    LeaseEndsAtOnce,
    RetentionNeverEnds,
    RetentionIsTheLease,
    CompletionReleases,
    CompletesWhatIsAnothers,
    CompletesAfterAnotherClaimed,
    DoesNotCompleteWhatIsAbsent,
    DoesNotCompleteAgain,
    CompletingAgainRenews,
    ForgetsTheBodyWhenDone,
    ForgetsTheBodyWhenAbsent,
    IgnoresTheBody,
    RenewalDoesNothing,
    RenewsWhatIsAnothers,
    RenewsWhatIsAbsent,
    RenewsWhatIsDone,
    ReleaseDoesNothing,
    ReleasesWhatIsAnothers,
    ReleasesWhatIsDone,
    AbandonDoesNothing,
    AbandonsWhatIsAnothers,
    AbandonsWhatIsDone,
    JoinsItsKeys,
    IgnoresTheTenant,
    IgnoresCase,
    /// Dropped after this many polls, a claim is nobody's.
    LosesAClaim(usize),
    /// Dropped after this many polls, a settlement is not carried out.
    LosesASettlement(usize),
    /// Dropped before it was carried out, a claim is carried out all the same.
    ClaimsAfterTheDrop,
    ADroppedClaimReleasesAnothers,
}

const FAULTS: &[Fault] = {
    use Fault::*;
    &[
        ClaimsWhatIsInProgress,
        ClaimsWhatIsDone,
        RejectsItsOwner,
        KeepsTheLeaseWhenClaimedAgain,
        ClaimsTwiceAtATime,
        RemainingIsTheWholeTime,
        LeaseNeverEnds,
        LeaseEndsAtOnce,
        RetentionNeverEnds,
        RetentionIsTheLease,
        CompletionReleases,
        CompletesWhatIsAnothers,
        CompletesAfterAnotherClaimed,
        DoesNotCompleteWhatIsAbsent,
        DoesNotCompleteAgain,
        CompletingAgainRenews,
        ForgetsTheBodyWhenDone,
        ForgetsTheBodyWhenAbsent,
        IgnoresTheBody,
        RenewalDoesNothing,
        RenewsWhatIsAnothers,
        RenewsWhatIsAbsent,
        RenewsWhatIsDone,
        ReleaseDoesNothing,
        ReleasesWhatIsAnothers,
        ReleasesWhatIsDone,
        AbandonDoesNothing,
        AbandonsWhatIsAnothers,
        AbandonsWhatIsDone,
        JoinsItsKeys,
        IgnoresTheTenant,
        IgnoresCase,
        LosesAClaim(2),
        LosesAClaim(3),
        LosesASettlement(0),
        LosesASettlement(1),
        ClaimsAfterTheDrop,
        ADroppedClaimReleasesAnothers,
    ]
};

#[derive(Clone)]
struct Faulty {
    fault: Option<Fault>,
    clock: TestClock,
    entries: Arc<Mutex<HashMap<String, Entry>>>,
}

#[derive(Clone, Copy)]
struct Entry {
    owner: OwnerToken,
    body: BodyDigest,
    is_done: bool,
    until: u64,
}

impl Faulty {
    fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    fn key(&self, key: &IdempotencyKey) -> String {
        let (scope, tenant, id) = (key.scope(), key.tenant(), key.message_id());
        match self.fault {
            Some(Fault::JoinsItsKeys) => key.to_string(),
            Some(Fault::IgnoresTheTenant) => format!("{scope:?}{id}"),
            Some(Fault::IgnoresCase) => format!("{scope:?}{tenant:?}{id}").to_lowercase(),
            _ => format!("{scope:?}{tenant:?}{id}"),
        }
    }

    fn get(&self, key: &str) -> Option<Entry> {
        let entry = *self.entries.lock().unwrap().get(key)?;
        let lasts = if entry.is_done {
            self.has(Fault::RetentionNeverEnds)
        } else {
            self.has(Fault::LeaseNeverEnds)
        };
        (lasts || entry.until > self.clock.millis()).then_some(entry)
    }

    fn put(&self, key: &str, entry: Entry) {
        self.entries.lock().unwrap().insert(key.into(), entry);
    }

    fn until(&self, time: Duration) -> u64 {
        self.clock.millis() + u64::try_from(time.as_millis()).unwrap()
    }

    fn claim_now(&self, key: &str, mut entry: Entry) -> Claim {
        let Some(held) = self.get(key) else {
            if self.has(Fault::LeaseEndsAtOnce) {
                entry.until = self.clock.millis();
            }
            self.put(key, entry);
            return Claim::Fresh;
        };
        let is_own = held.owner == entry.owner && !held.is_done;
        if is_own && !self.has(Fault::RejectsItsOwner) {
            if !self.has(Fault::KeepsTheLeaseWhenClaimedAgain) {
                self.put(key, entry);
            }
            return Claim::Fresh;
        }
        if held.body != entry.body && !self.has(Fault::IgnoresTheBody) {
            return Claim::OtherBody;
        }
        if held.is_done {
            if self.has(Fault::ClaimsWhatIsDone) {
                self.put(key, entry);
                return Claim::Fresh;
            }
            return Claim::Done;
        }
        if self.has(Fault::ClaimsWhatIsInProgress) {
            self.put(key, entry);
            return Claim::Fresh;
        }
        let remaining = if self.has(Fault::RemainingIsTheWholeTime) {
            held.until
        } else {
            held.until.saturating_sub(self.clock.millis())
        };
        Claim::InProgress {
            remaining: Duration::from_millis(remaining),
        }
    }

    fn renew_now(&self, key: &str, owner: OwnerToken, lease: Duration) -> Settlement {
        let until = self.until(lease);
        let Some(held) = self.get(key) else {
            if self.has(Fault::RenewsWhatIsAbsent) {
                let entry = Entry {
                    owner,
                    body: BodyDigest::from_u128(1),
                    is_done: false,
                    until,
                };
                self.put(key, entry);
                return Settlement::Settled;
            }
            return Settlement::NotOwner;
        };
        let may = held.owner == owner || self.has(Fault::RenewsWhatIsAnothers);
        if !may || held.is_done && !self.has(Fault::RenewsWhatIsDone) {
            return Settlement::NotOwner;
        }
        if !self.has(Fault::RenewalDoesNothing) {
            self.put(key, Entry { until, ..held });
        }
        Settlement::Settled
    }

    fn complete_now(&self, key: &str, mut entry: Entry) -> Settlement {
        if let Some(held) = self.get(key) {
            let may = held.owner == entry.owner
                || self.has(Fault::CompletesWhatIsAnothers)
                || self.has(Fault::CompletesAfterAnotherClaimed) && held.until > 60_000;
            if !may {
                return Settlement::NotOwner;
            }
            if held.is_done && !self.has(Fault::CompletingAgainRenews) {
                return if self.has(Fault::DoesNotCompleteAgain) {
                    Settlement::NotOwner
                } else {
                    Settlement::Settled
                };
            }
            if self.has(Fault::RetentionIsTheLease) {
                entry.until = held.until;
            }
            if self.has(Fault::ForgetsTheBodyWhenDone) {
                entry.body = BodyDigest::from_u128(2);
            }
        } else if self.has(Fault::DoesNotCompleteWhatIsAbsent) {
            return Settlement::NotOwner;
        } else if self.has(Fault::ForgetsTheBodyWhenAbsent) {
            entry.body = BodyDigest::from_u128(2);
        }
        if self.has(Fault::CompletionReleases) {
            self.entries.lock().unwrap().remove(key);
        } else {
            self.put(key, entry);
        }
        Settlement::Settled
    }

    fn release_now(
        &self,
        key: &str,
        owner: OwnerToken,
        anothers: Fault,
        done: Fault,
    ) -> Settlement {
        let Some(held) = self.get(key) else {
            return Settlement::NotOwner;
        };
        let may = held.owner == owner || self.has(anothers);
        if !may || held.is_done && !self.has(done) {
            return Settlement::NotOwner;
        }
        if !self.has(Fault::ReleaseDoesNothing) {
            self.entries.lock().unwrap().remove(key);
        }
        Settlement::Settled
    }

    fn settlement(&self, act: impl FnOnce() -> Settlement + Send + 'static) -> Call<Settlement> {
        let store = self.clone();
        Call {
            polls: 0,
            act: Some(Box::new(act)),
            output: None,
            on_drop: Some(Box::new(move |polls, act, _| {
                if let Some(act) = act
                    && !store.has(Fault::LosesASettlement(polls))
                {
                    act();
                }
            })),
        }
    }
}

type Act<T> = Box<dyn FnOnce() -> T + Send>;
type OnDrop<T> = Box<dyn FnOnce(usize, Option<Act<T>>, Option<T>) + Send>;

/// A call that goes to a store and comes back: it is carried out with the second poll, and its outcome is read with the
/// fourth.
struct Call<T> {
    polls: usize,
    act: Option<Act<T>>,
    output: Option<T>,
    on_drop: Option<OnDrop<T>>,
}

impl<T: Unpin> Future for Call<T> {
    type Output = Result<T, StoreError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.polls += 1;
        if self.polls == 2 {
            let act = self.act.take().unwrap();
            self.output = Some(act());
        }
        if self.polls == 4 {
            self.on_drop = None;
            return Poll::Ready(Ok(self.output.take().unwrap()));
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl<T> Drop for Call<T> {
    fn drop(&mut self) {
        if let Some(on_drop) = self.on_drop.take() {
            on_drop(self.polls, self.act.take(), self.output.take());
        }
    }
}

impl IdempotencyStore for Faulty {
    type Claiming = Call<Claim>;
    type Settling = Call<Settlement>;

    fn claim(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        body: BodyDigest,
        lease: Duration,
    ) -> Self::Claiming {
        let (store, key) = (self.clone(), self.key(key));
        let entry = Entry {
            owner,
            body,
            is_done: false,
            until: self.until(lease),
        };
        // What was read when the call was made, and is old by the time of the change.
        let was_free = self.has(Fault::ClaimsTwiceAtATime) && self.get(&key).is_none();
        let act = {
            let (store, key) = (store.clone(), key.clone());
            move || {
                if was_free {
                    store.put(&key, entry);
                    return Claim::Fresh;
                }
                store.claim_now(&key, entry)
            }
        };
        Call {
            polls: 0,
            act: Some(Box::new(act)),
            output: None,
            on_drop: Some(Box::new(move |polls, act, output| {
                if store.has(Fault::ADroppedClaimReleasesAnothers) {
                    store.entries.lock().unwrap().remove(&key);
                }
                match act {
                    Some(act) if store.has(Fault::ClaimsAfterTheDrop) && polls > 0 => {
                        act();
                    }
                    _ if output == Some(Claim::Fresh) && !store.has(Fault::LosesAClaim(polls)) => {
                        store.entries.lock().unwrap().remove(&key);
                    }
                    _ => {}
                }
            })),
        }
    }

    fn renew(&self, key: &IdempotencyKey, owner: OwnerToken, lease: Duration) -> Self::Settling {
        let (store, key) = (self.clone(), self.key(key));
        self.settlement(move || store.renew_now(&key, owner, lease))
    }

    fn complete(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        body: BodyDigest,
        retention: Duration,
    ) -> Self::Settling {
        let (store, key) = (self.clone(), self.key(key));
        let entry = Entry {
            owner,
            body,
            is_done: true,
            until: self.until(retention),
        };
        self.settlement(move || store.complete_now(&key, entry))
    }

    fn release(&self, key: &IdempotencyKey, owner: OwnerToken) -> Self::Settling {
        let (store, key) = (self.clone(), self.key(key));
        let (anothers, done) = (Fault::ReleasesWhatIsAnothers, Fault::ReleasesWhatIsDone);
        self.settlement(move || store.release_now(&key, owner, anothers, done))
    }

    fn abandon(&self, key: &IdempotencyKey, owner: OwnerToken) {
        if !self.has(Fault::AbandonDoesNothing) {
            let (anothers, done) = (Fault::AbandonsWhatIsAnothers, Fault::AbandonsWhatIsDone);
            self.release_now(&self.key(key), owner, anothers, done);
        }
    }
}

/// Whether a store with this fault passes.
fn passes(fault: Option<Fault>) -> bool {
    let clock = TestClock::default();
    let store = Faulty {
        fault,
        clock: clock.clone(),
        entries: Arc::default(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let run = || {
        runtime.block_on(idempotency_conformance(&store, "faulty", |by| {
            clock.advance(by);
            std::future::ready(())
        }));
    };
    catch_unwind(AssertUnwindSafe(run)).is_ok()
}

#[test]
fn a_store_without_a_fault_passes() {
    assert!(passes(None));
}

#[test]
fn each_planted_fault_is_found() {
    let missed: Vec<_> = FAULTS
        .iter()
        .filter(|fault| passes(Some(**fault)))
        .collect();
    assert!(missed.is_empty(), "{missed:?}");
}
