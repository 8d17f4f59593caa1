use std::time::Duration;

use bytes::Bytes;
use tower_webhook::{Json, Receiver, RejectionKind};

use crate::support::{
    BODY, ID, NOW, SECRET, answer, answer_now, append, genuine_set, open, receiver_at,
};

fn is_verified_as_bytes(body: &'static [u8]) {
    let delivery = open::<Bytes>(body).unwrap();
    assert_eq!(delivery.event(), body);
    assert_eq!(delivery.body(), body);
}

#[test]
fn an_empty_body_is_verified_as_bytes() {
    is_verified_as_bytes(b"");
}

#[test]
fn a_body_that_is_not_utf_8_is_verified_as_bytes() {
    is_verified_as_bytes(b"{\"a\":\"\xff\xfe\"}");
}

#[test]
fn a_body_with_nul_is_verified_as_bytes() {
    is_verified_as_bytes(b"a\0b");
}

#[test]
fn a_body_with_a_byte_order_mark_is_verified_as_bytes() {
    is_verified_as_bytes(b"\xef\xbb\xbf{}");
}

#[test]
fn a_body_with_crlf_is_verified_as_bytes() {
    is_verified_as_bytes(b"{\"a\":1}\r\n");
}

#[test]
fn white_space_at_the_end_of_a_body_is_signed() {
    let changed = format!("{BODY}\n");
    assert_eq!(
        answer(&receiver_at(NOW), &genuine_set("svix"), changed),
        Err(RejectionKind::SignatureMismatch)
    );
}

#[test]
fn a_genuine_body_opens_with_its_id_and_timestamp() {
    let delivery = open::<Json<serde_json::Value>>(BODY).unwrap();
    assert_eq!(delivery.id().as_str(), ID);
    assert_eq!(delivery.timestamp().unwrap().unix_seconds(), NOW);
    assert_eq!(delivery.event().0["test"], 2_432_232_314_u64);
}

#[test]
fn a_genuine_body_that_is_not_the_event_is_malformed() {
    for body in ["", "{", "\u{feff}\u{feff}{}"] {
        assert_eq!(
            open::<Json<serde_json::Value>>(body).unwrap_err(),
            RejectionKind::MalformedEvent
        );
    }
}

#[test]
fn a_body_at_the_limit_is_read_and_one_byte_more_refused() {
    for (limit, expected) in [
        (BODY.len(), Ok(())),
        (BODY.len() - 1, Err(RejectionKind::BodyTooLarge)),
    ] {
        let receiver = Receiver::builder([SECRET])
            .clock(|| Duration::from_secs(NOW))
            .max_body_bytes(limit)
            .build()
            .unwrap();
        assert_eq!(answer(&receiver, &genuine_set("svix"), BODY), expected);
    }
}

#[test]
fn a_length_announced_above_the_limit_is_refused_before_the_body() {
    for (length, expected) in [
        ("1048576", Ok(())),
        ("1048577", Err(RejectionKind::BodyTooLarge)),
        ("99999999999999999999999", Err(RejectionKind::BodyTooLarge)),
        ("many", Ok(())),
    ] {
        let mut headers = genuine_set("svix");
        append(&mut headers, "content-length", length);
        assert_eq!(answer_now(&headers), expected, "{length}");
    }
}
