//! A store that fails beside the handlers.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

use http::StatusCode;
use tower_webhook::{Idempotency, dispatch::EventRouter, event::RawEvent};

use super::{
    once::{BODY, Runs, first, three},
    respond, status,
    told::{Say, Told},
};
use crate::support::{log_of, now};

#[test]
fn a_store_that_is_down_is_503_and_no_handler_runs() {
    let runs = Runs::default();
    let events = three(&runs, Told::new().say("claim", Say::Down, usize::MAX));
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
    let store = Told::new().say("claim", Say::Down, usize::MAX);
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
    let events = three(&runs, Told::new().say("complete", Say::Down, 2));
    assert_eq!(status(&events, BODY).await, StatusCode::ACCEPTED);
    assert_eq!(status(&events, BODY).await, StatusCode::OK);
    assert_eq!(runs.counts(), [1, 1, 1]);
}

#[tokio::test]
async fn a_completion_is_asked_for_three_times_at_most() {
    let store = Told::new().say("complete", Say::Down, usize::MAX);
    let events = EventRouter::<RawEvent, Runs>::new()
        .always(first)
        .idempotency(Idempotency::new("engage", store.clone()))
        .with_state(Runs::default())
        .build()
        .unwrap();
    assert_eq!(status(&events, BODY).await, StatusCode::OK);
    assert_eq!(store.count("complete"), 3);
}

#[test]
fn what_a_handler_did_is_its_response_even_if_it_cannot_be_remembered() {
    let runs = Runs::default();
    let events = three(&runs, Told::new().say("complete", Say::Down, usize::MAX));
    let log = log_of(|| {
        match pin!(respond(&events, BODY)).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(response) => assert_eq!(response.status(), StatusCode::ACCEPTED),
            Poll::Pending => panic!("nothing is waited for"),
        }
    });
    assert!(log.contains("the idempotency store failed"), "{log}");
}
