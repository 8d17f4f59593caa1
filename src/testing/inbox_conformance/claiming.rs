use std::{collections::HashSet, sync::Arc, time::Duration};

use tokio::task::JoinSet;

use super::{Bench, DONE, LEASE, TARGET, failure, ids, request, retry};
use crate::inbox::{DueTasks, Fate, Settled};

pub(super) async fn check(bench: &Bench) {
    what_is_claimed_is_nobody_elses(bench).await;
    concurrent_claims_share_what_is_due(bench).await;
    a_limit_is_kept_and_the_longest_due_come_first(bench).await;
    what_is_done_does_not_come_back(bench).await;
    a_crash_gives_the_task_to_the_next(bench).await;
    a_renewed_lease_lives_on(bench).await;
    an_ended_lease_that_nobody_took_settles(bench).await;
    nothing_is_settled_twice(bench).await;
    targets_have_fates_of_their_own(bench).await;
    what_is_given_back_is_due_at_once_and_does_not_count(bench).await;
}

async fn what_is_claimed_is_nobody_elses(bench: &Bench) {
    bench.accept("claimed", "msg_1").await;
    bench.claim_one("claimed", TARGET).await;
    let claims = bench.claims("claimed", TARGET, 10).await;
    assert!(claims.claimed.is_empty(), "it is claimed");
    assert_eq!(claims.next_in, Some(LEASE), "the end of its lease");
    let elsewhere = bench.claims("claimed", "another", 10).await;
    assert_eq!(elsewhere.next_in, None, "nothing is open there");
}

async fn concurrent_claims_share_what_is_due(bench: &Bench) {
    const TASKS: usize = 40;
    for number in 0..TASKS {
        bench.accept("shared", &format!("msg_{number}")).await;
    }
    let mut claiming = JoinSet::new();
    for _ in 0..8 {
        let (inbox, owner) = (Arc::clone(&bench.inbox), bench.owner());
        claiming.spawn(async move {
            let due = DueTasks {
                endpoint: "shared",
                target: TARGET,
                owner,
                limit: 5,
                lease: LEASE,
            };
            inbox.claim(due).await
        });
    }
    let mut all = Vec::new();
    while let Some(claims) = claiming.join_next().await {
        let claims = claims.expect("claiming ends").expect("the inbox claims");
        all.extend(ids(&claims.claimed));
    }
    // One that was locked by another claim may be skipped, but none may be lost.
    all.extend(bench.claimed_ids("shared", TARGET).await);
    let distinct: HashSet<_> = all.iter().collect();
    assert_eq!((all.len(), distinct.len()), (TASKS, TASKS), "each once");
}

async fn a_limit_is_kept_and_the_longest_due_come_first(bench: &Bench) {
    for id in ["msg_1", "msg_2", "msg_3"] {
        bench.accept("limit", id).await;
        bench.clock.advance(Duration::from_secs(1));
    }
    let first = bench.claims("limit", TARGET, 2).await;
    assert_eq!(ids(&first.claimed), ["msg_1", "msg_2"]);
    assert_eq!(bench.claimed_ids("limit", TARGET).await, ["msg_3"]);
}

async fn what_is_done_does_not_come_back(bench: &Bench) {
    bench.accept("done", "msg_1").await;
    let claimed = bench.claim_one("done", TARGET).await;
    assert_eq!(bench.settle(&claimed, DONE).await, Settled::Settled);
    bench.clock.advance(LEASE * 10);
    let claims = bench.claims("done", TARGET, 10).await;
    assert!(claims.claimed.is_empty(), "it is done");
    assert_eq!(claims.next_in, None);
}

async fn a_crash_gives_the_task_to_the_next(bench: &Bench) {
    bench.accept("crash", "msg_1").await;
    let crashed = bench.claim_one("crash", TARGET).await;
    bench
        .clock
        .advance(LEASE.saturating_sub(Duration::from_millis(1)));
    let early = bench.claimed_ids("crash", TARGET).await;
    assert!(early.is_empty(), "its lease has not ended");
    bench.clock.advance(Duration::from_millis(1));
    let next = bench.claim_one("crash", TARGET).await;
    assert_eq!((next.lost_leases, next.failed_attempts), (1, 0));

    // The one that was thought to be dead comes back.
    let renewed = bench.inbox.renew(&crashed.key, LEASE).await;
    assert_eq!(renewed.expect("the inbox renews"), Settled::NotOwner);
    for fate in [
        DONE,
        retry(LEASE),
        Fate::Dead(failure("late")),
        Fate::Returned,
    ] {
        assert_eq!(bench.settle(&crashed, fate).await, Settled::NotOwner);
    }
    assert_eq!(bench.settle(&next, DONE).await, Settled::Settled);
}

async fn a_renewed_lease_lives_on(bench: &Bench) {
    bench.accept("renewed", "msg_1").await;
    let claimed = bench.claim_one("renewed", TARGET).await;
    for _ in 0..5 {
        bench.clock.advance(LEASE / 2);
        let renewed = bench.inbox.renew(&claimed.key, LEASE).await;
        assert_eq!(renewed.expect("the inbox renews"), Settled::Settled);
        let stolen = bench.claimed_ids("renewed", TARGET).await;
        assert!(stolen.is_empty(), "its lease lives");
    }
    assert_eq!(bench.settle(&claimed, DONE).await, Settled::Settled);
}

async fn an_ended_lease_that_nobody_took_settles(bench: &Bench) {
    bench.accept("ended", "msg_1").await;
    let claimed = bench.claim_one("ended", TARGET).await;
    bench.clock.advance(LEASE * 2);
    assert_eq!(bench.settle(&claimed, DONE).await, Settled::Settled);
    assert!(bench.claimed_ids("ended", TARGET).await.is_empty());
}

async fn nothing_is_settled_twice(bench: &Bench) {
    for first in [DONE, retry(LEASE), Fate::Dead(failure("x")), Fate::Returned] {
        let id = format!("msg_{}", bench.owner().as_u128());
        bench.accept("twice", &id).await;
        let claimed = bench.claim_one("twice", TARGET).await;
        assert_eq!(
            bench.settle(&claimed, first.clone()).await,
            Settled::Settled
        );
        assert_eq!(
            bench.settle(&claimed, DONE).await,
            Settled::NotOwner,
            "{first:?}"
        );
        if first == Fate::Returned {
            let again = bench.claim_one("twice", TARGET).await;
            assert_eq!(bench.settle(&again, DONE).await, Settled::Settled);
        }
    }
}

async fn targets_have_fates_of_their_own(bench: &Bench) {
    bench
        .accept_for(&["a", "b"], request("fates", "msg_1"))
        .await;
    let a = bench.claim_one("fates", "a").await;
    assert_eq!(bench.settle(&a, DONE).await, Settled::Settled);
    let b = bench.claim_one("fates", "b").await;
    assert_eq!(bench.settle(&b, retry(LEASE)).await, Settled::Settled);
    bench.clock.advance(LEASE);
    assert!(
        bench.claimed_ids("fates", "a").await.is_empty(),
        "it is done"
    );
    let b = bench.claim_one("fates", "b").await;
    assert_eq!(b.failed_attempts, 1);
    assert_eq!(
        b.request.body, "body of msg_1",
        "the request is still there"
    );
}

async fn what_is_given_back_is_due_at_once_and_does_not_count(bench: &Bench) {
    bench.accept("returned", "msg_1").await;
    let claimed = bench.claim_one("returned", TARGET).await;
    assert_eq!(
        bench.settle(&claimed, Fate::Returned).await,
        Settled::Settled
    );
    let again = bench.claim_one("returned", TARGET).await;
    assert_eq!((again.failed_attempts, again.lost_leases), (0, 0));
}
