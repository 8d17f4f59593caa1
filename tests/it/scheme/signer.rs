//! What signs in tests signs what is verified, for every shape of scheme.

use bytes::Bytes;
use http::Request;
use tower_webhook::{
    Timestamp, provider,
    scheme::{
        Encoding, HeaderFamily, Part, Place, Scheme, SignatureFormat, TimeFormat, standard_webhooks,
    },
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
fn a_signer_of_standard_webhooks_signs_with_the_headers_of_the_family_that_is_set() {
    let at = Timestamp::from_unix_seconds(NOW);
    let names = |family: Option<HeaderFamily>| {
        let mut signer = Signer::new(SECRET).unwrap();
        if let Some(family) = family {
            signer = signer.header_family(family);
        }
        let request = signer.request("msg_1", at, "{}");
        let receiver = receiver(&standard_webhooks(), SECRET);
        assert_eq!(answer(&receiver, request.headers(), "{}"), Ok(()));
        let mut names: Vec<_> = request.headers().keys().map(ToString::to_string).collect();
        names.sort();
        names
    };
    let svix = [
        "content-type",
        "svix-id",
        "svix-signature",
        "svix-timestamp",
    ];
    assert_eq!(names(None), svix);
    assert_eq!(names(Some(HeaderFamily::Svix)), svix);
    assert_eq!(
        names(Some(HeaderFamily::Webhook)),
        [
            "content-type",
            "webhook-id",
            "webhook-signature",
            "webhook-timestamp"
        ]
    );
}

/// Its headers are its own.
#[test]
fn a_signer_of_another_scheme_has_no_family() {
    let signer = Signer::for_scheme(provider::github(), "secret").unwrap();
    let at = Timestamp::from_unix_seconds(NOW);
    let expected = signer.request("msg_1", at, "{}").headers().clone();
    let signer = signer.header_family(HeaderFamily::Webhook);
    assert_eq!(signer.request("msg_1", at, "{}").headers(), &expected);
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
