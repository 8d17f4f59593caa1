//! Times of one's own, and requests that find what another has looked up.

use std::{
    future::pending,
    sync::{Arc, atomic::AtomicUsize},
    time::Duration,
};

use http::StatusCode;
use tokio::time::{Instant, advance};
use tower_webhook::{
    RejectionKind,
    receiver::{CachedSecrets, RequestHead, SecretLookup, SecretSource, Secrets},
};

use super::{Found, UNKNOWN, answer, count_of, counted, key, receiver, request_of};
use crate::secrets::OLD;

/// Asks for an unknown tenant, and returns how often one has been looked up by then.
async fn look_ups_after_another(receiver: &tower_webhook::Receiver, count: &AtomicUsize) -> usize {
    assert_eq!(answer(receiver, "/shops/none", OLD).await, UNKNOWN);
    count_of(count)
}

#[tokio::test(start_paused = true)]
async fn an_unknown_tenant_is_kept_for_as_long_as_is_set_and_a_known_one_is_not() {
    let (secrets, count) = counted();
    let receiver = receiver(secrets.keep_unknown_for(Duration::from_secs(30)));
    assert_eq!(look_ups_after_another(&receiver, &count).await, 1);
    advance(Duration::from_secs(29)).await;
    assert_eq!(look_ups_after_another(&receiver, &count).await, 1);
    advance(Duration::from_secs(1)).await;
    assert_eq!(look_ups_after_another(&receiver, &count).await, 2);

    for _ in 0..2 {
        let known = answer(&receiver, "/shops/one", OLD).await;
        assert_eq!(known, Ok(StatusCode::OK));
        assert_eq!(count_of(&count), 3, "kept for 5 minutes as by default");
        advance(Duration::from_secs(30)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_tenant_that_is_kept_for_no_time_is_looked_up_each_time() {
    let (secrets, count) = counted();
    let receiver = receiver(secrets.keep_unknown_for(Duration::ZERO));
    for number in 1..=3 {
        assert_eq!(look_ups_after_another(&receiver, &count).await, number);
    }
}

#[tokio::test(start_paused = true)]
async fn a_look_up_is_waited_for_as_long_as_is_set_and_the_operator_learns_how_long() {
    let secrets = CachedSecrets::new(key, |_| pending::<Found>());
    let receiver = receiver(secrets.timeout(Duration::from_secs(7)));
    let (head, _) = request_of("/shops/one", OLD).into_parts();
    let started = Instant::now();
    let rejection = receiver.check_head_async(&head).await.unwrap_err();
    assert_eq!(started.elapsed().as_secs(), 7);
    assert_eq!(rejection.kind(), RejectionKind::SecretsUnavailable);
    assert_eq!(
        rejection.detail().unwrap().to_string(),
        "the look-up of secrets took over 7s"
    );
}

/// A source that finds nothing at hand, as each of two requests does that come at the same time.
struct NothingAtHand(CachedSecrets);

impl SecretSource for NothingAtHand {
    fn secrets(&self, _: &RequestHead<'_>) -> Option<Arc<Secrets>> {
        None
    }

    fn look_up(&self, head: &RequestHead<'_>) -> Option<SecretLookup> {
        self.0.look_up(head)
    }
}

#[tokio::test]
async fn what_another_request_has_looked_up_since_is_not_looked_up_again() {
    let (secrets, count) = counted();
    let receiver = receiver(NothingAtHand(secrets));
    for _ in 0..3 {
        let known = answer(&receiver, "/shops/one", OLD).await;
        assert_eq!(known, Ok(StatusCode::OK));
        assert_eq!(count_of(&count), 1);
    }
    for _ in 0..3 {
        assert_eq!(look_ups_after_another(&receiver, &count).await, 2);
    }
}
