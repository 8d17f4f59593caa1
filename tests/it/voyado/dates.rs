//! Dates as .NET writes them, and as it does not.

use jiff::{
    civil::{Date, date},
    tz,
};
use proptest::prelude::*;
use serde_json::value::RawValue;
use tower_webhook::voyado::{DateTime, EventType};

use super::decode::{payload, payload_of};

/// A date that is not read has to be kept as it was sent.
fn expires(text: &str) -> Option<DateTime> {
    expires_json(&format!("\"{text}\""))
}

fn expires_json(sent: &str) -> Option<DateTime> {
    let json = format!(r#"{{"contactId":"c-1","balanceExpires":{sent}}}"#);
    let event = payload_of!(
        PointBalanceUpdated,
        payload(EventType::PointBalanceUpdated, &json).unwrap()
    );
    let kept = event.other.get("balanceExpires").map(RawValue::get);
    let is_read = event.balance_expires.is_some();
    assert_eq!(kept, (!is_read).then_some(sent));
    event.balance_expires
}

fn birth_day(text: &str) -> Option<Date> {
    let json = format!(r#"{{"contactId":"c-1","birthDay":"{text}"}}"#);
    let event = payload(EventType::ContactCreated, &json).unwrap();
    payload_of!(ContactCreated, event).birth_day
}

fn consent_date(text: &str) -> Option<DateTime> {
    let json = format!(r#"{{"contactId":"c-1","date":"{text}"}}"#);
    let event = payload(EventType::ConsentChanged, &json).unwrap();
    payload_of!(ConsentChanged, event).date
}

#[test]
fn seven_digits_of_a_second_and_the_offset_are_kept() {
    let expires = expires("2019-06-14T10:43:20.4688587+02:00").unwrap();
    assert_eq!(
        expires.civil(),
        date(2019, 6, 14).at(10, 43, 20, 468_858_700)
    );
    assert_eq!(expires.offset(), Some(tz::offset(2)));
    assert_eq!(
        expires.timestamp().unwrap().to_string(),
        "2019-06-14T08:43:20.4688587Z"
    );
    assert_eq!(expires.to_string(), "2019-06-14T10:43:20.4688587+02:00");
}

#[test]
fn z_is_an_offset_of_zero() {
    for text in ["2019-06-14T10:43:20Z", "2019-06-14T10:43:20+00:00"] {
        let expires = expires(text).unwrap();
        assert_eq!(expires.offset(), Some(tz::Offset::UTC));
        assert_eq!(expires.timestamp().unwrap().as_second(), 1_560_509_000);
        assert_eq!(expires.to_string(), "2019-06-14T10:43:20+00:00");
    }
}

#[test]
fn without_an_offset_there_is_a_clock_but_no_instant() {
    let expires = expires("2019-06-14T10:43:20.123").unwrap();
    assert_eq!(
        expires.civil(),
        date(2019, 6, 14).at(10, 43, 20, 123_000_000)
    );
    assert_eq!(expires.offset(), None);
    assert_eq!(expires.timestamp(), None);
    assert_eq!(expires.to_string(), "2019-06-14T10:43:20.123");
}

#[test]
fn up_to_nine_digits_of_a_second_are_read() {
    for digits in 1..=9 {
        let fraction = &"123456789"[..digits];
        let text = format!("2019-06-14T10:43:20.{fraction}-03:30");
        assert_eq!(expires(&text).unwrap().to_string(), text);
    }
    assert_eq!(expires("2019-06-14T10:43:20.1234567891Z"), None);
}

#[test]
fn the_ends_of_dot_nets_calendar_are_read() {
    let least = expires("0001-01-01T00:00:00").unwrap();
    assert_eq!(least.civil(), date(1, 1, 1).at(0, 0, 0, 0));
    let greatest = expires("9999-12-31T23:59:59.9999999+00:00").unwrap();
    assert_eq!(greatest.to_string(), "9999-12-31T23:59:59.9999999+00:00");
    assert_eq!(greatest.timestamp(), None);
}

#[test]
fn what_is_no_date_and_time_is_none_and_kept() {
    for text in [
        "",
        "2019-06-14",
        "10:43:20",
        "2019-13-14T10:43:20Z",
        "2019-02-29T10:43:20Z",
        "2019-06-14T25:43:20Z",
        "2019-06-14T10:43:20+99:00",
        "2019-06-14T10:43:20Z ",
        " 2019-06-14T10:43:20Z",
        "14/06/2019 10:43",
        "/Date(1560509000000)/",
        "2019-06-14T10:43:20+02:00[Europe/Stockholm]",
        "2019-06-14T10:43:20[Europe/Stockholm]",
        "1560509000",
        "string",
        "tomorrow",
        "２０１９-06-14T10:43:20Z",
    ] {
        assert_eq!(expires(text), None, "{text}");
    }
    for json in ["1560509000", "true", "{}", "[]"] {
        assert_eq!(expires_json(json), None, "{json}");
    }
}

/// RFC 3339 has none, and what is written has none either.
#[test]
fn an_offset_with_seconds_is_kept_unless_they_are_zero() {
    for text in ["2019-06-14T10:43:20+08:22:01", "2019-06-14T10:43:20-082230"] {
        assert_eq!(expires(text), None, "{text}");
    }
    let expires = expires("2019-06-14T10:43:20+08:22:00").unwrap();
    assert_eq!(expires.to_string(), "2019-06-14T10:43:20+08:22");
}

#[test]
fn a_birth_day_is_a_date_with_or_without_a_time() {
    for text in [
        "1984-02-29",
        "1984-02-29T00:00:00",
        "1984-02-29T00:00:00.0000000",
        "1984-02-29T00:00:00+01:00",
        "1984-02-29T00:00:00Z",
    ] {
        assert_eq!(birth_day(text), Some(date(1984, 2, 29)), "{text}");
    }
    for text in ["1983-02-29", "29/2/1984", "", "1984-02-29[u-ca=hebrew]"] {
        assert_eq!(birth_day(text), None, "{text}");
    }
}

#[test]
fn the_date_of_a_consent_without_a_time_is_its_midnight() {
    let consented = consent_date("2017-03-20").unwrap();
    assert_eq!(consented.civil(), date(2017, 3, 20).at(0, 0, 0, 0));
    assert_eq!(consented.offset(), None);
    let consented = consent_date("2017-03-20T12:30:00+01:00").unwrap();
    assert_eq!(consented.to_string(), "2017-03-20T12:30:00+01:00");
    assert_eq!(consent_date("20th of March"), None);
}

proptest! {
    #[test]
    fn no_text_in_place_of_a_date_panics(text in r"[-+:.TZ0-9 \[\]]{0,40}") {
        if let Some(expires) = expires(&text) {
            let _ = expires.timestamp();
            let _ = expires.to_string();
        }
        let _ = birth_day(&text);
    }
}
