//! JSON events by their type field.

use serde_json::Value;
use tower_webhook::{
    RejectionKind,
    event::{RawEvent, StandardEvent, Tagged, TaggedEvent, TypeField, WebhookEvent},
};

use crate::support::open;

/// Not `Clone`: nothing demands it.
#[derive(Debug, PartialEq, serde::Deserialize)]
#[serde(tag = "type", content = "data")]
enum Billing {
    #[serde(rename = "invoice.paid")]
    Paid { number: u32 },
}

struct Kind;

impl TypeField for Kind {
    const NAME: &'static str = "kind";
}

#[test]
fn a_known_type_is_read() {
    for body in [
        r#"{"type":"invoice.paid","data":{"number":17}}"#,
        r#"{"data":{"number":17},"type":"invoice.paid"}"#,
        "\u{feff}{\"type\":\"invoice.paid\",\"data\":{\"number\":17}}",
        r#" {"type":"invoice.paid","data":{"number":17},"more":["\ud83d"]} "#,
    ] {
        let delivery = open::<Tagged<Billing>>(body).unwrap();
        let event = delivery.event();
        assert_eq!(event.event_type(), Some("invoice.paid"), "{body}");
        assert_eq!(event.known(), Some(&Billing::Paid { number: 17 }), "{body}");
        assert_eq!(delivery.body(), body);
    }
}

#[test]
fn what_does_not_fit_is_delivered_with_its_type_and_body() {
    for (body, event_type) in [
        (
            r#"{"type":"invoice.refunded","data":{}}"#,
            Some("invoice.refunded"),
        ),
        (
            r#"{"type":"invoice.paid","data":{"number":"17"}}"#,
            Some("invoice.paid"),
        ),
        (r#"{"type":"invoice.paid"}"#, Some("invoice.paid")),
        (r#"{"type":5}"#, Some("5")),
        (r#"{"type":null}"#, None),
        (r#"{"type":["invoice.paid"]}"#, None),
        (r#"{"Type":"invoice.paid","data":{"number":17}}"#, None),
        (r#"{"data":{"type":"invoice.paid"}}"#, None),
        (r#"{"type":"\ud83d"}"#, None),
        (r#"{"\ud83d":1,"type":"a"}"#, Some("a")),
        ("[1,2]", None),
        ("null", None),
        ("\"text\"", None),
        ("-1.5e3", None),
        ("true", None),
    ] {
        let delivery = open::<Tagged<Billing>>(body).unwrap();
        assert_eq!(delivery.event().event_type(), event_type, "{body}");
        let TaggedEvent::Unknown { raw, error } = &**delivery.event() else {
            panic!("{body} is known");
        };
        assert_eq!(raw.event_type(), event_type, "{body}");
        assert_eq!(raw.body(), body);
        assert!(error.to_string().contains("line 1"), "{body}: {error}");
    }
}

#[test]
fn the_event_is_taken_out_of_its_wrapping() {
    let of = |body: &'static str| {
        let delivery = open::<Tagged<Vec<u8>>>(body).unwrap();
        delivery.into_event().into_event()
    };
    let TaggedEvent::Known(numbers) = of("[1,2]") else {
        panic!("is known");
    };
    assert_eq!(numbers, [1, 2]);
    let body = r#"{"type":"invoice.paid"}"#;
    let TaggedEvent::Unknown { raw, .. } = of(body) else {
        panic!("is unknown");
    };
    assert_eq!(raw.event_type(), Some("invoice.paid"));
    assert_eq!(raw.body(), body);
}

#[test]
fn only_what_is_not_json_or_has_two_types_is_malformed() {
    for body in [
        "",
        "{",
        "{}{}",
        r#"{"type":"a"} x"#,
        "type=a",
        r#"{"type":"a","type":"b"}"#,
        "\u{feff}\u{feff}{}",
    ] {
        let rejection = open::<Tagged<Billing>>(body).unwrap_err();
        assert_eq!(rejection, RejectionKind::MalformedEvent, "{body}");
    }
    let twice = open::<Tagged<Value>>(r#"{"type":"a","type":"a"}"#).unwrap();
    assert_eq!(twice.event().event_type(), Some("a"));
}

#[test]
fn the_field_can_have_another_name() {
    let body = r#"{"type":"x","kind":"invoice.paid"}"#;
    let delivery = open::<Tagged<Value, Kind>>(body).unwrap();
    assert_eq!(delivery.event().event_type(), Some("invoice.paid"));
    assert_eq!(delivery.event().known().unwrap()["type"], "x");
}

#[test]
fn a_raw_event_takes_any_body() {
    for (body, event_type) in [
        (
            r#"{"type":"invoice.paid","number":17}"#,
            Some("invoice.paid"),
        ),
        ("\u{feff}{\"type\":\"a\"}", Some("a")),
        (r#"{"type":"a","type":"b"}"#, None),
        (r#"{"number":17}"#, None),
        ("From=%2B46&Body=hello", None),
        ("<event type='a'/>", None),
        ("", None),
    ] {
        let delivery = open::<RawEvent>(body).unwrap();
        assert_eq!(delivery.event().event_type(), event_type, "{body}");
        assert_eq!(delivery.event().body(), body);
    }
    let binary = open::<RawEvent>(&b"\xff\x00\xfe"[..]).unwrap();
    assert_eq!(&binary.event().body()[..], b"\xff\x00\xfe");
    assert!(
        binary
            .event()
            .json::<Value>()
            .is_err_and(|error| { error.to_string().contains("line 1") })
    );
}

#[test]
fn a_raw_event_shows_no_content() {
    let delivery = open::<RawEvent>(r#"{"type":"a","name":"Ada"}"#).unwrap();
    let shown = format!("{:?}", delivery.event());
    assert_eq!(shown, r#"RawEvent { event_type: Some("a"), body_len: 25 }"#);
}

#[test]
fn the_envelope_of_standard_webhooks_keeps_its_data_as_sent() {
    let body = r#"{"type":"user.created","timestamp":"2026-11-25T12:00:00Z","data":{ "id" : 5 }}"#;
    let delivery = open::<StandardEvent>(body).unwrap();
    assert_eq!(delivery.event().event_type, "user.created");
    assert_eq!(
        WebhookEvent::event_type(delivery.event()),
        Some("user.created")
    );
    assert_eq!(
        delivery.event().timestamp.as_deref(),
        Some("2026-11-25T12:00:00Z")
    );
    assert_eq!(delivery.event().data.get(), r#"{ "id" : 5 }"#);
    // The specification recommends the fields, and a sender may leave out when the event occurred.
    let without_time =
        open::<StandardEvent<Value>>(r#"{"data":[1],"type":"a","extra":0}"#).unwrap();
    assert_eq!(without_time.event().timestamp, None);
    assert_eq!(without_time.event().data, serde_json::json!([1]));
    for body in ["{}", r#"{"type":"a"}"#, r#"{"data":{}}"#] {
        let rejection = open::<StandardEvent>(body).unwrap_err();
        assert_eq!(rejection, RejectionKind::MalformedEvent, "{body}");
    }
}
