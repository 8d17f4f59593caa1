//! Keys as they are given, by name and by position.

use std::{sync::Arc, time::Duration};

use tower_webhook::{
    Delivery, Receiver, RejectionKind,
    error::ConfigErrorKind,
    receiver::Secrets,
    scheme::{
        IntoKeys, KeyForm, Place, Scheme, SignatureFormat, SigningSecret, VerificationKey,
        VerificationKey as SchemeKey,
    },
};

use super::{MISMATCH, NOW, headers, plain, receiver, tag};
use crate::support::{SECRET, answer};

fn accepts(keys: impl IntoKeys) -> bool {
    let receiver = Receiver::builder(keys)
        .clock(|| Duration::from_secs(crate::support::NOW))
        .build()
        .unwrap();
    let headers = crate::support::genuine_set("svix");
    answer(&receiver, &headers, crate::support::BODY).is_ok()
}

#[test]
fn the_first_guess_of_how_to_give_secrets_compiles_and_works() {
    let text = SECRET.to_owned();
    let texts = vec![text.clone()];
    let secret = SigningSecret::parse(SECRET).unwrap();
    let key = VerificationKey::parse(SECRET).unwrap();
    assert!(accepts(SECRET));
    assert!(accepts(&text));
    assert!(accepts(text.clone()));
    assert!(accepts([SECRET]));
    let array = [SECRET];
    let by_reference: &[&str; 1] = &array;
    assert!(accepts(by_reference));
    assert!(accepts(&[SECRET][..]));
    assert!(accepts([text.clone()]));
    assert!(accepts(&texts));
    assert!(accepts(texts.as_slice()));
    assert!(accepts(texts));
    assert!(accepts(vec![SECRET]));
    assert!(accepts(&secret));
    assert!(accepts(vec![secret.clone()]));
    assert!(accepts(secret));
    assert!(accepts([key.clone()]));
    assert!(accepts(key));
}

#[test]
fn a_text_is_converted_into_what_parsing_reads_and_refused_as_parsing_refuses() {
    assert!(accepts(SigningSecret::try_from(SECRET.to_owned()).unwrap()));
    assert!(accepts(SigningSecret::try_from(SECRET).unwrap()));
    assert!(accepts(VerificationKey::try_from(SECRET).unwrap()));
    for wrong in ["", "whsec_", "whsec_AAAA", "whsec_!", "whsk_AAAA"] {
        let secret = SigningSecret::parse(wrong).unwrap_err();
        let converted = SigningSecret::try_from(wrong.to_owned()).unwrap_err();
        assert_eq!(converted.kind(), secret.kind(), "{wrong}");
        let key = VerificationKey::parse(wrong).unwrap_err();
        let converted = VerificationKey::try_from(wrong).unwrap_err();
        assert_eq!(converted.kind(), key.kind(), "{wrong}");
    }
}

fn with_key_ids() -> Scheme {
    Scheme::builder("named keys")
        .signature(SignatureFormat::header("x-signature"))
        .key_id(Place::header("x-key-id"))
        .build()
        .unwrap()
}

#[test]
fn the_id_of_a_key_chooses_it() {
    let receiver = receiver(&with_key_ids(), ["one=alpha", " two =beta", "gamma=="]);
    let verdict = |key_id: &str, secret: &str| {
        let signature = tag(secret, "{}");
        let headers = headers([("x-key-id", key_id), ("x-signature", &signature)]);
        answer(&receiver, &headers, "{}")
    };
    assert_eq!(verdict("one", "alpha"), Ok(()));
    assert_eq!(verdict("two", "beta"), Ok(()));
    assert_eq!(verdict("two", "alpha"), MISMATCH);
    assert_eq!(verdict("one", "beta"), MISMATCH);
    assert_eq!(verdict("three", "alpha"), MISMATCH);
    // A key without an id is tried for each.
    assert_eq!(verdict("three", "gamma=="), Ok(()));
    let none = headers([("x-signature", &tag("alpha", "{}"))]);
    assert_eq!(
        answer(&receiver, &none, "{}"),
        Err(RejectionKind::MissingSignatureHeaders)
    );
}

#[test]
fn the_position_of_the_key_that_signed_is_known() {
    let receiver = receiver(&plain(), ["alpha", "beta", "gamma"]);
    for (position, secret) in ["alpha", "beta", "gamma"].into_iter().enumerate() {
        let headers = headers([("x-signature", &*tag(secret, "{}"))]);
        let verified = receiver
            .check_head(&headers)
            .unwrap()
            .check_signature("{}")
            .unwrap();
        assert_eq!(verified.key_position(), position);
        let delivery: Delivery<bytes::Bytes> = verified.open().unwrap();
        assert_eq!(delivery.key_position(), position);
        assert_eq!(delivery.into_event(), "{}");
    }
}

#[test]
fn a_text_is_the_key_even_where_it_looks_like_another_form() {
    for secret in ["whsec_AAAA", "v1,x", "a|b", "deadbeef", "Zm9v", " spaces "] {
        let headers = headers([("x-signature", &*tag(secret, "{}"))]);
        let verdict = answer(&receiver(&plain(), secret), &headers, "{}");
        assert_eq!(verdict, Ok(()), "{secret}");
    }
}

#[test]
fn a_secret_in_another_form_than_the_schemes_is_a_configuration_error() {
    let with = |form, secret: &str| {
        let scheme = Scheme::builder("acme")
            .key_form(form)
            .signature(SignatureFormat::header("x-signature"))
            .build()
            .unwrap();
        let built = Receiver::builder(["41", secret]).scheme(scheme).build();
        let error = built.unwrap_err();
        assert_eq!(error.culprit(), Some("secret 2 of 2"), "{secret}");
        error.kind()
    };
    assert_eq!(with(KeyForm::Text, ""), ConfigErrorKind::EmptySigningSecret);
    for secret in ["4", "4g", "é"] {
        assert_eq!(
            with(KeyForm::Hex, secret),
            ConfigErrorKind::SigningSecretNotHex
        );
    }
    assert_eq!(with(KeyForm::Hex, ""), ConfigErrorKind::EmptySigningSecret);
    let scheme = Scheme::builder("acme")
        .key_form(KeyForm::Base64)
        .signature(SignatureFormat::header("x-signature"))
        .build()
        .unwrap();
    let error = Receiver::builder("a b").scheme(scheme).build().unwrap_err();
    assert_eq!(error.kind(), ConfigErrorKind::SigningSecretNotBase64);
}

#[test]
fn secrets_that_were_made_for_another_scheme_are_nobodys() {
    let secrets = Arc::new(Secrets::builder(SECRET).build().unwrap());
    let source = move |_: &tower_webhook::receiver::RequestHead<'_>| Some(Arc::clone(&secrets));
    let receiver = Receiver::builder_with_source(source)
        .scheme(plain())
        .danger_accept_replays()
        .clock(|| Duration::from_secs(NOW))
        .build()
        .unwrap();
    let headers = headers([("x-signature", "00")]);
    assert_eq!(
        answer(&receiver, &headers, "{}"),
        Err(RejectionKind::UnknownTenant)
    );

    // One that was made with the same name serves.
    let secrets = Secrets::builder("secret").scheme(plain()).build().unwrap();
    let source = tower_webhook::receiver::RotatingSecrets::new(secrets);
    let receiver = Receiver::builder_with_source(source)
        .scheme(plain())
        .danger_accept_replays()
        .build()
        .unwrap();
    let headers = super::headers([("x-signature", &*tag("secret", "{}"))]);
    assert_eq!(answer(&receiver, &headers, "{}"), Ok(()));
}

#[test]
fn debug_of_keys_and_schemes_shows_no_secret() {
    let key = SchemeKey::from(SigningSecret::from_text("sesame sesame").unwrap());
    let named = key.clone().with_key_id("one");
    let receiver = receiver(&plain(), "sesame sesame");
    let inputs = "sesame sesame".into_keys();
    let builder = Secrets::builder("sesame sesame").retired("sesame sesame");
    let shown = format!(
        "{key:?} {named:?} {receiver:?} {inputs:?} {builder:?} {:?}",
        plain()
    );
    assert!(!shown.contains("sesame"), "{shown}");
    assert!(!shown.contains("115, 101"), "{shown}");
}
