use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use tower_webhook::{
    Receiver, Timestamp, error::ConfigErrorKind, scheme::SigningSecret, testing::Signer,
};

use crate::support::{BODY, ID, NOW, SECRET, answer, genuine_set, log_of, signature_by};

const BARE: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn refused(text: &str) -> Option<ConfigErrorKind> {
    SigningSecret::parse(text).err().map(|error| error.kind())
}

fn opens_the_genuine_request(secret: SigningSecret) -> bool {
    let receiver = Receiver::builder([secret])
        .clock(|| Duration::from_secs(NOW))
        .build()
        .unwrap();
    answer(&receiver, &genuine_set("svix"), BODY).is_ok()
}

#[test]
fn a_secret_is_read_in_each_form_in_which_senders_show_it() {
    for text in [
        SECRET.to_owned(),
        BARE.to_owned(),
        format!(" \t{SECRET}\r\n"),
        format!("v1,{SECRET}"),
        format!("v1,{BARE}"),
    ] {
        let secret = SigningSecret::parse(&text).unwrap();
        assert!(opens_the_genuine_request(secret), "{text:?}");
    }
}

#[test]
fn padding_of_a_secret_is_optional() {
    for len in [16, 17] {
        let padded = STANDARD.encode(vec![7; len]);
        assert!(padded.ends_with('='));
        assert_eq!(refused(&padded), None);
        assert_eq!(refused(padded.trim_end_matches('=')), None);
    }
}

#[test]
fn a_secret_as_long_as_a_public_key_is_a_secret() {
    let long = STANDARD.encode([7; 44]);
    assert_eq!(long.len(), 60);
    let receiver = Receiver::builder(&long)
        .clock(|| Duration::from_secs(NOW))
        .build()
        .unwrap();
    let signer = Signer::new(&long).unwrap();
    let request = signer.request(ID, Timestamp::from_unix_seconds(NOW), BODY);
    assert_eq!(answer(&receiver, request.headers(), BODY), Ok(()));
}

#[test]
fn an_empty_secret_is_named() {
    for text in ["", " ", "whsec_", "v1,whsec_", "v1,"] {
        assert_eq!(
            refused(text),
            Some(ConfigErrorKind::EmptySigningSecret),
            "{text:?}"
        );
    }
    let raw = SigningSecret::from_bytes(&[]).unwrap_err();
    assert_eq!(raw.kind(), ConfigErrorKind::EmptySigningSecret);
}

#[test]
fn a_secret_of_16_bytes_is_accepted_and_of_15_too_short() {
    for len in [16, 23, 24, 64, 75, 200] {
        assert_eq!(refused(&STANDARD.encode(vec![7; len])), None);
        SigningSecret::from_bytes(&vec![7; len]).unwrap();
    }
    for len in [1, 15] {
        assert_eq!(
            refused(&STANDARD.encode(vec![7; len])),
            Some(ConfigErrorKind::SigningSecretTooShort)
        );
        let raw = SigningSecret::from_bytes(&vec![7; len]).unwrap_err();
        assert_eq!(raw.kind(), ConfigErrorKind::SigningSecretTooShort);
    }
}

#[test]
fn a_private_key_is_named() {
    assert_eq!(
        refused(&format!("whsk_{BARE}")),
        Some(ConfigErrorKind::PrivateKeyGiven)
    );
}

#[test]
fn a_public_key_is_named() {
    assert_eq!(
        refused("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="),
        Some(ConfigErrorKind::PublicKeyUnsupported)
    );
}

#[test]
fn a_wrong_character_in_base64_is_named() {
    for wrong in ["+-", "/_", "!", " ", "é", "="] {
        let text = format!("whsec_MfKQ{wrong}r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        assert_eq!(
            refused(&text),
            Some(ConfigErrorKind::SigningSecretNotBase64),
            "{text:?}"
        );
    }
}

#[test]
fn a_secret_is_read_in_quotes_and_in_the_url_safe_alphabet() {
    let url_safe = "whsec_-_-_9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let standard = "whsec_+/+/9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let signed = Signer::new(standard).unwrap();
    let at = Timestamp::from_unix_seconds(NOW);
    let headers = signed.request(ID, at, BODY).headers().clone();
    for text in [
        url_safe.to_owned(),
        url_safe.trim_start_matches("whsec_").to_owned(),
        format!("v1,{url_safe}"),
        format!("\"{standard}\""),
        format!("'{standard}'"),
        format!(" \"v1,{standard}\"\n"),
    ] {
        let receiver = Receiver::builder(&text)
            .clock(|| Duration::from_secs(NOW))
            .build()
            .unwrap();
        assert_eq!(answer(&receiver, &headers, BODY), Ok(()), "{text:?}");
    }
}

#[test]
fn several_secrets_in_one_text_are_each_tried() {
    let other = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    for text in [
        format!("v1,{other}|v1,{SECRET}"),
        format!("{other}|{SECRET}"),
        format!("v1,{other},v1,{SECRET}"),
        format!("{other}, {SECRET}"),
        format!("\"{other} {SECRET}\""),
        format!("{other}\n{SECRET}\n"),
    ] {
        let receiver = Receiver::builder(&text)
            .clock(|| Duration::from_secs(NOW))
            .build()
            .unwrap();
        assert_eq!(
            answer(&receiver, &genuine_set("svix"), BODY),
            Ok(()),
            "{text:?}"
        );
        let one = refused(&text);
        assert!(one.is_some(), "{text:?} is no single secret");
    }
    assert_eq!(
        refused(&format!("{other}|{SECRET}")),
        Some(ConfigErrorKind::SeveralSecretsInOne)
    );
}

#[test]
fn a_key_of_another_kind_is_named() {
    for (text, kind) in [
        ("whsk1_AAAA", ConfigErrorKind::UnknownKeyKind),
        ("whpk1_AAAA", ConfigErrorKind::UnknownKeyKind),
        ("v1,whsk_AAAA", ConfigErrorKind::PrivateKeyGiven),
        (
            "polar_whs_0123456789abcdefghij",
            ConfigErrorKind::TextSecretGiven,
        ),
        ("sk_test_0123456789", ConfigErrorKind::TextSecretGiven),
        (
            "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----",
            ConfigErrorKind::PrivateKeyGiven,
        ),
        (
            "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----",
            ConfigErrorKind::PublicKeyUnsupported,
        ),
    ] {
        assert_eq!(refused(text), Some(kind), "{text}");
        if kind != ConfigErrorKind::PublicKeyUnsupported {
            let built = Receiver::builder(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", text]).build();
            let error = built.unwrap_err();
            assert_eq!(
                (error.kind(), error.culprit()),
                (kind, Some("secret 2 of 2")),
                "{text}"
            );
        }
    }
}

#[test]
fn a_text_is_a_secret_by_its_own_constructor_only() {
    let secret = SigningSecret::from_text("polar_whs_0123456789abcdefghij").unwrap();
    let at = Timestamp::from_unix_seconds(NOW);
    let request = Signer::new(secret.clone()).unwrap().request(ID, at, BODY);
    let signature = signature_by(
        b"polar_whs_0123456789abcdefghij",
        ID,
        &NOW.to_string(),
        BODY,
    );
    assert_eq!(request.headers()["svix-signature"], signature);
    let receiver = Receiver::builder(secret)
        .clock(|| Duration::from_secs(NOW))
        .build()
        .unwrap();
    assert_eq!(answer(&receiver, request.headers(), BODY), Ok(()));
    let empty = SigningSecret::from_text("").unwrap_err();
    assert_eq!(empty.kind(), ConfigErrorKind::EmptySigningSecret);
}

#[test]
fn raw_bytes_are_a_secret_by_their_own_constructor_only() {
    let raw = STANDARD.decode(BARE).unwrap();
    let secret = SigningSecret::from_bytes(&raw).unwrap();
    assert!(opens_the_genuine_request(secret));
    // The text's own bytes are another secret.
    let text = SigningSecret::from_bytes(BARE.as_bytes()).unwrap();
    assert!(!opens_the_genuine_request(text));
}

#[test]
fn errors_and_debug_do_not_show_the_secret() {
    let error = SigningSecret::parse("whsec_MfKQ9r8!").unwrap_err();
    assert!(!format!("{error} {error:?}").contains("MfKQ"));
    let secret = SigningSecret::parse(SECRET).unwrap();
    assert_eq!(format!("{secret:?}"), "SigningSecret([redacted])");
}

#[test]
fn no_secret_at_all_is_a_configuration_error() {
    let error = Receiver::builder([""; 0]).build().unwrap_err();
    assert_eq!(error.kind(), ConfigErrorKind::NoSigningSecret);
}

#[test]
fn one_wrong_secret_among_good_ones_is_a_configuration_error() {
    let error = Receiver::builder([SECRET, "whsec_"]).build().unwrap_err();
    assert_eq!(error.kind(), ConfigErrorKind::EmptySigningSecret);
}

#[test]
fn a_secret_shorter_than_advised_is_accepted_with_a_warning_that_does_not_show_it() {
    for len in [16, 23] {
        let log = log_of(|| assert_eq!(refused(&STANDARD.encode(vec![b'a'; len])), None));
        assert!(log.contains("WARN"), "{log}");
        assert!(log.contains(&format!("bytes={len}")), "{log}");
        assert!(!log.contains("YWFh") && !log.contains("aaa"), "{log}");
    }
    let log = log_of(|| assert_eq!(refused(&STANDARD.encode(vec![b'a'; 24])), None));
    assert_eq!(log, "");
}
