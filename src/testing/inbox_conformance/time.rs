use std::time::Duration;

use super::{Bench, DONE, LEASE, TARGET, retry};
use crate::{
    inbox::{Accepted, Retention, Settled},
    message::clock::Clock,
};

const HOUR: Duration = Duration::from_secs(60 * 60);

pub(super) async fn check(bench: &Bench) {
    a_retry_comes_when_it_is_due(bench).await;
    what_is_finished_goes_with_its_retention_and_its_id_later(bench).await;
    what_waits_is_not_swept(bench).await;
    a_clock_set_back_delays_and_loses_nothing(bench).await;
    a_clock_set_forward_hands_over_what_is_claimed(bench).await;
    the_longest_durations_do_not_overflow(bench).await;
}

async fn a_retry_comes_when_it_is_due(bench: &Bench) {
    bench.accept("retry", "msg_1").await;
    for failed in 0..3 {
        let claimed = bench.claim_one("retry", TARGET).await;
        assert_eq!(claimed.failed_attempts, failed);
        let settled = bench.settle(&claimed, retry(HOUR)).await;
        assert_eq!(settled, Settled::Settled);
        let waiting = bench.claims("retry", TARGET, 10).await;
        assert!(waiting.claimed.is_empty());
        assert_eq!(waiting.next_in, Some(HOUR));
        bench
            .clock
            .advance(HOUR.saturating_sub(Duration::from_millis(1)));
        assert!(bench.claimed_ids("retry", TARGET).await.is_empty(), "early");
        bench.clock.advance(Duration::from_millis(1));
    }
}

async fn what_is_finished_goes_with_its_retention_and_its_id_later(bench: &Bench) {
    let retention = Retention {
        requests: HOUR,
        ids: HOUR * 3,
    };
    bench.accept("swept", "msg_1").await;
    let claimed = bench.claim_one("swept", TARGET).await;
    bench.settle(&claimed, DONE).await;
    sweep_all(bench, retention).await;
    assert_eq!(bench.accept("swept", "msg_1").await, Accepted::Duplicate);
    bench.clock.advance(HOUR);
    let (requests, ids) = sweep_all(bench, retention).await;
    assert!(requests >= 1 && ids == 0, "{requests} requests, {ids} ids");
    assert_eq!(bench.accept("swept", "msg_1").await, Accepted::Duplicate);
    bench.clock.advance(HOUR * 2);
    let (_, ids) = sweep_all(bench, retention).await;
    assert!(ids >= 1);
    assert_eq!(bench.accept("swept", "msg_1").await, Accepted::Stored);
    assert_eq!(bench.claimed_ids("swept", TARGET).await, ["msg_1"]);
}

async fn what_waits_is_not_swept(bench: &Bench) {
    let nothing = Retention {
        requests: Duration::ZERO,
        ids: Duration::ZERO,
    };
    bench.accept("unswept", "msg_1").await;
    bench.clock.advance(HOUR * 1000);
    sweep_all(bench, nothing).await;
    let claimed = bench.claim_one("unswept", TARGET).await;
    assert_eq!(claimed.request.body, "body of msg_1");
    sweep_all(bench, nothing).await;
    assert_eq!(bench.settle(&claimed, DONE).await, Settled::Settled);
}

async fn sweep_all(bench: &Bench, retention: Retention) -> (u64, u64) {
    let (mut requests, mut ids) = (0, 0);
    loop {
        let swept = bench.inbox.sweep(retention).await;
        let swept = swept.expect("the inbox sweeps");
        requests += swept.requests;
        ids += swept.ids;
        if !swept.more {
            return (requests, ids);
        }
    }
}

async fn a_clock_set_back_delays_and_loses_nothing(bench: &Bench) {
    let now = bench.clock.unix_time();
    bench.accept("back", "msg_1").await;
    bench.accept("back", "msg_2").await;
    let claims = bench.claims("back", TARGET, 1).await;
    bench.clock.set(now.saturating_sub(HOUR));
    assert_eq!(bench.accept("back", "msg_1").await, Accepted::Duplicate);
    let early = bench.claims("back", TARGET, 10).await;
    assert!(
        early.claimed.is_empty() || early.claimed.len() == 1,
        "never both"
    );
    for claimed in claims.claimed.iter().chain(&early.claimed) {
        assert_eq!(bench.settle(claimed, DONE).await, Settled::Settled);
    }
    bench.clock.set(now);
    let rest = bench.claims("back", TARGET, 10).await;
    assert_eq!(
        early.claimed.len() + rest.claimed.len(),
        1,
        "the second, once"
    );
}

async fn a_clock_set_forward_hands_over_what_is_claimed(bench: &Bench) {
    bench.accept("forward", "msg_1").await;
    let claimed = bench.claim_one("forward", TARGET).await;
    bench.clock.advance(HOUR * 24 * 365);
    let next = bench.claim_one("forward", TARGET).await;
    assert_eq!(bench.settle(&claimed, DONE).await, Settled::NotOwner);
    assert_eq!(bench.settle(&next, DONE).await, Settled::Settled);
}

async fn the_longest_durations_do_not_overflow(bench: &Bench) {
    bench.accept("longest", "msg_1").await;
    let claims = bench.claims_with("longest", TARGET, 1, Duration::MAX).await;
    let claimed = &claims.claimed[0];
    let renewed = bench.inbox.renew(&claimed.key, Duration::MAX).await;
    assert_eq!(renewed.expect("the inbox renews"), Settled::Settled);
    bench.clock.advance(LEASE);
    assert!(bench.claimed_ids("longest", TARGET).await.is_empty());
    let settled = bench.settle(claimed, retry(Duration::MAX)).await;
    assert_eq!(settled, Settled::Settled);
    assert!(bench.claimed_ids("longest", TARGET).await.is_empty());
    let kept = Retention {
        requests: Duration::MAX,
        ids: Duration::MAX,
    };
    let (requests, ids) = sweep_all(bench, kept).await;
    assert_eq!((requests, ids), (0, 0));
}
