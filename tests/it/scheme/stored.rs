//! Requests that were stored, and bytes that carry no signature.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Method, Request};
use tower_webhook::{
    Json, MessageId, Receiver, RejectionKind, SourceIp, Timestamp,
    decrypt::Aes256Cbc,
    receiver::{IdOrigin, Secrets},
    testing::Signer,
    voyado,
};

use crate::support::{BODY, ID, NOW, SECRET, genuine_set};

const RETIRED: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// A receiver that would reject the stored request for everything but its signature.
fn strict() -> Receiver {
    Receiver::builder(SECRET)
        .retired(RETIRED)
        .source_ip(SourceIp::allow(["203.0.113.7"]))
        .header_token("x-token", ["open"])
        .max_body_bytes(1)
        .clock(|| Duration::from_secs(NOW + 1_000_000))
        .build()
        .unwrap()
}

#[test]
fn a_stored_request_is_verified_again_whatever_its_age_and_where_it_came_from() {
    let headers = genuine_set("webhook");
    let receiver = strict();
    let verified = receiver.verify_stored(&headers, BODY).unwrap();
    assert_eq!(verified.id().as_str(), ID);
    assert_eq!(
        verified.timestamp(),
        Some(Timestamp::from_unix_seconds(NOW))
    );
    assert_eq!(verified.body(), BODY);
    let mut request = Request::new(());
    *request.method_mut() = Method::PUT;
    *request.headers_mut() = headers.clone();
    let (parts, ()) = request.into_parts();
    drop(receiver.verify_stored(&parts, BODY).unwrap());

    let changed = receiver.verify_stored(&headers, "{}").unwrap_err();
    assert_eq!(changed.kind(), RejectionKind::SignatureMismatch);
    let nothing = receiver
        .verify_stored(&http::HeaderMap::new(), BODY)
        .unwrap_err();
    assert_eq!(nothing.kind(), RejectionKind::MissingSignatureHeaders);
}

#[test]
fn a_retired_secret_verifies_what_is_stored_and_nothing_that_arrives() {
    let at = Timestamp::from_unix_seconds(NOW);
    let headers = Signer::new(RETIRED)
        .unwrap()
        .request(ID, at, BODY)
        .headers()
        .clone();
    let receiver = Receiver::builder(SECRET)
        .retired([RETIRED])
        .clock(|| Duration::from_secs(NOW))
        .build()
        .unwrap();
    drop(receiver.verify_stored(&headers, BODY).unwrap());
    let arrived = receiver.check_head(&headers).unwrap().check_signature(BODY);
    assert_eq!(
        arrived.unwrap_err().kind(),
        RejectionKind::SignatureMismatch
    );
    let other = Signer::new("whsec_plJ3nmyCDGBKInavdOK15jsl").unwrap();
    let forged = other.request(ID, at, BODY).headers().clone();
    let rejected = receiver.verify_stored(&forged, BODY).unwrap_err();
    assert_eq!(rejected.kind(), RejectionKind::SignatureMismatch);
}

#[test]
fn the_headers_that_the_scheme_names_are_enough_to_verify_a_stored_request() {
    let receiver = strict();
    let mut headers = genuine_set("svix");
    headers.insert("x-other", "x".parse().unwrap());
    let names = receiver.scheme().headers();
    let stored: http::HeaderMap = headers
        .iter()
        .filter(|(name, _)| names.contains(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    drop(receiver.verify_stored(&stored, BODY).unwrap());
}

#[test]
fn a_body_without_a_signature_is_opened_by_a_word_that_says_danger() {
    let key = Aes256Cbc::new("DaqfT7Ys6tGqM3zbesEKpmacTJEqBCp2").unwrap();
    let plain = voyado::EventType::ContactDeleted.sample();
    let sealed =
        tower_webhook::testing::sealed_envelope(plain, |payload| key.seal(payload, [0; 16]));
    let receiver = Receiver::builder(SECRET).decrypt(key).build().unwrap();
    let id = MessageId::parse("polled-1").unwrap();
    let delivery = receiver
        .danger_open_unsigned::<voyado::Event>(id.clone(), None, sealed.unwrap())
        .unwrap();
    assert_eq!(delivery.id(), &id);
    assert_eq!(delivery.id_origin(), IdOrigin::Unsigned);
    assert_eq!(delivery.timestamp(), None);

    let at = Timestamp::from_unix_seconds(NOW);
    let malformed = receiver
        .danger_open_unsigned::<Json<u8>>(id, at, "x")
        .unwrap_err();
    assert_eq!(malformed.kind(), RejectionKind::MalformedEvent);
}

#[test]
fn a_source_that_expects_nobody_opens_nothing_without_a_signature() {
    let secrets = Arc::new(Secrets::builder(SECRET).build().unwrap());
    let by_path = move |head: &tower_webhook::receiver::RequestHead<'_>| {
        head.uri().map(|_| Arc::clone(&secrets))
    };
    let receiver = Receiver::builder_with_source(by_path).build().unwrap();
    let id = MessageId::parse("polled-1").unwrap();
    let rejected = receiver
        .danger_open_unsigned::<Bytes>(id, None, "{}")
        .unwrap_err();
    assert_eq!(rejected.kind(), RejectionKind::UnknownTenant);
}

#[test]
fn an_id_that_no_head_could_carry_is_none() {
    for text in ["", "two words", "é", "\n", &"x".repeat(257)] {
        assert_eq!(MessageId::parse(text), None, "{text:?}");
    }
    assert_eq!(MessageId::parse("a.b").unwrap().as_str(), "a.b");
}
