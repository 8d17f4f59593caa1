use std::time::Duration;

use jiff::Timestamp;
use proptest::{prelude::*, sample::select};
use serde_json::json;
use tower_webhook::{
    decrypt::Aes256Cbc,
    voyado::{
        SoftIdentification,
        SoftIdentificationErrorKind::{TooNew, TooOld},
    },
};

const NANOS: i128 = 1_000_000_000;

/// When a link was made, in nanoseconds: the ends of the calendar, their neighbours, 1970, and anything between.
fn made() -> impl Strategy<Value = i128> {
    let (first, last) = (
        Timestamp::MIN.as_nanosecond(),
        Timestamp::MAX.as_nanosecond(),
    );
    // The year 0 is the first that RFC 3339 has.
    let year_0 = -62_167_219_200 * NANOS;
    let ends = [first, first + 1, year_0, -1, 0, 1, last - 1, last];
    prop_oneof![2 => select(ends.to_vec()), 1 => first..=last]
}

/// A clock's time or a maximum age, at the ends more often than not.
fn duration() -> impl Strategy<Value = Duration> {
    let ends = [
        Duration::ZERO,
        Duration::from_nanos(1),
        Duration::from_secs(300),
        Duration::from_secs(i64::MAX.unsigned_abs()),
        Duration::from_secs(i64::MAX.unsigned_abs() + 1),
        Duration::from_secs(u64::MAX),
        Duration::MAX,
    ];
    prop_oneof![2 => select(ends.to_vec()), 1 => any::<Duration>()]
}

fn nanos(duration: Duration) -> i128 {
    i128::try_from(duration.as_nanos()).unwrap()
}

proptest! {
    #[test]
    fn at_the_ends_of_the_types_the_age_of_a_link_is_that_of_a_wider_one(
        made in made(),
        clock in duration(),
        max_age in duration(),
        away in prop::option::of(-1..=300 * NANOS + 1),
    ) {
        // Half of them near the clock, where every answer is possible.
        let near = away.map(|away| nanos(clock) + away);
        let made = near.filter(|near| Timestamp::from_nanosecond(*near).is_ok()).unwrap_or(made);
        let age = nanos(clock) - made;
        let expected = if made < 0 || age > nanos(max_age) {
            Err(TooOld)
        } else if -age > 300 * NANOS {
            Err(TooNew)
        } else {
            Ok(())
        };
        let date_time = Timestamp::from_nanosecond(made).unwrap().to_string();
        let link = json!({ "contactId": "c-1", "dateTime": date_time }).to_string();
        let cipher = Aes256Cbc::new([7; 32]).unwrap();
        let link = cipher.seal(link.as_bytes(), [3; 16]);
        let opened = SoftIdentification::open(&link, &cipher, max_age, &move || clock);
        prop_assert_eq!(opened.map(drop).map_err(|error| error.kind()), expected, "{}", date_time);
    }
}
