//! Checking head and signature allocates nothing.

use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use tower_webhook::Receiver;

use crate::support::{BODY, ID, NOW, SECRET, genuine_set, set};

const OTHERS: [&str; 2] = [
    "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
    "whsec_plJ3nmyCDGBKInavdOK15jsl",
];

fn receivers() -> [Receiver; 2] {
    [vec![SECRET], vec![OTHERS[0], OTHERS[1], SECRET]].map(|secrets| {
        Receiver::builder(secrets)
            .clock(|| Duration::from_secs(NOW))
            .build()
            .unwrap()
    })
}

/// Measures the decision alone: the verified body is dropped inside, its bytes are static.
fn allocations(receiver: &Receiver, headers: &HeaderMap, accepted: bool) -> u64 {
    let body = Bytes::from_static(BODY.as_bytes());
    let mut was_accepted = !accepted;
    let measured = allocation_counter::measure(|| {
        was_accepted = receiver
            .check_head(headers)
            .and_then(|head| head.check_signature(body))
            .is_ok();
    });
    assert_eq!(was_accepted, accepted);
    measured.count_total
}

#[test]
fn accepting_allocates_nothing_with_one_secret_and_with_three() {
    for receiver in receivers() {
        assert_eq!(allocations(&receiver, &genuine_set("svix"), true), 0);
    }
}

#[test]
fn refusing_a_signature_allocates_nothing_with_one_secret_and_with_three() {
    let headers = set(
        "svix",
        ID,
        NOW.to_string(),
        format!("v1,{}=", "A".repeat(43)),
    );
    for receiver in receivers() {
        assert_eq!(allocations(&receiver, &headers, false), 0);
    }
}

#[test]
fn refusing_a_head_allocates_nothing_with_one_secret_and_with_three() {
    let stale = set("svix", ID, "1", "v1,x");
    for receiver in receivers() {
        assert_eq!(allocations(&receiver, &stale, false), 0);
        assert_eq!(allocations(&receiver, &HeaderMap::new(), false), 0);
    }
}
