//! Schemes with code of their own: on the head alone, while the body arrives, over the whole body.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use tower_webhook::{
    ConfigError, MessageId, Receiver, Rejection, RejectionKind, Timestamp,
    receiver::RequestHead,
    scheme::{BodyCheck, Claims, CustomScheme, Outgoing, Scheme},
    testing::Signer,
};

use super::{MISMATCH, NOW, headers};
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
    assert_eq!(
        error.kind(),
        tower_webhook::error::ConfigErrorKind::EmptySigningSecret
    );
    assert_eq!(error.culprit(), Some("secret 2 of 2"));
}
