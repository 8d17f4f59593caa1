use std::time::Duration;

use super::{Bench, DONE, LEASE, TARGET, failure, request};
use crate::{
    inbox::{Accepted, DeadLetter, Fate},
    message::clock::Clock,
};

pub(super) async fn check(bench: &Bench) {
    purge(bench).await;
    a_dead_letter_says_what_happened(bench).await;
    a_redriven_message_starts_anew(bench).await;
    only_dead_targets_are_redriven(bench).await;
    a_purge_keeps_ids_and_what_waits(bench).await;
    what_is_open_is_counted(bench).await;
}

async fn purge(bench: &Bench) -> u64 {
    let purged = bench.inbox.purge_dead_letters().await;
    purged.expect("the inbox purges")
}

async fn redrive(bench: &Bench, id: &str) -> u64 {
    let redriven = bench.inbox.redrive(id).await;
    redriven.expect("the inbox redrives")
}

async fn listed(bench: &Bench, id: Option<&str>) -> Vec<DeadLetter> {
    let listed = bench.inbox.dead_letters(id, 100).await;
    listed.expect("the inbox lists")
}

async fn bury(bench: &Bench, endpoint: &str, id: &str) {
    bench.accept(endpoint, id).await;
    let claimed = bench.claim_one(endpoint, TARGET).await;
    bench
        .settle(&claimed, Fate::Dead(failure("no such thing")))
        .await;
}

async fn a_dead_letter_says_what_happened(bench: &Bench) {
    let received_at = bench.clock.unix_time();
    bench.accept("dead", "dead_1").await;
    let claimed = bench.claim_one("dead", TARGET).await;
    bench.clock.advance(Duration::from_secs(7));
    bench
        .settle(&claimed, Fate::Dead(failure("no such thing")))
        .await;
    bury(bench, "dead", "dead_2").await;
    bench.clock.advance(LEASE * 10);
    assert!(bench.claimed_ids("dead", TARGET).await.is_empty());

    let all = listed(bench, None).await;
    let ids: Vec<_> = all.iter().map(|letter| &*letter.message_id).collect();
    assert_eq!(ids, ["dead_1", "dead_2"]);
    let one = bench.inbox.dead_letters(None, 1).await;
    assert_eq!(one.expect("the inbox lists"), all[..1]);
    let expected = DeadLetter {
        endpoint: "dead".to_owned(),
        tenant: String::new(),
        message_id: "dead_1".to_owned(),
        target: TARGET.to_owned(),
        event_type: Some("contact.created".to_owned()),
        timestamp: request("", "").timestamp,
        received_at,
        died_at: received_at + Duration::from_secs(7),
        attempts: 1,
        last_status: Some(500),
        reason: "no such thing".to_owned(),
    };
    assert_eq!(listed(bench, Some("dead_1")).await, [expected]);
    assert_eq!(listed(bench, Some("unknown")).await, []);
    assert_eq!(purge(bench).await, 2);
}

async fn a_redriven_message_starts_anew(bench: &Bench) {
    bury(bench, "redriven", "redriven_1").await;
    assert_eq!(redrive(bench, "unknown").await, 0);
    assert_eq!(redrive(bench, "redriven_1").await, 1);
    assert_eq!(redrive(bench, "redriven_1").await, 0, "it waits already");
    assert_eq!(listed(bench, None).await, []);
    let claimed = bench.claim_one("redriven", TARGET).await;
    assert_eq!(claimed.failed_attempts, 0);
    assert_eq!(claimed.request.body, "body of redriven_1");
    bench.settle(&claimed, DONE).await;
    assert_eq!(redrive(bench, "redriven_1").await, 0, "it is done");
}

async fn only_dead_targets_are_redriven(bench: &Bench) {
    bench
        .accept_for(&["a", "b", "c"], request("some", "some_1"))
        .await;
    let a = bench.claim_one("some", "a").await;
    bench.settle(&a, Fate::Dead(failure("no"))).await;
    let b = bench.claim_one("some", "b").await;
    bench.settle(&b, DONE).await;
    bench.claim_one("some", "c").await;
    assert_eq!(redrive(bench, "some_1").await, 1);
    assert_eq!(bench.claimed_ids("some", "a").await, ["some_1"]);
    assert!(bench.claimed_ids("some", "b").await.is_empty(), "done");
    assert!(bench.claimed_ids("some", "c").await.is_empty(), "claimed");
}

async fn a_purge_keeps_ids_and_what_waits(bench: &Bench) {
    bury(bench, "purged", "purged_1").await;
    bench
        .accept_for(&["a", "b"], request("purged", "purged_2"))
        .await;
    let a = bench.claim_one("purged", "a").await;
    bench.settle(&a, Fate::Dead(failure("no"))).await;
    assert_eq!(purge(bench).await, 2);
    assert_eq!(purge(bench).await, 0);
    assert_eq!(listed(bench, None).await, []);
    assert_eq!(redrive(bench, "purged_1").await, 0);
    let again = bench.accept("purged", "purged_1").await;
    assert_eq!(again, Accepted::Duplicate, "its id is kept");
    assert!(bench.claimed_ids("purged", TARGET).await.is_empty());
    let b = bench.claim_one("purged", "b").await;
    assert_eq!(
        b.request.body, "body of purged_2",
        "the other target has it"
    );
}

async fn what_is_open_is_counted(bench: &Bench) {
    for id in ["open_1", "open_2", "open_3"] {
        bench.accept("counted", id).await;
        bench.clock.advance(Duration::from_secs(10));
    }
    let claims = bench.claims("counted", TARGET, 1).await;
    let stats = async || {
        let stats = bench.inbox.stats().await.expect("the inbox counts");
        stats.into_iter().find(|stats| stats.endpoint == "counted")
    };
    let counted = stats().await.expect("something is open");
    assert_eq!(
        (&*counted.target, counted.waiting, counted.dead),
        (TARGET, 3, 0)
    );
    assert_eq!(counted.oldest_waiting, Some(Duration::from_secs(30)));
    bench
        .settle(&claims.claimed[0], Fate::Dead(failure("no")))
        .await;
    let counted = stats().await.expect("something is open");
    assert_eq!((counted.waiting, counted.dead), (2, 1));
    assert_eq!(counted.oldest_waiting, Some(Duration::from_secs(20)));
    for claimed in bench.claims("counted", TARGET, 10).await.claimed {
        bench.settle(&claimed, DONE).await;
    }
    assert_eq!(purge(bench).await, 1);
    assert_eq!(stats().await, None);
}
