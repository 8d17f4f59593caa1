//! A store that fails beside the handlers.

use std::{
    future::{Ready, ready},
    pin::pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
    time::Duration,
};

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
    once::{BODY, Runs, first, memory, three},
    respond, status,
};
use crate::support::{log_of, now};

/// A store whose claims, or the first of whose completions, fail.
#[derive(Clone)]
struct Failing {
    claims: bool,
    completions: Arc<Mutex<usize>>,
    inner: MemoryStore,
}

impl Failing {
    fn new(claims: bool, completions: usize) -> Self {
        Self {
            claims,
            completions: Arc::new(Mutex::new(completions)),
            inner: memory(),
        }
    }
}

type Answer<T> = Ready<Result<T, StoreError>>;

fn down<T>() -> Answer<T> {
    ready(Err(StoreError::new(StoreErrorKind::Unavailable)))
}

impl IdempotencyStore for Failing {
    type Claiming = Answer<Claim>;
    type Settling = Answer<Settlement>;

    fn claim(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        lease: Duration,
    ) -> Self::Claiming {
        if self.claims {
            return down();
        }
        ready(now(self.inner.claim(key, owner, digest, lease)))
    }

    fn renew(&self, key: &IdempotencyKey, owner: OwnerToken, lease: Duration) -> Self::Settling {
        ready(now(self.inner.renew(key, owner, lease)))
    }

    fn complete(
        &self,
        key: &IdempotencyKey,
        owner: OwnerToken,
        digest: BodyDigest,
        retention: Duration,
    ) -> Self::Settling {
        let mut left = self.completions.lock().unwrap();
        if let Some(fewer) = left.checked_sub(1) {
            *left = fewer;
            return down();
        }
        ready(now(self.inner.complete(key, owner, digest, retention)))
    }

    fn release(&self, key: &IdempotencyKey, owner: OwnerToken) -> Self::Settling {
        ready(now(self.inner.release(key, owner)))
    }

    fn abandon(&self, key: &IdempotencyKey, owner: OwnerToken) {
        self.inner.abandon(key, owner);
    }
}

#[test]
fn a_store_that_is_down_is_503_and_no_handler_runs() {
    let runs = Runs::default();
    let events = three(&runs, Failing::new(true, 0));
    let log = log_of(|| {
        let response = now(respond(&events, BODY));
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()["retry-after"], "5");
    });
    assert_eq!(runs.counts(), [0, 0, 0]);
    assert!(
        log.contains("WARN tower_webhook: the idempotency store failed"),
        "{log}"
    );
}

#[tokio::test]
async fn a_store_that_is_down_can_be_done_without() {
    let runs = Runs::default();
    let store = Failing::new(true, 0);
    let events = EventRouter::<RawEvent, Runs>::new()
        .always(first)
        .idempotency(Idempotency::new("engage", store).danger_deliver_unguarded_on_store_failure())
        .with_state(runs.clone())
        .build()
        .unwrap();
    assert_eq!(status(&events, BODY).await, StatusCode::OK);
    assert_eq!(runs.counts(), [1, 0, 0]);
}

#[tokio::test]
async fn a_completion_that_fails_is_tried_again() {
    let runs = Runs::default();
    let events = three(&runs, Failing::new(false, 2));
    assert_eq!(status(&events, BODY).await, StatusCode::ACCEPTED);
    assert_eq!(status(&events, BODY).await, StatusCode::OK);
    assert_eq!(runs.counts(), [1, 1, 1]);
}

#[test]
fn what_a_handler_did_is_its_response_even_if_it_cannot_be_remembered() {
    let runs = Runs::default();
    let events = three(&runs, Failing::new(false, usize::MAX));
    let log = log_of(|| {
        match pin!(respond(&events, BODY)).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(response) => assert_eq!(response.status(), StatusCode::ACCEPTED),
            Poll::Pending => panic!("nothing is waited for"),
        }
    });
    assert!(log.contains("the idempotency store failed"), "{log}");
}
