use std::time::Duration;

use http::{HeaderMap, Method, Request};
use tower_webhook::{Receiver, RejectionKind};

use crate::support::{
    BODY, ID, NOW, SECRET, answer, answer_now, append, genuine, genuine_set, receiver_at, set,
    signature_of,
};

const PARTS: [&str; 3] = ["id", "timestamp", "signature"];

fn with_id(id: &str) -> HeaderMap {
    let now = NOW.to_string();
    set("svix", id, &now, signature_of(id, &now, BODY))
}

fn joined(mut headers: HeaderMap, others: HeaderMap) -> HeaderMap {
    headers.extend(others);
    headers
}

#[test]
fn a_complete_svix_set_is_used() {
    assert_eq!(answer_now(&genuine_set("svix")), Ok(()));
}

#[test]
fn webhook_headers_beside_a_complete_svix_set_are_ignored() {
    let foreign = set("webhook", "custom", "x", "y");
    assert_eq!(answer_now(&joined(genuine_set("svix"), foreign)), Ok(()));
    let mut custom_id = genuine_set("svix");
    append(&mut custom_id, "webhook-id", "custom");
    assert_eq!(answer_now(&custom_id), Ok(()));
}

#[test]
fn a_genuine_webhook_set_does_not_save_a_forged_svix_set() {
    let forged = set("svix", "other", NOW.to_string(), genuine());
    assert_eq!(
        answer_now(&joined(forged, genuine_set("webhook"))),
        Err(RejectionKind::SignatureMismatch)
    );
}

#[test]
fn a_complete_webhook_set_without_a_svix_set_is_used() {
    assert_eq!(answer_now(&genuine_set("webhook")), Ok(()));
}

#[test]
fn a_complete_webhook_set_beside_an_incomplete_svix_set_is_used() {
    for missing in PARTS {
        let mut svix = set("svix", "other", "1", "v1,other");
        svix.remove(format!("svix-{missing}"));
        assert_eq!(answer_now(&joined(svix, genuine_set("webhook"))), Ok(()));
    }
}

#[test]
fn headers_of_both_families_are_never_mixed_into_a_set() {
    for from_svix in PARTS {
        let mut headers = joined(genuine_set("svix"), genuine_set("webhook"));
        headers.remove(format!("webhook-{from_svix}"));
        for other in PARTS.iter().filter(|part| **part != from_svix) {
            headers.remove(format!("svix-{other}"));
        }
        assert_eq!(
            answer_now(&headers),
            Err(RejectionKind::MissingSignatureHeaders)
        );
    }
}

#[test]
fn each_signature_header_is_required() {
    for family in ["svix", "webhook"] {
        for missing in PARTS {
            let mut headers = genuine_set(family);
            headers.remove(format!("{family}-{missing}"));
            assert_eq!(
                answer_now(&headers),
                Err(RejectionKind::MissingSignatureHeaders)
            );
        }
    }
}

#[test]
fn equal_lines_of_id_or_timestamp_are_accepted() {
    for (name, value) in [("svix-id", ID), ("svix-timestamp", &NOW.to_string())] {
        let mut headers = genuine_set("svix");
        append(&mut headers, name, value);
        append(&mut headers, name, value);
        assert_eq!(answer_now(&headers), Ok(()));
    }
}

#[test]
fn different_lines_of_id_or_timestamp_are_refused() {
    for (name, value) in [("svix-id", "msg_2"), ("svix-timestamp", "1614265331")] {
        let mut headers = genuine_set("svix");
        append(&mut headers, name, value);
        assert_eq!(
            answer_now(&headers),
            Err(RejectionKind::ConflictingSignatureHeaders)
        );
    }
}

#[test]
fn an_id_of_256_bytes_is_accepted_and_of_257_refused() {
    assert_eq!(answer_now(&with_id(&"i".repeat(256))), Ok(()));
    assert_eq!(
        answer_now(&with_id(&"i".repeat(257))),
        Err(RejectionKind::MalformedMessageId)
    );
}

#[test]
fn an_id_that_is_empty_or_not_visible_ascii_or_has_a_dot_is_refused() {
    for id in ["", "a b", "a\tb", "é", "a.b", ".", "msg_1."] {
        assert_eq!(
            answer_now(&with_id(id)),
            Err(RejectionKind::MalformedMessageId),
            "{id:?}"
        );
    }
}

#[test]
fn every_visible_ascii_character_but_the_dot_may_be_in_an_id() {
    let id: String = ('!'..='~').filter(|c| *c != '.').collect();
    assert_eq!(answer_now(&with_id(&id)), Ok(()));
}

#[test]
fn two_triples_with_one_signature_are_not_both_accepted() {
    let shared = signature_of("a", "1", "1614265330.{}");
    assert_eq!(shared, signature_of("a.1", "1614265330", "{}"));
    let headers = set("svix", "a.1", "1614265330", &shared);
    assert_eq!(
        answer(&receiver_at(NOW), &headers, "{}"),
        Err(RejectionKind::MalformedMessageId)
    );
    let headers = set("svix", "a", "1", &shared);
    assert_eq!(answer(&receiver_at(1), &headers, "1614265330.{}"), Ok(()));
}

#[test]
fn a_setting_allows_dots_in_ids_and_nothing_more() {
    let receiver = Receiver::builder([SECRET])
        .clock(|| Duration::from_secs(NOW))
        .danger_allow_dots_in_message_id()
        .build()
        .unwrap();
    assert_eq!(answer(&receiver, &with_id("a.b"), BODY), Ok(()));
    for id in ["", "a b"] {
        assert_eq!(
            answer(&receiver, &with_id(id), BODY),
            Err(RejectionKind::MalformedMessageId)
        );
    }
}

#[test]
fn only_post_is_allowed() {
    for (method, expected) in [
        (Method::POST, None),
        (Method::GET, Some(RejectionKind::MethodNotAllowed)),
        (Method::PUT, Some(RejectionKind::MethodNotAllowed)),
    ] {
        let mut parts = Request::new(()).into_parts().0;
        parts.method = method;
        parts.headers = genuine_set("svix");
        let refused = receiver_at(NOW).check_head(&parts).err();
        assert_eq!(refused.map(|rejection| rejection.kind()), expected);
    }
}
