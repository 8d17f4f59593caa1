//! Points, money and identifiers.

use proptest::prelude::*;
use serde_json::value::RawValue;
use tower_webhook::voyado::{Decimal, EventType, Identifier};

use super::decode::{payload, payload_of};

/// A number that is not read has to be kept as it was sent.
fn balance(sent: &str) -> Option<Decimal> {
    let json = format!(r#"{{"contactId":"c-1","balance":{sent}}}"#);
    let event = payload_of!(
        PointBalanceUpdated,
        payload(EventType::PointBalanceUpdated, &json).unwrap()
    );
    let kept = event.other.get("balance").map(RawValue::get);
    let is_read = event.balance.is_some();
    assert_eq!(kept, (!is_read).then_some(sent));
    event.balance
}

fn account(sent: &str) -> Option<Identifier> {
    let json = format!(r#"{{"contactId":"c-1","accountId":{sent}}}"#);
    let event = payload_of!(
        PointBalanceUpdated,
        payload(EventType::PointBalanceUpdated, &json).unwrap()
    );
    let kept = event.other.get("accountId").map(RawValue::get);
    let is_read = event.account_id.is_some();
    assert_eq!(kept, (!is_read).then_some(sent));
    event.account_id
}

fn age(sent: &str) -> Option<i64> {
    let json = format!(r#"{{"contactId":"c-1","age":{sent}}}"#);
    let contact = payload_of!(
        ContactUpdated,
        payload(EventType::ContactUpdated, &json).unwrap()
    );
    assert_eq!(contact.other.is_empty(), contact.age.is_some());
    contact.age
}

#[test]
fn a_decimal_has_exactly_the_digits_that_were_sent() {
    for number in [
        "0",
        "7",
        "-7",
        "1000.1234",
        "1000.1230",
        "-0.0001",
        "0.1",
        "9007199254740993",
        "12345678901234567890.1234",
        "79228162514264337593543950335",
        "-79228162514264337593543950335",
        "7.9228162514264337593543950335",
        "0.0000000000000000000000000001",
    ] {
        assert_eq!(balance(number).unwrap().to_string(), number);
        let text = format!("\"{number}\"");
        assert_eq!(balance(&text).unwrap().to_string(), number);
    }
}

#[test]
fn an_exponent_moves_the_point_and_nothing_else() {
    for (sent, read) in [
        ("1e3", "1000"),
        ("1E+3", "1000"),
        ("1.2345e2", "123.45"),
        ("1.5e1", "15"),
        ("12e-4", "0.0012"),
        ("-12.5E-1", "-1.25"),
        ("1.0e0", "1.0"),
        ("0e5", "0"),
        ("1e28", "10000000000000000000000000000"),
        ("1e-28", "0.0000000000000000000000000001"),
        (r#""1.5e1""#, "15"),
    ] {
        assert_eq!(balance(sent).unwrap().to_string(), read, "{sent}");
    }
}

#[test]
fn a_negative_zero_is_zero() {
    for number in ["-0", "-0.0", "-0e0", "-0.00e1"] {
        assert_eq!(balance(number).unwrap(), Decimal::ZERO, "{number}");
    }
}

#[test]
fn a_number_that_does_not_fit_exactly_is_kept_and_not_rounded() {
    for number in [
        "79228162514264337593543950336",
        "0.00000000000000000000000000001",
        "1.00000000000000000000000000001",
        "1e29",
        "1e-29",
        "12345678901234567890123456789012345",
        "10.00000000000000000000000000000000000",
        "1e400",
        "1e-400",
        "1e2147483647",
        "1e-2147483648",
        "1e99999999999999999999",
        "1.5e-9223372036854775809",
    ] {
        assert_eq!(balance(number), None, "{number}");
    }
    let long = "9".repeat(1_000_000);
    for number in [format!("0.{long}"), format!("1e{long}"), long] {
        assert_eq!(balance(&number), None);
    }
    let zeros = format!("\"{}\"", "0".repeat(1_000_000));
    assert_eq!(balance(&zeros), None);
}

#[test]
fn what_is_no_number_is_no_decimal() {
    for json in [
        r#""""#,
        r#"" ""#,
        r#""7 ""#,
        r#"" 7""#,
        r#""1_000""#,
        r#""1,5""#,
        r#""1 000""#,
        r#""1.2.3""#,
        r#""--1""#,
        r#""e3""#,
        r#""1e""#,
        r#""1e1.5""#,
        r#""1e1e1""#,
        r#""0x10""#,
        r#""NaN""#,
        r#""Infinity""#,
        r#""٣""#,
        "true",
        "[]",
        "{}",
        "[1]",
    ] {
        assert_eq!(balance(json), None, "{json}");
    }
}

#[test]
fn an_identifier_is_a_number_or_a_text() {
    for (json, text, integer) in [
        ("7", "7", Some(7)),
        (r#""7""#, "7", Some(7)),
        ("-7", "-7", Some(-7)),
        ("-0", "-0", Some(0)),
        ("9223372036854775807", "9223372036854775807", Some(i64::MAX)),
        (
            "-9223372036854775808",
            "-9223372036854775808",
            Some(i64::MIN),
        ),
        ("9223372036854775808", "9223372036854775808", None),
        (
            "123456789012345678901234567890",
            "123456789012345678901234567890",
            None,
        ),
        ("1.5", "1.5", None),
        ("1e3", "1e3", None),
        (r#""007""#, "007", Some(7)),
        (r#""a-\u0031""#, "a-1", None),
        (r#""""#, "", None),
    ] {
        let identifier = account(json).unwrap();
        assert_eq!(identifier.as_str(), text, "{json}");
        assert_eq!(identifier.as_i64(), integer, "{json}");
        assert_eq!(identifier.to_string(), text, "{json}");
    }
    assert_eq!(account("7").unwrap(), account(r#""7""#).unwrap());
}

#[test]
fn what_is_neither_number_nor_text_is_no_identifier() {
    for json in ["true", "false", "[]", "[7]", "{}", r#""\udead""#] {
        assert_eq!(account(json), None, "{json}");
    }
}

#[test]
fn an_integer_is_a_number_or_a_text_without_a_fraction() {
    for (json, integer) in [
        ("40", Some(40)),
        (r#""40""#, Some(40)),
        ("-1", Some(-1)),
        ("9223372036854775808", None),
        ("40.0", None),
        ("4e1", None),
        (r#""""#, None),
        ("true", None),
    ] {
        assert_eq!(age(json), integer, "{json}");
    }
}

proptest! {
    #[test]
    fn every_decimal_survives(mantissa in any::<i64>(), scale in 0_u32..=28) {
        let decimal = Decimal::new(mantissa, scale);
        prop_assert_eq!(balance(&decimal.to_string()).unwrap(), decimal);
    }

    #[test]
    fn an_exponent_says_the_same_as_the_digits(mantissa in any::<i32>(), exponent in -9_i32..=9) {
        let sent = balance(&format!("{mantissa}e{exponent}")).unwrap();
        let ten = Decimal::from(10_u64.pow(exponent.unsigned_abs()));
        let expected = if exponent < 0 { Decimal::from(mantissa) / ten } else { Decimal::from(mantissa) * ten };
        prop_assert_eq!(sent, expected);
    }

    #[test]
    fn no_text_in_place_of_a_number_panics(text in r"[-+.eE_0-9]{0,40}") {
        let _ = balance(&format!("\"{text}\""));
        if serde_json::from_str::<&RawValue>(&text).is_ok() {
            let _ = balance(&text);
            let _ = account(&text);
        }
    }
}
