use std::time::Duration;

use proptest::{prelude::*, sample::select};
use tower_webhook::{
    Receiver,
    RejectionKind::{self, *},
};

use super::message::MAX_TIMESTAMP;
use crate::support::{BODY, ID, SECRET, answer, set, signature_of};

/// Longest tolerance that can be configured, in seconds: the last that a day still has whole, whatever its fraction.
const MAX_TOLERANCE: u64 = 24 * 60 * 60 - 1;

/// The fractions of a second do not count in any of these.
#[derive(Clone, Copy, Debug)]
struct Times {
    now: u64,
    past_tolerance: u64,
    future_tolerance: u64,
    nanos: u32,
}

impl Times {
    fn answer_to(self, timestamp: u64) -> Result<(), RejectionKind> {
        let exact = move |seconds| Duration::new(seconds, self.nanos);
        let receiver = Receiver::builder([SECRET])
            .clock(move || exact(self.now))
            .past_tolerance(exact(self.past_tolerance))
            .future_tolerance(exact(self.future_tolerance))
            .build()
            .unwrap();
        let timestamp = timestamp.to_string();
        let signature = signature_of(ID, &timestamp, BODY);
        answer(&receiver, &set("svix", ID, timestamp, signature), BODY)
    }
}

fn nanos() -> impl Strategy<Value = u32> {
    0..1_000_000_000_u32
}

/// The ends of the types that times are kept in, their neighbours, and anything between.
fn seconds() -> impl Strategy<Value = u64> {
    const I64_MAX: u64 = i64::MAX.unsigned_abs();
    let ends = [
        0,
        1,
        300,
        I64_MAX - 1,
        I64_MAX,
        I64_MAX + 1,
        MAX_TIMESTAMP,
        MAX_TIMESTAMP + 1,
        u64::MAX - 1,
        u64::MAX,
    ];
    prop_oneof![2 => select(ends.to_vec()), 1 => any::<u64>()]
}

/// A tolerance that can be configured, in whole seconds.
fn tolerance() -> impl Strategy<Value = u64> {
    let ends = vec![0, 1, 300, MAX_TOLERANCE - 1, MAX_TOLERANCE];
    prop_oneof![2 => select(ends), 1 => 0..=MAX_TOLERANCE]
}

proptest! {
    #[test]
    fn a_timestamp_is_accepted_up_to_the_last_second_of_the_past_tolerance(
        timestamp in 0..=MAX_TIMESTAMP,
        past_tolerance in 0..=MAX_TOLERANCE,
        future_tolerance in 0..=MAX_TOLERANCE,
        nanos in nanos(),
    ) {
        let last = timestamp + past_tolerance;
        let at = |now| Times { now, past_tolerance, future_tolerance, nanos };
        prop_assert_eq!(at(last).answer_to(timestamp), Ok(()));
        prop_assert_eq!(at(last + 1).answer_to(timestamp), Err(TimestampTooOld));
    }

    #[test]
    fn a_timestamp_is_accepted_from_the_first_second_of_the_future_tolerance(
        now in 0..MAX_TIMESTAMP / 2,
        future_tolerance in 0..=MAX_TOLERANCE,
        past_tolerance in 0..=MAX_TOLERANCE,
        nanos in nanos(),
    ) {
        let furthest = now + future_tolerance;
        let times = Times { now, past_tolerance, future_tolerance, nanos };
        prop_assert_eq!(times.answer_to(furthest), Ok(()));
        prop_assert_eq!(times.answer_to(furthest + 1), Err(TimestampTooNew));
    }

    #[test]
    fn at_the_ends_of_the_types_the_answer_is_that_of_a_wider_one(
        timestamp in seconds(),
        offset in 0..=2 * MAX_TOLERANCE,
        past_tolerance in tolerance(),
        future_tolerance in tolerance(),
        is_near: bool,
        far in seconds(),
        nanos in nanos(),
    ) {
        // Near enough that the tolerance decides, or anywhere.
        let now = if is_near {
            timestamp.saturating_add(offset).saturating_sub(MAX_TOLERANCE)
        } else {
            far
        };
        let age = i128::from(now) - i128::from(timestamp);
        let expected = if timestamp > MAX_TIMESTAMP {
            Err(MalformedTimestamp)
        } else if age > past_tolerance.into() {
            Err(TimestampTooOld)
        } else if -age > future_tolerance.into() {
            Err(TimestampTooNew)
        } else {
            Ok(())
        };
        let times = Times { now, past_tolerance, future_tolerance, nanos };
        prop_assert_eq!(times.answer_to(timestamp), expected);
    }
}
