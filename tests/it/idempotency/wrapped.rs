//! Stores that are made of others: of plain `async fn`s, boxed, or not configured.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use tokio::sync::Notify;
use tower::{Layer as _, ServiceExt, service_fn};
use tower_webhook::{
    Idempotency,
    error::ConfigErrorKind,
    idempotency::{
        BodyDigest, BoxStore, Claim, Claimant, Detached, EasyStore, IdempotencyStore, MemoryStore,
        OwnerToken, Settlement, StoreError, StoreErrorKind, StoreResult, Unguarded,
    },
    testing::{idempotency_conformance, idempotency_key},
};

use super::{delivery, empty, layer, outcome, redis::cause};
use crate::layer::builder;

/// The store in memory, as a server far away that responds after a while and, once it is stopped, not at all.
#[derive(Clone)]
pub(super) struct Slow {
    pub(super) store: MemoryStore,
    pub(super) is_stopped: Arc<AtomicBool>,
    pub(super) goes_on: Arc<Notify>,
    pub(super) panics: bool,
    /// It claims, and reports an error.
    pub(super) loses_claims: bool,
}

impl Slow {
    pub(super) fn new() -> Self {
        Self {
            store: MemoryStore::new(10_000).unwrap(),
            is_stopped: Arc::default(),
            goes_on: Arc::default(),
            panics: false,
            loses_claims: false,
        }
    }

    /// Every call stops on its way until [`go_on`](Self::go_on).
    pub(super) fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
    }

    pub(super) fn go_on(&self) {
        self.is_stopped.store(false, Ordering::Relaxed);
        self.one_step();
    }

    /// What has stopped goes on to where it stops next.
    pub(super) fn one_step(&self) {
        self.goes_on.notify_waiters();
    }

    async fn travel(&self) {
        assert!(!self.panics, "a store that panics");
        tokio::time::sleep(Duration::from_millis(1)).await;
        if self.is_stopped.load(Ordering::Relaxed) {
            self.goes_on.notified().await;
        }
    }
}

impl EasyStore for Slow {
    async fn claim(&self, key: &str, by: Claimant, lease: Duration) -> StoreResult<Claim> {
        self.travel().await;
        let claim = self
            .store
            .claim(&as_key(key), by.owner, by.digest, lease)
            .await;
        self.travel().await;
        if self.loses_claims {
            return Err(StoreError::new(StoreErrorKind::Unavailable));
        }
        claim
    }

    async fn renew(
        &self,
        key: &str,
        owner: OwnerToken,
        lease: Duration,
    ) -> StoreResult<Settlement> {
        self.travel().await;
        self.store.renew(&as_key(key), owner, lease).await
    }

    async fn complete(
        &self,
        key: &str,
        by: Claimant,
        retention: Duration,
    ) -> StoreResult<Settlement> {
        self.travel().await;
        self.store
            .complete(&as_key(key), by.owner, by.digest, retention)
            .await
    }

    async fn release(&self, key: &str, owner: OwnerToken) -> StoreResult<Settlement> {
        self.travel().await;
        self.store.release(&as_key(key), owner).await
    }
}

fn as_key(text: &str) -> tower_webhook::idempotency::IdempotencyKey {
    idempotency_key(text, "", "msg")
}

pub(super) fn claim<I: IdempotencyStore>(store: &I, id: &str) -> I::Claiming {
    let key = idempotency_key("wrapped", "", id);
    let lease = Duration::from_secs(60);
    store.claim(&key, OwnerToken::random(), BodyDigest::of(b""), lease)
}

#[tokio::test]
async fn a_store_of_plain_async_fns_conforms() {
    let store = Detached::new(Slow::new());
    idempotency_conformance(&store, "conformance", tokio::time::sleep).await;
}

#[tokio::test]
async fn a_store_in_a_box_one_that_is_shared_and_one_that_is_configured_conform() {
    let store = MemoryStore::new(10_000).unwrap();
    let boxed = BoxStore::new(store.clone());
    idempotency_conformance(&boxed, "boxed", tokio::time::sleep).await;
    let shared = Arc::new(store.clone());
    idempotency_conformance(&shared, "shared", tokio::time::sleep).await;
    idempotency_conformance(&Some(store), "some", tokio::time::sleep).await;
}

#[tokio::test]
async fn a_store_in_a_box_and_one_that_is_configured_give_back_what_is_abandoned() {
    async fn gives_back<I: IdempotencyStore>(store: I) {
        let key = idempotency_key("wrapped", "", "msg_1");
        let owner = OwnerToken::random();
        let claim = || store.claim(&key, owner, BodyDigest::of(b""), Duration::from_secs(60));
        assert_eq!(claim().await.unwrap(), Claim::Fresh);
        store.abandon(&key, owner);
        assert_eq!(self::claim(&store, "msg_1").await.unwrap(), Claim::Fresh);
    }
    let memory = || MemoryStore::new(10).unwrap();
    gives_back(memory()).await;
    gives_back(BoxStore::new(memory())).await;
    gives_back(Some(memory())).await;
}

#[test]
fn a_store_that_is_none_guards_nothing_in_a_box_either() {
    for (is_enabled, expected) in [
        (
            BoxStore::new(MemoryStore::new(1).unwrap()).is_enabled(),
            true,
        ),
        (BoxStore::new(Unguarded).is_enabled(), false),
        (Some(MemoryStore::new(1).unwrap()).is_enabled(), true),
        (None::<MemoryStore>.is_enabled(), false),
        (Some(Unguarded).is_enabled(), false),
    ] {
        assert_eq!(is_enabled, expected);
    }
}

#[tokio::test]
async fn a_call_that_takes_too_long_is_a_time_out_and_its_claim_is_given_back_when_it_arrives() {
    let slow = Slow::new();
    let store = Detached::new(slow.clone()).timeout(Duration::from_millis(50));
    slow.is_stopped.store(true, Ordering::Relaxed);
    let error = claim(&store, "late").await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::TimedOut);
    assert_eq!(cause(&error), "deadline has elapsed");
    slow.is_stopped.store(false, Ordering::Relaxed);
    slow.goes_on.notify_waiters();
    let mut attempts = 0;
    while claim(&store, "late").await.unwrap() != Claim::Fresh {
        attempts += 1;
        assert!(attempts < 100, "a late claim is nobody's");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_store_that_panics_is_unavailable() {
    let panicking = Slow {
        panics: true,
        ..Slow::new()
    };
    let error = claim(&Detached::new(panicking), "msg").await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
}

#[tokio::test]
async fn without_a_store_each_delivery_is_handled_and_nothing_is_claimed() {
    async fn twice<I: IdempotencyStore>(store: I) -> usize {
        let runs = Arc::new(AtomicUsize::new(0));
        let handler = {
            let runs = Arc::clone(&runs);
            service_fn(move |_: Request<Full<Bytes>>| {
                runs.fetch_add(1, Ordering::Relaxed);
                async { Ok::<_, Infallible>(empty(StatusCode::OK)) }
            })
        };
        let service = layer(Idempotency::new("wrapped", store)).layer(handler);
        for _ in 0..2 {
            let handled = outcome(service.clone().oneshot(delivery("msg_1")).await);
            assert_eq!(handled.0, StatusCode::OK);
        }
        runs.load(Ordering::Relaxed)
    }
    let memory = || MemoryStore::new(10).unwrap();
    assert_eq!(twice(None::<MemoryStore>).await, 2);
    assert_eq!(twice(Unguarded).await, 2);
    assert_eq!(twice(BoxStore::new(Unguarded)).await, 2);
    assert_eq!(twice(Some(memory())).await, 1);
    assert_eq!(twice(BoxStore::new(memory())).await, 1);
    assert_eq!(twice(Arc::new(Unguarded)).await, 2);
    assert_eq!(twice(Arc::new(memory())).await, 1);
}

#[test]
fn settings_that_guard_nothing_are_configuration_errors() {
    let with = |scope: &str| Idempotency::new(scope, MemoryStore::new(1).unwrap());
    for (idempotency, expected) in [
        (with(""), ConfigErrorKind::EmptyScope),
        (
            with("one").lease(Duration::ZERO),
            ConfigErrorKind::ZeroLease,
        ),
        (
            with("one").lease(Duration::from_micros(999)),
            ConfigErrorKind::ZeroLease,
        ),
        (
            with("one").retention(Duration::ZERO),
            ConfigErrorKind::ZeroRetention,
        ),
    ] {
        assert_eq!(idempotency.validate().unwrap_err().kind(), expected);
        let layer = tower_webhook::WebhookLayer::<Bytes>::new(builder().build().unwrap());
        let error = layer.idempotency(idempotency).unwrap_err();
        assert_eq!(error.kind(), expected);
    }
    let shortest = with("one").lease(Duration::from_millis(1));
    shortest
        .retention(Duration::from_millis(1))
        .validate()
        .unwrap();
}

#[test]
fn the_text_of_a_key_is_that_of_no_other() {
    let text = |scope, tenant, id| idempotency_key(scope, tenant, id).to_text();
    assert_eq!(text("engage", "", "msg_1"), "6:engage:0::msg_1");
    assert_ne!(text("a:0:", "", "1"), text("a", "", "0::1"));
    assert_ne!(text("a", "b:1", "c"), text("a", "b", "1:c"));
}
