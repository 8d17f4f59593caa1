//! Ids, types and times in the body.

use std::time::Duration;

use http::HeaderMap;
use tower_webhook::{
    Receiver, RejectionKind,
    receiver::{IdOrigin, Verified},
    scheme::{Place, Scheme, SignatureFormat, TimeFormat},
};

use super::{NOW, headers, receiver, tag};

fn scheme(id: &'static str) -> Scheme {
    Scheme::builder("members")
        .signature(SignatureFormat::header("x-signature"))
        .id(Place::body(id))
        .event_type(Place::body("type"))
        .build()
        .unwrap()
}

fn verified(scheme: &Scheme, body: &str) -> Verified {
    let headers = signed(body);
    let receiver = receiver(scheme, "secret");
    let head = receiver.check_head(&headers).unwrap();
    head.check_signature(body.to_owned()).unwrap()
}

fn signed(body: &str) -> HeaderMap {
    headers([("x-signature", &tag("secret", body))])
}

#[test]
fn an_id_is_found_on_its_path_and_is_signed() {
    for (path, body, id) in [
        ("id", r#"{"id":"evt_1","type":"t"}"#, "evt_1"),
        (
            "id",
            r#"{"type":"t","data":{"id":"no"},"id":"evt_1"}"#,
            "evt_1",
        ),
        ("id", r#"{"data":{"id":"no"},"id":7}"#, "7"),
        ("id", r#"{"id":-7}"#, "-7"),
        ("id", "{\"\\u0069d\":\"evt_\\u0031\"}", "evt_1"),
        ("id", "\u{feff}{\"id\":\"evt_1\"}", "evt_1"),
        ("id", "\n {\"id\":\"evt_1\"}\r\n", "evt_1"),
        ("id", r#"{"id":"first","id":"last"}"#, "last"),
        (
            "metadata.event_id",
            r#"{"event_id":"no","metadata":{"id":"no","event_id":"evt_1"},"metadatas":{"event_id":"no"}}"#,
            "evt_1",
        ),
        (
            "a.b.c",
            r#"{"a":{"b":{"c":"evt_1","d":[{"c":1}]}}}"#,
            "evt_1",
        ),
    ] {
        let verified = verified(&scheme(path), body);
        assert_eq!(verified.id().as_str(), id, "{body}");
        assert_eq!(verified.id_origin(), IdOrigin::Signed, "{body}");
        assert_eq!(verified.deduplication_id(), Some(verified.id()), "{body}");
    }
}

#[test]
fn what_is_no_id_is_none_and_no_reason_to_reject() {
    for body in [
        "",
        "payload=%7B%7D",
        "{",
        "[]",
        r#"[{"id":"evt_1"}]"#,
        r#""evt_1""#,
        r#"{"id":null}"#,
        r#"{"id":true}"#,
        r#"{"id":1.5}"#,
        r#"{"id":""}"#,
        r#"{"id":"two words"}"#,
        r#"{"id":["evt_1"]}"#,
        r#"{"id":{"id":"evt_1"}}"#,
        r#"{"Id":"evt_1"}"#,
        r#"{"data":{"id":"evt_1"}}"#,
        r#"{"id":"evt_1"}x"#,
        "\u{0}",
    ] {
        let verified = verified(&scheme("id"), body);
        assert_eq!(verified.id_origin(), IdOrigin::Digest, "{body}");
        assert!(verified.id().as_str().starts_with("sha256-"), "{body}");
    }
}

#[test]
fn a_body_that_is_not_utf8_or_nested_without_end_is_verified_and_has_a_digest() {
    let bottomless = "[".repeat(100_000);
    let verified = verified(&scheme("id"), &format!(r#"{{"x":{bottomless}"#));
    assert_eq!(verified.id_origin(), IdOrigin::Digest);
}

#[test]
fn the_type_of_an_event_is_read_beside_its_id() {
    let body = r#"{"id":"evt_1","type":"order.paid","n":[{"type":"no"}]}"#;
    assert_eq!(
        verified(&scheme("id"), body).event_type(),
        Some("order.paid")
    );
    assert_eq!(verified(&scheme("id"), r#"{"type":{}}"#).event_type(), None);
    let one_path = verified(&scheme("type"), r#"{"type":"both"}"#);
    assert_eq!(one_path.id().as_str(), "both");
    assert_eq!(one_path.event_type(), Some("both"));
}

#[test]
fn what_a_header_claims_is_kept_beside_what_the_body_lacks() {
    let of = |id: Place, event_type: Place| {
        let scheme = Scheme::builder("both")
            .signature(SignatureFormat::header("x-signature"))
            .id(id)
            .event_type(event_type)
            .build()
            .unwrap();
        let mut headers = signed("{}");
        headers.insert("x-id", "msg_1".parse().unwrap());
        headers.insert("x-type", "order.paid".parse().unwrap());
        let receiver = receiver(&scheme, "secret");
        let head = receiver.check_head(&headers).unwrap();
        head.check_signature("{}").unwrap()
    };
    let verified = of(Place::header("x-id"), Place::body("type"));
    assert_eq!(verified.id().as_str(), "msg_1");
    assert_eq!(verified.id_origin(), IdOrigin::Unsigned);
    assert_eq!(verified.event_type(), None);
    let verified = of(Place::body("id"), Place::header("x-type"));
    assert_eq!(verified.id_origin(), IdOrigin::Digest);
    assert_eq!(verified.event_type(), Some("order.paid"));
}

#[test]
fn an_array_on_the_path_of_one_member_leaves_the_others() {
    let scheme = Scheme::builder("members")
        .signature(SignatureFormat::header("x-signature"))
        .id(Place::body("id"))
        .event_type(Place::body("data.type"))
        .build()
        .unwrap();
    let verified = verified(&scheme, r#"{"data":[{"type":"no"}],"id":"evt_1"}"#);
    assert_eq!(verified.id().as_str(), "evt_1");
    assert_eq!(verified.event_type(), None);
}

#[test]
fn a_time_in_the_body_is_checked_after_the_signature() {
    let scheme = Scheme::builder("linear")
        .signature(SignatureFormat::header("x-signature"))
        .timestamp(Place::body("webhookTimestamp"), TimeFormat::Milliseconds)
        .tolerance(Duration::from_secs(60))
        .build()
        .unwrap();
    assert!(scheme.has_replay_protection());
    let receiver = Receiver::builder("secret")
        .scheme(scheme)
        .clock(|| Duration::from_secs(NOW))
        .build()
        .unwrap();
    let verdict = |body: &str, signed_body: &str| {
        let headers = signed(signed_body);
        let head = receiver.check_head(&headers).unwrap();
        let verified = head.check_signature(body.to_owned());
        verified
            .map(|verified| verified.timestamp().unwrap().unix_seconds())
            .map_err(|rejection| rejection.kind())
    };
    let at = |seconds: u64| format!(r#"{{"webhookTimestamp":{seconds}999}}"#);
    assert_eq!(verdict(&at(NOW - 60), &at(NOW - 60)), Ok(NOW - 60));
    assert_eq!(verdict(&at(NOW + 60), &at(NOW + 60)), Ok(NOW + 60));
    for (body, kind) in [
        (at(NOW - 61), RejectionKind::TimestampTooOld),
        (at(NOW + 61), RejectionKind::TimestampTooNew),
        ("{}".to_owned(), RejectionKind::MalformedTimestamp),
        ("x".to_owned(), RejectionKind::MalformedTimestamp),
        (
            r#"{"webhookTimestamp":-1}"#.to_owned(),
            RejectionKind::MalformedTimestamp,
        ),
        (
            r#"[{"webhookTimestamp":1}]"#.to_owned(),
            RejectionKind::MalformedTimestamp,
        ),
    ] {
        assert_eq!(verdict(&body, &body), Err(kind), "{body}");
        // The body of a stranger is not looked at.
        assert_eq!(
            verdict(&body, "other"),
            Err(RejectionKind::SignatureMismatch),
            "{body}"
        );
    }
}
