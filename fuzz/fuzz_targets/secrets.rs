//! Arbitrary texts as signing secrets and as public keys, against a model of what they stand for; and as seeds of keys, which are
//! good whatever they are.

#![no_main]

use base64::{
    Engine,
    alphabet::{STANDARD as ALPHABET, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use libfuzzer_sys::fuzz_target;
use ring::signature::{Ed25519KeyPair, KeyPair};
use tower_webhook::{
    Timestamp,
    error::ConfigErrorKind,
    scheme::{Ed25519PublicKey, SigningSecret, VerificationKey},
    testing::Signer,
};
use tower_webhook_fuzz::{
    endpoint::NOW,
    model,
    sender::{ID, Sender},
};

const SPKI_PREFIX: [u8; 12] = *b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";

/// Padding is optional.
const CONFIG: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD_LENIENT: GeneralPurpose = GeneralPurpose::new(&ALPHABET, CONFIG);
const URL_SAFE_LENIENT: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, CONFIG);

fuzz_target!(|text: &str| {
    let secret = SigningSecret::parse(text);
    let key = VerificationKey::parse(text);
    if text.trim_ascii_start().starts_with("whpk_") {
        let kind = secret.expect_err("a public key is no secret").kind();
        assert_eq!(kind, ConfigErrorKind::PublicKeyUnsupported);
        assert_eq!(key.is_ok(), Ed25519PublicKey::parse(text).is_ok());
        check_public_key(text);
        check_key_of_seed(text.trim_ascii_start().as_bytes());
        return;
    }
    if model::secret::is_public_key(model::secret::unwrapped(text)) {
        assert!(secret.is_err());
        return;
    }
    assert_eq!(key.is_ok(), secret.is_ok());
    match (secret, model::secret::bytes(text)) {
        (Ok(secret), Ok(bytes)) => check_secret(secret, &bytes),
        // What looks like a public key among other mistakes may be named as one.
        (Err(error), Err(kind)) => assert!(
            error.kind() == kind
                || [error.kind(), kind].contains(&ConfigErrorKind::PublicKeyUnsupported),
            "{error} is not {kind:?}"
        ),
        (secret, bytes) => panic!("{secret:?} is not {bytes:?}"),
    }
});

/// It signs as the bytes do that it stands for, and reveals nothing.
fn check_secret(secret: SigningSecret, bytes: &[u8]) {
    assert_eq!(format!("{secret:?}"), "SigningSecret([redacted])");
    let timestamp = Timestamp::from_unix_seconds(NOW);
    let signer = Signer::new(secret).expect("a secret");
    let got = signer.signature(ID, timestamp, bytes);
    let expected = Sender::new(bytes).entry(ID.as_bytes(), NOW.to_string().as_bytes(), bytes);
    assert_eq!(got, expected);

    let from_bytes = SigningSecret::from_bytes(bytes).expect("long enough");
    let signer = Signer::new(from_bytes).expect("a secret");
    assert_eq!(signer.signature(ID, timestamp, bytes), expected);
}

/// It is the one key that the text encodes, and none with which anybody can sign.
fn check_public_key(text: &str) {
    let encoded = text.trim_ascii().strip_prefix("whpk_").expect("a prefix");
    let decoded = [&STANDARD_LENIENT, &URL_SAFE_LENIENT]
        .iter()
        .find_map(|engine| engine.decode(encoded).ok())
        .unwrap_or_default();
    let bytes = match decoded.len() {
        32 => &decoded[..],
        _ => decoded.strip_prefix(&SPKI_PREFIX).unwrap_or(&decoded),
    };
    let key = match Ed25519PublicKey::parse(text) {
        Ok(key) => key,
        Err(error) => {
            assert_eq!(error.kind(), ConfigErrorKind::InvalidPublicKey);
            return;
        }
    };
    assert_eq!(bytes.len(), 32);
    assert_eq!(format!("{key:?}"), shown(bytes));
    check_spellings(bytes);
    assert!(!is_of_small_order(bytes));
}

/// A key pair's public key is accepted. What follows the prefix is the seed, cut off or filled up with zeros.
fn check_key_of_seed(text: &[u8]) {
    let mut seed = [0; 32];
    for (byte, given) in seed.iter_mut().zip(&text["whpk_".len()..]) {
        *byte = *given;
    }
    let pair = Ed25519KeyPair::from_seed_unchecked(&seed).expect("a seed");
    check_spellings(pair.public_key().as_ref());
}

/// A good key is accepted as it is and as SPKI, with space around it.
fn check_spellings(key: &[u8]) {
    let spki = [&SPKI_PREFIX, key].concat();
    for bytes in [key, &spki] {
        let spelling = format!(" whpk_{}\n", STANDARD.encode(bytes));
        let parsed = Ed25519PublicKey::parse(&spelling).expect("a good key");
        assert_eq!(format!("{parsed:?}"), shown(key));
    }
}

fn shown(key: &[u8]) -> String {
    format!("Ed25519PublicKey({:?})", STANDARD.encode(key))
}

/// The encodings of the points whose order divides eight, without the sign in the last bit.
fn is_of_small_order(key: &[u8]) -> bool {
    const SMALL: [&[u8; 32]; 7] = [
        &[0; 32],
        b"\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        b"\x26\xe8\x95\x8f\xc2\xb2\x27\xb0\x45\xc3\xf4\x89\xf2\xef\x98\xf0\xd5\xdf\xac\x05\xd3\xc6\x33\x39\xb1\x38\x02\x88\x6d\x53\xfc\x05",
        b"\xc7\x17\x6a\x70\x3d\x4d\xd8\x4f\xba\x3c\x0b\x76\x0d\x10\x67\x0f\x2a\x20\x53\xfa\x2c\x39\xcc\xc6\x4e\xc7\xfd\x77\x92\xac\x03\x7a",
        b"\xec\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
        b"\xed\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
        b"\xee\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
    ];
    let mut unsigned = key.to_vec();
    if let Some(last) = unsigned.last_mut() {
        *last &= 0x7f;
    }
    SMALL.iter().any(|small| small.as_slice() == unsigned)
}
