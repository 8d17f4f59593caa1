//! A lease that ends while its handler runs, and a store that fails meanwhile.

use std::time::Duration;

use axum::extract::State;
use http::StatusCode;
use tower_webhook::{Idempotency, dispatch::EventRouter, event::RawEvent};

use super::{
    once::BODY,
    status,
    told::{Say, Told},
};
use crate::support::{ID, log_of};

/// Renewed after a second, and a second after each renewal.
const LEASE: Duration = Duration::from_secs(3);

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
        let store = Told::new()
            .say("renew", Say::NotOwner, 1)
            .say("complete", Say::NotOwner, usize::MAX)
            .say("release", Say::NotOwner, usize::MAX);
        let (statuses, log) = delivered_slowly(&store, 1, ended);
        assert_eq!(statuses, [ended], "what the handler did is its response");
        // What is another's is not renewed again.
        assert_eq!(store.count("renew"), 1);
        let told = "WARN tower_webhook: a handler outlived its lease";
        assert_eq!(log.matches(told).count(), 1, "{log}");
        assert!(log.contains(&format!("message_id={ID}")), "{log}");
        assert!(!log.contains("store failed"), "{log}");
    }
}

#[test]
fn a_renewal_that_fails_is_logged_and_tried_again_while_the_handler_goes_on() {
    let store = Told::new().say("renew", Say::Down, 1);
    let (statuses, log) = delivered_slowly(&store, 2, StatusCode::ACCEPTED);
    // The second delivery finds it completed, so the claim was never lost.
    assert_eq!(statuses, [StatusCode::ACCEPTED, StatusCode::OK]);
    assert_eq!(store.count("renew"), 3, "after 1, 2 and 3 seconds");
    let told = "WARN tower_webhook: the idempotency store failed";
    assert_eq!(log.matches(told).count(), 1, "{log}");
    assert!(log.contains(&format!("message_id={ID}")), "{log}");
    assert!(!log.contains("outlived"), "{log}");
}
