//! What was sealed is opened, in every spelling; what is opened was sealed. AES-GCM is compared with `ring`'s.

#![no_main]

use std::sync::LazyLock;

use arbitrary::Arbitrary;
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};
use libfuzzer_sys::fuzz_target;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use tower_webhook::decrypt::{Aes256Cbc, Aes256Gcm, Decrypt};
use tower_webhook_fuzz::endpoint::DECRYPTION_KEY;

const IV_LEN: usize = 16;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    iv: [u8; IV_LEN],
    damage: Option<Damage>,
    text: &'a [u8],
}

#[derive(Arbitrary, Debug)]
enum Damage {
    FlippedBit { at: u16, bit: u8 },
    CutOff { by: u8 },
    Appended { byte: u8 },
}

struct Keys {
    cbc: Aes256Cbc,
    gcm: Aes256Gcm,
    other_gcm: LessSafeKey,
}

static KEYS: LazyLock<Keys> = LazyLock::new(|| Keys {
    cbc: Aes256Cbc::new(DECRYPTION_KEY).expect("a key"),
    gcm: Aes256Gcm::new(DECRYPTION_KEY).expect("a key"),
    other_gcm: LessSafeKey::new(
        UnboundKey::new(&AES_256_GCM, DECRYPTION_KEY.as_bytes()).expect("a key"),
    ),
});

fuzz_target!(|input: Input<'_>| {
    let nonce = *input.iv.first_chunk().expect("longer than a nonce");
    let by_cbc = KEYS.cbc.seal(input.text, input.iv);
    let by_gcm = KEYS.gcm.seal(input.text, nonce);
    for spelling in spellings(&by_cbc) {
        assert_eq!(open(&KEYS.cbc, &spelling).as_deref(), Some(input.text));
    }
    for spelling in spellings(&by_gcm) {
        assert_eq!(open(&KEYS.gcm, &spelling).as_deref(), Some(input.text));
    }

    if let Some(damage) = input.damage {
        for sealed in [by_cbc, by_gcm.clone()] {
            let damaged = damage.apply(&sealed);
            check_sealed(&damaged);
            if sealed == by_gcm && decode(&damaged) != decode(&sealed) {
                assert_eq!(open(&KEYS.gcm, &damaged), None);
            }
        }
    }
    if let Ok(sealed) = str::from_utf8(input.text) {
        check_sealed(sealed);
    }
});

/// Any text: it is opened if and only if there is such a plaintext.
fn check_sealed(sealed: &str) {
    let bytes = decode(sealed);
    let by_ring = bytes.as_deref().and_then(open_by_ring);
    assert_eq!(open(&KEYS.gcm, sealed), by_ring);
    if let Some(plaintext) = open(&KEYS.cbc, sealed) {
        let bytes = bytes.expect("base64");
        let iv = *bytes.first_chunk().expect("an initialisation vector");
        assert_eq!(decode(&KEYS.cbc.seal(&plaintext, iv)), Some(bytes));
    }
}

fn open(key: &impl Decrypt, sealed: &str) -> Option<Vec<u8>> {
    let plaintext = key.decrypt(sealed).ok()?;
    Some(plaintext.as_bytes().to_vec())
}

fn open_by_ring(bytes: &[u8]) -> Option<Vec<u8>> {
    let (nonce, ciphertext) = bytes.split_first_chunk::<NONCE_LEN>()?;
    let mut ciphertext = ciphertext.to_vec();
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let key = &KEYS.other_gcm;
    let plaintext = key.open_in_place(nonce, Aad::empty(), &mut ciphertext);
    plaintext.ok().map(|plaintext| plaintext.to_vec())
}

/// With one alphabet and all of its padding or none.
fn decode(sealed: &str) -> Option<Vec<u8>> {
    [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD]
        .iter()
        .find_map(|spelling| spelling.decode(sealed).ok())
}

fn spellings(sealed: &str) -> [String; 4] {
    let bytes = URL_SAFE_NO_PAD.decode(sealed).expect("base64");
    [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD].map(|spelling| spelling.encode(&bytes))
}

impl Damage {
    fn apply(&self, sealed: &str) -> String {
        let mut bytes = sealed.as_bytes().to_vec();
        match *self {
            Self::FlippedBit { at, bit } => {
                let at = usize::from(at) % bytes.len();
                bytes[at] ^= 1 << (bit % 7);
            }
            Self::CutOff { by } => bytes.truncate(bytes.len().saturating_sub(by.into())),
            Self::Appended { byte } => bytes.push(byte % 128),
        }
        String::from_utf8(bytes).expect("ASCII")
    }
}
