use std::time::Duration;

use proptest::{prelude::*, sample::select};
use tower_webhook::{
    Receiver, RejectionKind,
    idempotency::{BodyDigest, Claim, IdempotencyStore, MemoryStore, OwnerToken, Settlement},
    testing::idempotency_key,
};

use crate::support::{NOW, SECRET, append, genuine_set, now};

/// A `content-length` in digits, far beyond what any type holds too, or anything else.
fn content_length() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => any::<u64>().prop_map(|length| length.to_string()),
        2 => "0{0,3}[0-9]{1,30}",
        1 => "[-+ 0-9a-f.]{0,20}",
    ]
}

/// Times of a clock, a lease or a retention, at the ends more often than not.
fn duration() -> impl Strategy<Value = Duration> {
    let ends = [
        Duration::ZERO,
        Duration::from_nanos(999_999),
        Duration::from_millis(1),
        Duration::from_millis(u64::MAX - 1),
        Duration::from_millis(u64::MAX),
        Duration::MAX,
    ];
    prop_oneof![2 => select(ends.to_vec()), 1 => any::<Duration>()]
}

/// What the memory store keeps of a time.
fn millis(duration: Duration) -> u128 {
    duration.as_millis().min(u64::MAX.into())
}

proptest! {
    #[test]
    fn a_content_length_is_refused_if_its_digits_are_a_number_beyond_the_limit(
        line in content_length(),
        limit in prop_oneof![select(vec![0, 1, usize::MAX - 1, usize::MAX]), any::<usize>()],
    ) {
        let is_number = !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit());
        let digits = line.trim_start_matches('0');
        let limit_digits = limit.to_string();
        let limit_digits = limit_digits.trim_start_matches('0');
        let exceeds = (digits.len(), digits) > (limit_digits.len(), limit_digits);

        let mut headers = genuine_set("svix");
        append(&mut headers, "content-length", &line);
        let receiver = Receiver::builder([SECRET])
            .clock(|| Duration::from_secs(NOW))
            .max_body_bytes(limit)
            .build()
            .unwrap();
        let refused = receiver.check_head(&headers).err();
        let expected = (is_number && exceeds).then_some(RejectionKind::BodyTooLarge);
        prop_assert_eq!(refused.map(|rejection| rejection.kind()), expected);
    }

    #[test]
    fn no_clock_lease_or_retention_overflows_the_memory_store(
        clock in duration(),
        lease in duration(),
        retention in duration(),
    ) {
        let store = MemoryStore::with_clock(1, move || clock).unwrap();
        let key = idempotency_key("ends", "", "msg_1");
        let (owner, body) = (OwnerToken::random(), BodyDigest::of(b"{}"));
        let claim = now(store.claim(&key, owner, body, lease)).unwrap();
        prop_assert_eq!(claim, Claim::Fresh);
        // At the end of time nothing lasts.
        let lasts = |duration| millis(clock) < u128::from(u64::MAX) && millis(duration) > 0;
        let renewed = now(store.renew(&key, owner, lease)).unwrap();
        prop_assert_eq!(renewed == Settlement::Settled, lasts(lease));
        let settled = now(store.complete(&key, owner, body, retention)).unwrap();
        prop_assert_eq!(settled, Settlement::Settled);
        let again = now(store.claim(&key, OwnerToken::random(), body, lease)).unwrap();
        prop_assert_eq!(again == Claim::Done, lasts(retention), "{:?}", again);
    }
}
