//! `Json<T>`: what it skips, and where it says that an error is.

use std::collections::BTreeMap;

use serde::Deserialize;
use tower_webhook::{
    Json,
    RejectionKind::MalformedEvent,
    event::{DecodeError, DecodeErrorKind},
};

use crate::support::{decode_error, open};

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Order {
    number: u64,
    #[serde(default)]
    items: Vec<Item>,
    #[serde(default)]
    prices: BTreeMap<String, u64>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Item {
    price: u64,
}

fn error(body: &str) -> DecodeError {
    decode_error::<Json<Order>>(body.to_owned())
}

#[test]
fn a_byte_order_mark_is_skipped_once_and_only_in_front() {
    let delivery = open::<Json<Order>>("\u{feff}{\"number\": 7}").unwrap();
    assert_eq!(delivery.event().0.number, 7);
    assert_eq!(delivery.body(), "\u{feff}{\"number\": 7}");
    for body in [
        "\u{feff}\u{feff}{\"number\": 7}",
        " \u{feff}{\"number\": 7}",
        "{\"number\": 7}\u{feff}",
        "\u{feff}",
    ] {
        assert_eq!(open::<Json<Order>>(body).unwrap_err(), MalformedEvent);
    }
}

#[test]
fn an_error_has_its_line_its_column_and_the_path_of_its_field() {
    let error = error("{\"number\": 7,\n \"items\": [{\"price\": 1}, {\"price\": \"x\"}]}");
    assert_eq!(error.kind(), DecodeErrorKind::Malformed);
    assert_eq!((error.line(), error.column()), (Some(2), Some(38)));
    assert_eq!(error.path(), Some("items[1].price"));
    assert_eq!(
        error.to_string(),
        "the body is not what the event type expects at `items[1].price` (line 2, column 38)"
    );
}

#[test]
fn an_error_at_no_field_has_no_path() {
    for body in ["7", "", "{\"number\": 7} x", "{}"] {
        let error = error(body);
        assert_eq!(error.path(), None, "{body}");
        assert!(error.line().is_some(), "{body}");
    }
}

#[test]
fn an_error_shows_nothing_that_could_be_somebodys_data() {
    for key in ["anna@example.com", "+46701740605", "Ö", "a b", "1984"] {
        let error = error(&format!(
            r#"{{"number": 7, "prices": {{"{key}": "personal"}}}}"#
        ));
        assert_eq!(error.path(), Some("prices.?"), "{key}");
        assert!(!error.to_string().contains("personal"));
        assert!(!format!("{error:?}").contains(key));
    }
}

#[test]
fn a_name_that_a_programmer_would_give_is_shown_up_to_64_characters() {
    let longest = "x".repeat(64);
    for key in ["net_total", "net-total", "_net", "net2", &longest] {
        let error = error(&format!(r#"{{"number": 7, "prices": {{"{key}": "x"}}}}"#));
        assert_eq!(error.path(), Some(&*format!("prices.{key}")));
    }
    for key in ["-net", "2net", &(longest + "x")] {
        let error = error(&format!(r#"{{"number": 7, "prices": {{"{key}": "x"}}}}"#));
        assert_eq!(error.path(), Some("prices.?"), "{key}");
    }
}

#[test]
fn an_error_that_is_not_of_a_text_has_no_position() {
    let error = serde_json::from_value::<u64>(serde_json::Value::Null).unwrap_err();
    let error = DecodeError::from(error);
    assert_eq!(error.kind(), DecodeErrorKind::Malformed);
    assert_eq!((error.line(), error.column()), (None, None));
}

#[test]
fn a_path_has_an_end() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "it is never read")]
    struct Deep {
        deeper: Option<Box<Deep>>,
    }

    let body = format!("{}7{}", r#"{"deeper":"#.repeat(100), "}".repeat(100));
    let error = decode_error::<Json<Deep>>(body);
    let path = error.path().unwrap();
    assert!(path.starts_with("deeper.deeper."), "{path}");
    assert!(path.ends_with('…') && path.len() < 300, "{path}");
}

#[test]
fn a_path_goes_on_behind_256_bytes_and_not_behind_257() {
    type Map<T> = BTreeMap<String, T>;
    for (first, end) in [(64, ".z"), (65, "…")] {
        // Of 64 characters a name is shown, of more it is `?`: what is longer here is the second name.
        let names = [64, first - 1, 63, 63].map(|len| "n".repeat(len));
        let path = names.join(".");
        assert_eq!(path.len(), 192 + first);
        let mut body = r#"{"z":"x"}"#.to_owned();
        for name in names.iter().rev() {
            body = format!(r#"{{"{name}":{body}}}"#);
        }
        let error = decode_error::<Json<Map<Map<Map<Map<Map<u64>>>>>>>(body);
        assert_eq!(error.path(), Some(&*(path + end)));
    }
}

#[test]
fn an_author_can_say_where_an_error_is() {
    let error = DecodeError::malformed();
    assert_eq!(
        (error.line(), error.column(), error.path()),
        (None, None, None)
    );
    let error = error.with_position(3, 9).with_path("total");
    assert_eq!((error.line(), error.column()), (Some(3), Some(9)));
    assert_eq!(error.path(), Some("total"));
    assert_eq!(
        DecodeError::decryption_failed().to_string(),
        "the payload cannot be decrypted"
    );
}
