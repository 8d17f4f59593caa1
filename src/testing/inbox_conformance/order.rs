use super::{Bench, DONE, TARGET, failure, request, retry};
use crate::inbox::{Fate, Settled};
use std::time::Duration;

pub(super) async fn check(bench: &Bench) {
    one_key_is_handled_in_order(bench).await;
    a_retry_keeps_those_behind_it_waiting(bench).await;
    a_dead_letter_lets_the_next_through(bench).await;
    keys_and_targets_are_apart(bench).await;
}

async fn accept(bench: &Bench, endpoint: &str, id: &str, key: &str) {
    let mut request = request(endpoint, id);
    request.order_key = Some(key.to_owned());
    bench.accept_for(&["a", "b"], request).await;
}

async fn one_key_is_handled_in_order(bench: &Bench) {
    for id in ["msg_1", "msg_2", "msg_3"] {
        accept(bench, "ordered", id, "contact-1").await;
    }
    for id in ["msg_1", "msg_2", "msg_3"] {
        let claimed = bench.claim_one("ordered", "a").await;
        assert_eq!(claimed.request.message_id, id);
        assert!(bench.claimed_ids("ordered", "a").await.is_empty());
        assert_eq!(bench.settle(&claimed, DONE).await, Settled::Settled);
    }
    accept(bench, "ordered", "msg_4", "contact-1").await;
    assert_eq!(bench.claimed_ids("ordered", "a").await, ["msg_4"]);
}

async fn a_retry_keeps_those_behind_it_waiting(bench: &Bench) {
    const LATER: Duration = Duration::from_secs(60);
    accept(bench, "order-retry", "msg_1", "contact-1").await;
    accept(bench, "order-retry", "msg_2", "contact-1").await;
    let claimed = bench.claim_one("order-retry", "a").await;
    bench.settle(&claimed, retry(LATER)).await;
    assert!(bench.claimed_ids("order-retry", "a").await.is_empty());
    bench.clock.advance(LATER);
    let claimed = bench.claim_one("order-retry", "a").await;
    assert_eq!(claimed.request.message_id, "msg_1");
}

async fn a_dead_letter_lets_the_next_through(bench: &Bench) {
    accept(bench, "order-dead", "msg_1", "contact-1").await;
    accept(bench, "order-dead", "msg_2", "contact-1").await;
    let claimed = bench.claim_one("order-dead", "a").await;
    bench.settle(&claimed, Fate::Dead(failure("no"))).await;
    let next = bench.claim_one("order-dead", "a").await;
    assert_eq!(next.request.message_id, "msg_2");
    let redriven = bench.inbox.redrive("msg_1").await;
    assert_eq!(redriven.expect("the inbox redrives"), 1);
    let meanwhile = bench.claimed_ids("order-dead", "a").await;
    assert!(meanwhile.is_empty(), "the other is in progress");
    bench.settle(&next, DONE).await;
    assert_eq!(bench.claimed_ids("order-dead", "a").await, ["msg_1"]);
}

async fn keys_and_targets_are_apart(bench: &Bench) {
    accept(bench, "order-apart", "msg_1", "contact-1").await;
    accept(bench, "order-apart", "msg_2", "contact-2").await;
    bench
        .accept_for(&["a", "b", TARGET], request("order-apart", "msg_3"))
        .await;
    let claimed = bench.claimed_ids("order-apart", "a").await;
    assert_eq!(claimed, ["msg_1", "msg_2", "msg_3"]);
    accept(bench, "order-apart", "msg_4", "contact-1").await;
    assert!(bench.claimed_ids("order-apart", "a").await.is_empty());
    let claimed = bench.claimed_ids("order-apart", "b").await;
    assert_eq!(claimed, ["msg_1", "msg_2", "msg_3"], "another target");
}
