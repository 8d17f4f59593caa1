use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll};

use bytes::Bytes;
use tokio::task::JoinSet;

use super::{Bench, TARGET, request};
use crate::inbox::{Accepted, HeaderLines};

pub(super) async fn check(bench: &Bench) {
    a_duplicate_is_known(bench).await;
    another_body_is_told_from_a_duplicate(bench).await;
    endpoints_and_tenants_are_apart(bench).await;
    of_concurrent_duplicates_one_is_stored(bench).await;
    what_is_stored_comes_back_byte_for_byte(bench).await;
    a_request_dropped_midway_is_stored_whole_or_not_at_all(bench).await;
}

async fn a_duplicate_is_known(bench: &Bench) {
    assert_eq!(bench.accept("duplicate", "msg_1").await, Accepted::Stored);
    assert_eq!(
        bench.accept("duplicate", "msg_1").await,
        Accepted::Duplicate
    );
    assert_eq!(bench.claimed_ids("duplicate", TARGET).await, ["msg_1"]);
}

async fn another_body_is_told_from_a_duplicate(bench: &Bench) {
    bench.accept("other-body", "msg_1").await;
    let mut other = request("other-body", "msg_1");
    other.body = Bytes::from("another body");
    let accepted = bench.accept_for(&[TARGET], other).await;
    assert_eq!(accepted, Accepted::OtherBody);
    let claimed = bench.claim_one("other-body", TARGET).await;
    assert_eq!(claimed.request.body, "body of msg_1", "the first is kept");
}

async fn endpoints_and_tenants_are_apart(bench: &Bench) {
    for (endpoint, tenant) in [
        ("apart", ""),
        ("apart", "a"),
        ("apart", "b"),
        ("apart-2", ""),
    ] {
        let mut request = request(endpoint, "msg_1");
        request.tenant.push_str(tenant);
        let accepted = bench.accept_for(&[TARGET], request).await;
        assert_eq!(accepted, Accepted::Stored, "{endpoint} {tenant}");
    }
    let mut tenants: Vec<_> = bench.claims("apart", TARGET, 10).await.claimed;
    tenants.sort_by(|a, b| a.request.tenant.cmp(&b.request.tenant));
    let tenants: Vec<_> = tenants
        .iter()
        .map(|claimed| &*claimed.request.tenant)
        .collect();
    assert_eq!(tenants, ["", "a", "b"]);
}

async fn of_concurrent_duplicates_one_is_stored(bench: &Bench) {
    let mut accepting = JoinSet::new();
    for _ in 0..16 {
        let inbox = Arc::clone(&bench.inbox);
        accepting.spawn(async move {
            let targets = [Arc::from(TARGET)];
            inbox.accept(request("concurrent", "msg_1"), &targets).await
        });
    }
    let mut stored = 0;
    while let Some(accepted) = accepting.join_next().await {
        let accepted = accepted
            .expect("accepting ends")
            .expect("the inbox accepts");
        stored += usize::from(accepted == Accepted::Stored);
    }
    assert_eq!(stored, 1, "of 16 concurrent duplicates");
    assert_eq!(bench.claimed_ids("concurrent", TARGET).await, ["msg_1"]);
}

async fn what_is_stored_comes_back_byte_for_byte(bench: &Bench) {
    let mut sent = request("bytes", "msg_1");
    sent.body = (0..=255).chain([0, 0]).collect::<Vec<u8>>().into();
    sent.headers = HeaderLines::from_bytes(b"webhook-id: \xff 'quoted' \\ ;\n".to_vec());
    sent.tenant.push_str("\u{e5}\u{e4}\u{f6} '; --");
    bench.accept_for(&[TARGET], sent.clone()).await;
    let claimed = bench.claim_one("bytes", TARGET).await;
    let stored = claimed.request;
    assert_eq!(stored.body, sent.body);
    assert_eq!(stored.headers, sent.headers);
    assert_eq!(stored.uri, sent.uri);
    assert_eq!(stored.tenant, sent.tenant);
    assert_eq!(stored.endpoint, sent.endpoint);
    assert_eq!(stored.event_type, sent.event_type);
    assert_eq!(stored.timestamp, sent.timestamp);
    assert_eq!((claimed.failed_attempts, claimed.lost_leases), (0, 0));

    let mut empty = request("bytes", "msg_2");
    empty.body = Bytes::new();
    empty.event_type = None;
    empty.timestamp = None;
    bench.accept_for(&[TARGET], empty).await;
    let stored = bench.claim_one("bytes", TARGET).await.request;
    assert_eq!(stored.body, "");
    assert_eq!((stored.event_type, stored.timestamp), (None, None));
}

async fn a_request_dropped_midway_is_stored_whole_or_not_at_all(bench: &Bench) {
    let targets = [Arc::from("a"), Arc::from("b")];
    for polls in 0..4 {
        let id = format!("msg_{polls}");
        {
            let mut accepting = pin!(bench.inbox.accept(request("dropped", &id), &targets));
            for _ in 0..polls {
                let ready = poll_fn(|cx| Poll::Ready(accepting.as_mut().poll(cx).is_ready())).await;
                if ready {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        let again = bench.accept_for(&["a", "b"], request("dropped", &id)).await;
        assert!(
            matches!(again, Accepted::Stored | Accepted::Duplicate),
            "{again:?}"
        );
        for target in ["a", "b"] {
            let claimed = bench.claimed_ids("dropped", target).await;
            assert_eq!(claimed, [&*id], "after {polls} polls");
        }
    }
}
