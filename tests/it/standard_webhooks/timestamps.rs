use std::time::{Duration, SystemTime};

use tower_webhook::{Receiver, RejectionKind, Timestamp, receiver::ReceiverBuilder};

use crate::support::{BODY, ID, NOW, SECRET, answer, receiver_at, set, signature_of};

/// The answer at a time to a timestamp that is genuinely signed.
fn at(clock: u64, timestamp: &str) -> Result<(), RejectionKind> {
    answer_of(&receiver_at(clock), timestamp)
}

fn answer_of(receiver: &Receiver, timestamp: &str) -> Result<(), RejectionKind> {
    let signature = signature_of(ID, timestamp, BODY);
    answer(receiver, &set("svix", ID, timestamp, signature), BODY)
}

fn built(configure: impl FnOnce(ReceiverBuilder) -> ReceiverBuilder) -> Receiver {
    let builder = Receiver::builder([SECRET]).clock(|| Duration::from_secs(NOW));
    configure(builder).build().unwrap()
}

fn shifted(seconds: i64) -> String {
    NOW.saturating_add_signed(seconds).to_string()
}

#[test]
fn a_timestamp_300_seconds_old_is_accepted_and_301_refused() {
    assert_eq!(at(NOW, &shifted(-300)), Ok(()));
    assert_eq!(at(NOW, &shifted(-301)), Err(RejectionKind::TimestampTooOld));
}

#[test]
fn a_timestamp_300_seconds_ahead_is_accepted_and_301_refused() {
    assert_eq!(at(NOW, &shifted(300)), Ok(()));
    assert_eq!(at(NOW, &shifted(301)), Err(RejectionKind::TimestampTooNew));
}

#[test]
fn past_and_future_tolerance_are_set_apart() {
    let past = built(|builder| builder.past_tolerance(Duration::from_secs(10)));
    assert_eq!(answer_of(&past, &shifted(-10)), Ok(()));
    assert_eq!(
        answer_of(&past, &shifted(-11)),
        Err(RejectionKind::TimestampTooOld)
    );
    assert_eq!(answer_of(&past, &shifted(300)), Ok(()));

    let future = built(|builder| builder.future_tolerance(Duration::from_secs(10)));
    assert_eq!(answer_of(&future, &shifted(10)), Ok(()));
    assert_eq!(
        answer_of(&future, &shifted(11)),
        Err(RejectionKind::TimestampTooNew)
    );
    assert_eq!(answer_of(&future, &shifted(-300)), Ok(()));
}

#[test]
fn a_tolerance_of_zero_accepts_the_same_second_only() {
    let exact = built(|builder| builder.tolerance(Duration::ZERO));
    assert_eq!(answer_of(&exact, &shifted(0)), Ok(()));
    assert_eq!(
        answer_of(&exact, &shifted(-1)),
        Err(RejectionKind::TimestampTooOld)
    );
    assert_eq!(
        answer_of(&exact, &shifted(1)),
        Err(RejectionKind::TimestampTooNew)
    );
}

#[test]
fn fractions_of_a_second_of_the_clock_do_not_count() {
    let late = built(|builder| builder.clock(|| Duration::new(NOW, 999_999_999)));
    assert_eq!(answer_of(&late, &shifted(-300)), Ok(()));
}

#[test]
fn without_a_clock_the_time_is_the_systems() {
    let receiver = Receiver::builder([SECRET]).build().unwrap();
    let now = Timestamp::from(SystemTime::now()).to_string();
    assert_eq!(answer_of(&receiver, &now), Ok(()));
    assert_eq!(
        answer_of(&receiver, "0"),
        Err(RejectionKind::TimestampTooOld)
    );
}

#[test]
fn timestamp_0_with_the_clock_at_0_is_accepted() {
    assert_eq!(at(0, "0"), Ok(()));
    assert_eq!(at(300, "0"), Ok(()));
    assert_eq!(at(301, "0"), Err(RejectionKind::TimestampTooOld));
}

#[test]
fn a_timestamp_that_is_not_ascii_digits_without_a_leading_zero_is_refused() {
    for text in [
        "", "+1", "-1", "-0", " 1", "1 ", "1.0", "1e9", "1_0", "01", "00", "1abc", "0x1", "١",
        // The characters before and behind the digits.
        "/", ":", "1/", "1:",
    ] {
        assert_eq!(
            at(1, text),
            Err(RejectionKind::MalformedTimestamp),
            "{text:?}"
        );
    }
}

#[test]
fn a_timestamp_of_19_digits_is_read_and_of_20_refused() {
    let nines = "9".repeat(19);
    assert_eq!(at(9_999_999_999_999_999_999, &nines), Ok(()));
    assert_eq!(at(NOW, &nines), Err(RejectionKind::TimestampTooNew));
    assert_eq!(
        at(NOW, "10000000000000000000"),
        Err(RejectionKind::MalformedTimestamp)
    );
}

#[test]
fn the_extremes_of_i64_do_not_overflow() {
    let max = i64::MAX.to_string();
    assert_eq!(at(i64::MAX.unsigned_abs(), &max), Ok(()));
    assert_eq!(at(0, &max), Err(RejectionKind::TimestampTooNew));
    // Panics `standardwebhooks` 1.0.1 in checked builds.
    assert_eq!(
        at(NOW, &i64::MIN.to_string()),
        Err(RejectionKind::MalformedTimestamp)
    );
    assert_eq!(
        at(NOW, "9223372036854775808"),
        Err(RejectionKind::TimestampTooNew)
    );
}

#[test]
fn the_extremes_of_u64_do_not_overflow() {
    assert_eq!(
        at(u64::MAX, &u64::MAX.to_string()),
        Err(RejectionKind::MalformedTimestamp)
    );
    assert_eq!(at(u64::MAX, "0"), Err(RejectionKind::TimestampTooOld));
    let boundless = built(ReceiverBuilder::danger_accept_any_timestamp);
    assert_eq!(answer_of(&boundless, "0"), Ok(()));
    assert_eq!(answer_of(&boundless, &i64::MAX.to_string()), Ok(()));
}
