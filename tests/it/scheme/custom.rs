//! Schemes with code of their own: on the head alone, while the body arrives, over the whole body.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use tower_webhook::{
    ConfigError, MessageId, Receiver, Rejection, RejectionKind, Timestamp,
    error::ConfigErrorKind,
    receiver::{IdOrigin, RequestHead},
    scheme::{BodyCheck, Claims, CustomScheme, Outgoing, Scheme},
    testing::Signer,
};

use super::{MISMATCH, NOW, headers, receiver as receiver_of};
use crate::support::answer;

const LENGTH: HeaderName = HeaderName::from_static("x-length");

/// A sender of the tests' own that signs with the sum of the key and the number of bytes, at a time in the head.
struct Length;

struct LengthCheck {
    expected: u64,
    keys: Vec<u64>,
    streamed: u64,
}

impl CustomScheme for Length {
    type Key = u64;
    type Check = LengthCheck;

    fn name(&self) -> &'static str {
        "length"
    }

    fn headers(&self) -> Vec<HeaderName> {
        vec![LENGTH]
    }

    fn key(&self, text: &str) -> Result<u64, ConfigError> {
        let secret = tower_webhook::scheme::SigningSecret::from_text(text)?;
        drop(secret);
        Ok(text.len().try_into().unwrap_or(u64::MAX))
    }

    fn check_head(
        &self,
        head: &RequestHead<'_>,
        keys: &[u64],
    ) -> Result<(Claims, LengthCheck), Rejection> {
        let value = head
            .headers()
            .get(LENGTH)
            .ok_or(RejectionKind::MissingSignatureHeaders)?;
        let (time, expected) = value
            .to_str()
            .ok()
            .and_then(|value| value.split_once(' '))
            .and_then(|(time, length)| Some((time.parse().ok()?, length.parse().ok()?)))
            .ok_or(RejectionKind::MalformedTimestamp)?;
        let claims = Claims::new().with_timestamp(Timestamp::from_unix_seconds(time));
        let check = LengthCheck {
            expected,
            keys: keys.to_vec(),
            streamed: 0,
        };
        Ok((claims, check))
    }

    fn sign(&self, key: &u64, request: &mut Outgoing<'_>) -> Result<(), ConfigError> {
        let length = key + u64::try_from(request.body.len()).unwrap_or(u64::MAX);
        let value = format!("{} {length}", request.timestamp);
        let value = HeaderValue::from_str(&value).expect("digits and a space");
        request.head.headers.insert(LENGTH, value);
        Ok(())
    }

    fn has_signed_timestamp(&self) -> bool {
        true
    }

    fn tolerance(&self) -> Option<Duration> {
        Some(Duration::from_secs(10))
    }
}

impl BodyCheck for LengthCheck {
    fn update(&mut self, bytes: &[u8]) {
        self.streamed += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    }

    fn finish(&mut self, body: &Bytes, claims: Claims) -> Result<Claims, Rejection> {
        let holds = self
            .keys
            .iter()
            .any(|key| key + self.streamed == self.expected);
        if !holds {
            return Err(RejectionKind::SignatureMismatch.into());
        }
        let id = std::str::from_utf8(body).ok().and_then(MessageId::parse);
        Ok(match id {
            Some(id) => claims.with_signed_id(id),
            None => claims,
        })
    }
}

fn receiver() -> Receiver {
    Receiver::builder(["four", "sixsix"])
        .scheme(Scheme::custom(Length))
        .clock(|| Duration::from_secs(NOW))
        .build()
        .unwrap()
}

#[test]
fn a_scheme_of_ones_own_verifies_and_reads_the_verified_body() {
    let value = format!("{NOW} 9");
    let headers = headers([("x-length", &*value)]);
    let receiver = receiver();
    let head = receiver.check_head(&headers).unwrap();
    assert_eq!(
        head.unverified_timestamp(),
        Some(Timestamp::from_unix_seconds(NOW))
    );
    let verified = head.check_signature("evt_1").unwrap();
    assert_eq!(verified.id().as_str(), "evt_1");
    assert_eq!(answer(&receiver, &headers, "evt"), Ok(()));
    assert_eq!(answer(&receiver, &headers, "evt_"), MISMATCH);
    drop(receiver.verify_stored(&headers, "evt_1").unwrap());
    assert!(!receiver.needs_idempotency());
    assert_eq!(receiver.scheme().headers(), [LENGTH]);
}

#[test]
fn the_receiver_checks_the_age_that_a_scheme_of_ones_own_claims() {
    for (time, expected) in [
        (NOW - 10, Ok(())),
        (NOW - 11, Err(RejectionKind::TimestampTooOld)),
        (NOW + 11, Err(RejectionKind::TimestampTooNew)),
    ] {
        let value = format!("{time} 9");
        let headers = headers([("x-length", &*value)]);
        assert_eq!(answer(&receiver(), &headers, "evt_1"), expected);
    }
    let nothing = http::HeaderMap::new();
    assert_eq!(
        answer(&receiver(), &nothing, "evt_1"),
        Err(RejectionKind::MissingSignatureHeaders)
    );
}

#[test]
fn a_scheme_of_ones_own_signs_for_tests() {
    let signer = Signer::for_scheme(Scheme::custom(Length), "sixsix").unwrap();
    let request = signer.request("", Timestamp::from_unix_seconds(NOW), "evt_1");
    assert_eq!(answer(&receiver(), request.headers(), "evt_1"), Ok(()));
}

#[test]
fn a_key_that_a_scheme_of_ones_own_does_not_take_is_a_configuration_error() {
    let built = Receiver::builder(["four", ""])
        .scheme(Scheme::custom(Length))
        .build();
    let error = built.unwrap_err();
    assert_eq!(error.kind(), ConfigErrorKind::EmptySigningSecret);
    assert_eq!(error.culprit(), Some("secret 2 of 2"));
}

/// A sender that signs nothing, and of which only the necessary is known. Its message is what its key says.
struct Bare;

struct BareCheck;

impl CustomScheme for Bare {
    type Key = String;
    type Check = BareCheck;

    fn name(&self) -> &'static str {
        "bare"
    }

    fn headers(&self) -> Vec<HeaderName> {
        Vec::new()
    }

    fn key(&self, text: &str) -> Result<String, ConfigError> {
        Ok(text.to_owned())
    }

    fn check_head(
        &self,
        _: &RequestHead<'_>,
        keys: &[String],
    ) -> Result<(Claims, BareCheck), Rejection> {
        let id = MessageId::parse(&keys[0]).expect("an id");
        let claims = Claims::new().with_unsigned_id(id).with_event_type("paid");
        Ok((claims, BareCheck))
    }
}

impl BodyCheck for BareCheck {
    fn finish(&mut self, _: &Bytes, claims: Claims) -> Result<Claims, Rejection> {
        Ok(claims)
    }
}

/// [`Bare`], of a sender whose events can have equal bodies.
struct Repeating;

impl CustomScheme for Repeating {
    type Key = String;
    type Check = BareCheck;

    fn name(&self) -> &'static str {
        "repeating"
    }

    fn headers(&self) -> Vec<HeaderName> {
        Bare.headers()
    }

    fn key(&self, text: &str) -> Result<String, ConfigError> {
        Bare.key(text)
    }

    fn check_head(
        &self,
        head: &RequestHead<'_>,
        keys: &[String],
    ) -> Result<(Claims, BareCheck), Rejection> {
        Bare.check_head(head, keys)
    }

    fn bodies_repeat(&self) -> bool {
        true
    }
}

#[test]
fn a_scheme_of_ones_own_has_a_name_and_claims_a_type_and_an_unsigned_id() {
    for (scheme, name, deduplicated) in [
        (Scheme::custom(Bare), "bare", true),
        (Scheme::custom(Repeating), "repeating", false),
    ] {
        assert_eq!(scheme.name(), name);
        let receiver = receiver_of(&scheme, "msg_1");
        let nothing = http::HeaderMap::new();
        let head = receiver.check_head(&nothing).unwrap();
        let verified = head.check_signature("{}").unwrap();
        assert_eq!(verified.id().as_str(), "msg_1");
        assert_eq!(verified.id_origin(), IdOrigin::Unsigned);
        assert_eq!(verified.event_type(), Some("paid"));
        // By its body, where no two events have the same.
        assert_eq!(
            verified.deduplication_id().is_some(),
            deduplicated,
            "{name}"
        );
    }
}

#[test]
fn a_scheme_of_ones_own_without_a_way_to_sign_signs_nothing() {
    let signer = Signer::for_scheme(Scheme::custom(Bare), "msg_1").unwrap();
    let mut request = http::Request::new(Bytes::from_static(b"{}"));
    let error = signer
        .sign(&mut request, "", Timestamp::from_unix_seconds(NOW))
        .unwrap_err();
    assert_eq!(error.kind(), ConfigErrorKind::SigningUnsupported);
}

#[test]
fn a_scheme_of_ones_own_without_a_key_is_a_configuration_error() {
    let built = Receiver::builder([""; 0])
        .scheme(Scheme::custom(Bare))
        .build();
    assert_eq!(built.unwrap_err().kind(), ConfigErrorKind::NoSigningSecret);
}
