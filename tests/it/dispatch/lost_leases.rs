//! A lease that ends while its handler runs, and a store that fails meanwhile.

use std::{
    collections::VecDeque,
    future::{Ready, ready},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::extract::State;
use http::StatusCode;
use tower_webhook::{
    Idempotency,
    dispatch::EventRouter,
    event::RawEvent,
    idempotency::{
        BodyDigest, Claim, IdempotencyKey, IdempotencyStore, MemoryStore, OwnerToken, Settlement,
        StoreError, StoreErrorKind,
    },
};

use super::{
    once::{BODY, memory},
    status,
};
use crate::support::{ID, log_of, now};

/// Renewed after a second, and a second after each renewal.
const LEASE: Duration = Duration::from_secs(3);

/// What a store is told to say in place of its own answer.
#[derive(Clone, Copy)]
enum Say {
    /// Another delivery has claimed the handler since.
    NotOwner,
    Down,
}

/// A store whose first renewals, and whose settlements, are told what to say.
#[derive(Clone)]
struct Told {
    renewals: Arc<Mutex<VecDeque<Say>>>,
    settlements: Option<Say>,
    /// How often a lease was renewed.
    renewed: Arc<Mutex<usize>>,
    inner: MemoryStore,
}

impl Told {
    fn new(renewals: impl IntoIterator<Item = Say>, settlements: Option<Say>) -> Self {
        Self {
            renewals: Arc::new(Mutex::new(renewals.into_iter().collect())),
            settlements,
            renewed: Arc::default(),
            inner: memory(),
        }
    }
}

type Answer<T> = Ready<Result<T, StoreError>>;

fn say(what: Say) -> Answer<Settlement> {
    ready(match what {
        Say::NotOwner => Ok(Settlement::NotOwner),
        Say::Down => Err(StoreError::new(StoreErrorKind::Unavailable)),
    })
}

impl IdempotencyStore for Told {
    type Claiming = Answer<Claim>;
    type Settling = Answer<Settlement>;

    fn claim(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        lease: Duration,
    ) -> Self::Claiming {
        ready(now(self.inner.claim(key, owner, digest, lease)))
    }

    fn renew(&self, key: &IdempotencyKey, owner: OwnerToken, lease: Duration) -> Self::Settling {
        *self.renewed.lock().unwrap() += 1;
        match self.renewals.lock().unwrap().pop_front() {
            Some(what) => say(what),
            None => ready(now(self.inner.renew(key, owner, lease))),
        }
    }

    fn complete(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        retention: Duration,
    ) -> Self::Settling {
        match self.settlements {
            Some(what) => say(what),
            None => ready(now(self.inner.complete(key, owner, digest, retention))),
        }
    }

    fn release(&self, key: &IdempotencyKey, owner: OwnerToken) -> Self::Settling {
        match self.settlements {
            Some(what) => say(what),
            None => ready(now(self.inner.release(key, owner))),
        }
    }

    fn abandon(&self, key: &IdempotencyKey, owner: OwnerToken) {
        self.inner.abandon(key, owner);
    }
}

/// Delivers one message so many times to a handler that takes three and a half seconds and ends with `ended`: the statuses
/// of the responses, and the log.
fn delivered_slowly(store: &Told, times: usize, ended: StatusCode) -> (Vec<StatusCode>, String) {
    let handler = async |State(ended): State<StatusCode>| {
        tokio::time::sleep(LEASE + LEASE / 6).await;
        ended
    };
    let events = EventRouter::<RawEvent, StatusCode>::new()
        .always(handler)
        .named("slow")
        .idempotency(Idempotency::new("engage", store.clone()).lease(LEASE))
        .with_state(ended)
        .build()
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let mut statuses = Vec::new();
    let log = log_of(|| {
        runtime.block_on(async {
            for _ in 0..times {
                statuses.push(status(&events, BODY).await);
            }
        });
    });
    (statuses, log)
}

#[test]
fn a_handler_that_outlives_its_lease_goes_on_and_the_operator_is_told() {
    for ended in [StatusCode::ACCEPTED, StatusCode::BAD_GATEWAY] {
        let store = Told::new([Say::NotOwner], Some(Say::NotOwner));
        let (statuses, log) = delivered_slowly(&store, 1, ended);
        assert_eq!(statuses, [ended], "what the handler did is its response");
        // What is another's is not renewed again.
        assert_eq!(*store.renewed.lock().unwrap(), 1);
        let told = "WARN tower_webhook: a handler outlived its lease";
        assert_eq!(log.matches(told).count(), 1, "{log}");
        assert!(log.contains(&format!("message_id={ID}")), "{log}");
        assert!(!log.contains("store failed"), "{log}");
    }
}

#[test]
fn a_renewal_that_fails_is_logged_and_tried_again_while_the_handler_goes_on() {
    let store = Told::new([Say::Down], None);
    let (statuses, log) = delivered_slowly(&store, 2, StatusCode::ACCEPTED);
    // The second delivery finds it completed, so the claim was never lost.
    assert_eq!(statuses, [StatusCode::ACCEPTED, StatusCode::OK]);
    assert_eq!(
        *store.renewed.lock().unwrap(),
        3,
        "after 1, 2 and 3 seconds"
    );
    let told = "WARN tower_webhook: the idempotency store failed";
    assert_eq!(log.matches(told).count(), 1, "{log}");
    assert!(log.contains(&format!("message_id={ID}")), "{log}");
    assert!(!log.contains("outlived"), "{log}");
}
