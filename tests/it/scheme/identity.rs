//! Which id a message has, and by which it is remembered.

use bytes::Bytes;
use tower_webhook::{
    MessageId, Timestamp,
    event::RawEvent,
    provider,
    receiver::{IdOrigin, Verified},
    scheme::{Part, Place, Scheme, SignatureFormat, TimeFormat},
};

use super::{NOW, headers, plain, receiver, tag};
use crate::support::{ID, open};

fn verified<const N: usize>(
    scheme: &Scheme,
    lines: [(&'static str, &str); N],
    body: &'static str,
) -> Verified {
    let headers = headers(lines);
    let receiver = receiver(scheme, "secret");
    let head = receiver.check_head(&headers).unwrap();
    head.check_signature(body).unwrap()
}

#[test]
fn a_replay_with_another_unsigned_id_is_remembered_by_what_is_signed() {
    let signature = format!("sha256={}", tag("secret", "{}"));
    let delivered = |id: &str| {
        let lines = [
            ("x-hub-signature-256", signature.as_str()),
            ("x-github-delivery", id),
            ("x-github-event", "push"),
        ];
        verified(&provider::github(), lines, "{}")
    };
    let (first, replay) = (delivered("a1"), delivered("b2"));
    assert_eq!(first.id().as_str(), "a1");
    assert_eq!(replay.id().as_str(), "b2");
    assert_eq!(first.id_origin(), IdOrigin::Unsigned);
    assert_eq!(first.event_type(), Some("push"));
    assert_eq!(first.deduplication_id(), replay.deduplication_id());
    let digest = first.deduplication_id().unwrap().as_str();
    assert!(digest.starts_with("sha256-"), "{digest}");
}

#[test]
fn an_unsigned_id_that_is_none_is_no_reason_to_reject() {
    let signature = format!("sha256={}", tag("secret", "{}"));
    let long = "x".repeat(257);
    for id in ["", "two words", &long] {
        let lines = [
            ("x-hub-signature-256", signature.as_str()),
            ("x-github-delivery", id),
        ];
        let verified = verified(&provider::github(), lines, "{}");
        assert_eq!(verified.id_origin(), IdOrigin::Digest, "{id:?}");
        assert_eq!(Some(verified.id()), verified.deduplication_id());
    }
}

#[test]
fn a_signed_id_is_the_one_by_which_a_message_is_remembered() {
    let time = "2023-11-14T22:13:20Z";
    let signature = format!("sha256={}", tag("secret", &format!("msg_1{time}{{}}")));
    let lines = [
        ("twitch-eventsub-message-signature", signature.as_str()),
        ("twitch-eventsub-message-id", "msg_1"),
        ("twitch-eventsub-message-timestamp", time),
    ];
    let verified = verified(&provider::twitch(), lines, "{}");
    assert_eq!(verified.id_origin(), IdOrigin::Signed);
    assert_eq!(verified.deduplication_id(), Some(verified.id()));
    assert_eq!(verified.id().as_str(), "msg_1");
    assert_eq!(verified.timestamp().unwrap().unix_seconds(), NOW);
}

#[test]
fn a_time_of_40_bytes_is_read_and_a_longer_one_is_none() {
    for (time, expected) in [
        ("2023-11-14T22:13:20.000000000+00:00[UTC]", Some(NOW)),
        ("2023-11-14T22:13:20.000000000+00:00[!UTC]", None),
    ] {
        let signature = format!("sha256={}", tag("secret", &format!("msg_1{time}{{}}")));
        let headers = headers([
            ("twitch-eventsub-message-signature", signature.as_str()),
            ("twitch-eventsub-message-id", "msg_1"),
            ("twitch-eventsub-message-timestamp", time),
        ]);
        let receiver = receiver(&provider::twitch(), "secret");
        let checked = receiver.check_head(&headers);
        let read = checked.ok().and_then(|head| head.unverified_timestamp());
        assert_eq!(read.map(Timestamp::unix_seconds), expected, "{time}");
    }
}

#[test]
fn a_digest_tells_bodies_and_signed_times_apart() {
    let digest = |body: &'static str| {
        let lines = [("x-signature", &*tag("secret", body))];
        verified(&plain(), lines, body).id().clone()
    };
    assert_eq!(digest("{}"), digest("{}"));
    assert_ne!(digest("{}"), digest("{} "));
    // SHA-256 of `{}`, recomputed with coreutils and base64url.
    assert_eq!(
        digest("{}").as_str(),
        "sha256-RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o"
    );

    let scheme = Scheme::builder("timed")
        .signed([Part::Timestamp, Part::Body])
        .signature(SignatureFormat::header("x-signature"))
        .timestamp(Place::header("x-time"), TimeFormat::Seconds)
        .build()
        .unwrap();
    let at = |time: u64| {
        let time = time.to_string();
        let signature = tag("secret", &format!("{time}{{}}"));
        let lines = [("x-signature", &*signature), ("x-time", &*time)];
        verified(&scheme, lines, "{}").id().clone()
    };
    assert_eq!(at(NOW), at(NOW));
    assert_ne!(at(NOW), at(NOW - 1));
}

/// A request of a sender whose events can have equal bodies, with an id that is not signed.
fn verified_of_repeating_bodies() -> Verified {
    let scheme = Scheme::builder("repeating")
        .signature(SignatureFormat::header("x-signature"))
        .id(Place::header("x-id"))
        .bodies_repeat()
        .build()
        .unwrap();
    let signature = tag("secret", "{}");
    let lines = [("x-signature", signature.as_str()), ("x-id", "msg_1")];
    verified(&scheme, lines, "{}")
}

#[test]
fn where_bodies_repeat_nothing_unsigned_and_no_digest_is_remembered() {
    let verified = verified_of_repeating_bodies();
    assert_eq!(verified.deduplication_id(), None);
    assert_eq!(verified.id(), &MessageId::parse("msg_1").unwrap());
}

#[test]
fn a_delivery_is_remembered_by_what_its_verified_request_was() {
    let signature = format!("sha256={}", tag("secret", "{}"));
    let lines = [
        ("x-hub-signature-256", signature.as_str()),
        ("x-github-delivery", "a1"),
    ];
    let digested = verified(&provider::github(), lines, "{}");
    let digest = digested.deduplication_id().cloned();
    let delivery = digested.open::<Bytes>().unwrap();
    assert_eq!(delivery.id().as_str(), "a1");
    // SHA-256 of `{}`, as above.
    let expected = MessageId::parse("sha256-RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o");
    assert_eq!(delivery.deduplication_id(), expected.as_ref());
    assert_eq!(digest, expected);

    let signed = open::<Bytes>("{}").unwrap();
    assert_eq!(signed.deduplication_id().unwrap().as_str(), ID);

    let delivery = verified_of_repeating_bodies().open::<Bytes>().unwrap();
    assert_eq!(delivery.deduplication_id(), None);
}

#[test]
fn an_event_type_in_a_header_is_visible_text_or_none() {
    let scheme = Scheme::builder("typed")
        .signature(SignatureFormat::header("x-signature"))
        .event_type(Place::header("x-type"))
        .build()
        .unwrap();
    let signature = tag("secret", "{}");
    let long = "t".repeat(257);
    for (value, expected) in [
        ("order.paid", Some("order.paid")),
        ("Order Paid", Some("Order Paid")),
        ("", None),
        ("a\tb", None),
        (long.as_str(), None),
    ] {
        let lines = [("x-signature", signature.as_str()), ("x-type", value)];
        assert_eq!(
            verified(&scheme, lines, "{}").event_type(),
            expected,
            "{value:?}"
        );
    }
}

#[test]
fn the_type_in_the_verified_body_counts_before_that_in_an_unsigned_header() {
    let body = r#"{"type":"issues"}"#;
    let signature = format!("sha256={}", tag("secret", body));
    let lines = [
        ("x-hub-signature-256", signature.as_str()),
        ("x-github-event", "push"),
    ];
    let verified = || verified(&provider::github(), lines, body);
    let with_a_type = verified().open::<RawEvent>().unwrap();
    assert_eq!(with_a_type.event_type(), Some("issues"));
    let bytes = verified().open::<Bytes>().unwrap();
    assert_eq!(bytes.event_type(), Some("push"));
}
