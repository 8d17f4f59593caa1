//! What signs in tests signs what is verified, for every shape of scheme.

use bytes::Bytes;
use http::Request;
use tower_webhook::{
    Timestamp, provider,
    scheme::{Encoding, Part, Place, Scheme, SignatureFormat, TimeFormat, standard_webhooks},
    testing::Signer,
};

use super::{MISMATCH, NOW, plain, receiver};
use crate::support::{SECRET, answer};

#[test]
fn what_a_signer_signs_is_verified_by_the_same_scheme_and_a_changed_body_is_not() {
    let timed = |name: &'static str, format| {
        Scheme::builder(name)
            .signed([Part::Body, Part::Timestamp, "!".into()])
            .signature(SignatureFormat::header("x-signature").encoding(Encoding::Base64))
            .timestamp(Place::header("x-time"), format)
            .build()
            .unwrap()
    };
    let named = Scheme::builder("named")
        .signature(SignatureFormat::header("x-signature"))
        .key_id(Place::header("x-key-id"))
        .build()
        .unwrap();
    for (scheme, secret) in [
        (plain(), "secret"),
        (standard_webhooks(), SECRET),
        (provider::github(), "secret"),
        (provider::stripe(), "whsec_secret"),
        (provider::slack(), "secret"),
        (provider::hubspot("https://shop.example/hook"), "secret"),
        (provider::twitch(), "secret"),
        (timed("rfc3339", TimeFormat::Rfc3339), "secret"),
        (timed("http", TimeFormat::HttpDate), "secret"),
        (timed("ms", TimeFormat::Milliseconds), "secret"),
        (named, "one=secret"),
    ] {
        let signer = Signer::for_scheme(scheme.clone(), secret).unwrap();
        let at = Timestamp::from_unix_seconds(NOW);
        let request = signer.request("msg_1", at, "{}");
        let receiver = receiver(&scheme, secret);
        assert_eq!(
            answer(&receiver, request.headers(), "{}"),
            Ok(()),
            "{scheme:?}"
        );
        assert_eq!(
            answer(&receiver, request.headers(), "{ }"),
            MISMATCH,
            "{scheme:?}"
        );
    }
}

#[test]
fn a_request_of_ones_own_is_signed_in_place() {
    let signer = Signer::for_scheme(provider::stripe(), "secret").unwrap();
    let mut request = Request::new(Bytes::from(r#"{"id":"evt_1"}"#));
    request
        .headers_mut()
        .insert("x-mine", "kept".parse().unwrap());
    let at = Timestamp::from_unix_seconds(NOW);
    signer.sign(&mut request, "", at).unwrap();
    assert_eq!(request.headers()["x-mine"], "kept");
    let receiver = receiver(&provider::stripe(), "secret");
    let head = receiver.check_head(request.headers()).unwrap();
    let verified = head.check_signature(request.body().clone()).unwrap();
    assert_eq!(verified.id().as_str(), "evt_1");
}

#[test]
fn a_key_that_cannot_sign_is_a_configuration_error() {
    let public = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";
    let error = Signer::new(public).unwrap_err();
    assert_eq!(
        error.kind(),
        tower_webhook::error::ConfigErrorKind::PublicKeyUnsupported
    );
    let error = Signer::new("whsk_AAAA").unwrap_err();
    assert_eq!(
        error.kind(),
        tower_webhook::error::ConfigErrorKind::InvalidPrivateKey
    );
}
