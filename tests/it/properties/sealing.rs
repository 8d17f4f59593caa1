use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};
use proptest::{
    collection::{hash_map, vec},
    prelude::*,
    sample::{Index, subsequence},
};
use serde_json::{Value, json};
use tower_webhook::{
    Aes256Cbc, Aes256Gcm, Decrypt, DecryptError, RejectionKind, testing::sealed_envelope,
    voyado::Envelope,
};

use super::edit::edit;
use crate::encryption::{builder, open};

/// A tenant's key, of either cipher.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Key {
    Cbc([u8; 32]),
    Gcm([u8; 32]),
}

/// Several keys, no two of them alike.
fn keys() -> impl Strategy<Value = Vec<Key>> {
    vec(any::<bool>(), 1..6).prop_map(|kinds| {
        let numbered = (1..).zip(kinds);
        numbered
            .map(|(number, is_gcm)| {
                let key = [number; 32];
                if is_gcm { Key::Gcm(key) } else { Key::Cbc(key) }
            })
            .collect()
    })
}

/// Some keys, and those of them that a receiver has, in any order: at least one.
fn keys_and_known() -> impl Strategy<Value = (Vec<Key>, Vec<Key>)> {
    keys().prop_flat_map(|all| {
        let sizes = 1..=all.len();
        let known = subsequence(all.clone(), sizes).prop_shuffle();
        (Just(all), known)
    })
}

impl Key {
    fn cipher(self) -> Box<dyn Decrypt> {
        match self {
            Self::Cbc(key) => Box::new(Aes256Cbc::new(key).unwrap()),
            Self::Gcm(key) => Box::new(Aes256Gcm::new(key).unwrap()),
        }
    }

    fn seal(self, plaintext: &[u8]) -> String {
        match self {
            Self::Cbc(key) => Aes256Cbc::new(key).unwrap().seal(plaintext, [7; 16]),
            Self::Gcm(key) => Aes256Gcm::new(key).unwrap().seal(plaintext, [7; 12]),
        }
    }
}

fn payload() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        let members = hash_map(any::<String>(), inner.clone(), 0..4);
        prop_oneof![
            vec(inner, 0..4).prop_map(Value::from),
            members.prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn shown(opened: Result<Envelope, RejectionKind>) -> Result<String, RejectionKind> {
    opened.map(|envelope| format!("{:?}", envelope.event))
}

/// Whether a text is the base64 of these bytes, in one of the encodings that senders use.
fn encodes(text: &[u8], bytes: &[u8]) -> bool {
    [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD]
        .iter()
        .any(|engine| engine.decode(text).is_ok_and(|decoded| decoded == bytes))
}

proptest! {
    #[test]
    fn a_sealed_payload_is_the_plain_one_if_its_key_is_among_those_known(
        payload in payload(),
        (keys, known) in keys_and_known(),
        sealed_with in any::<Index>(),
    ) {
        let plain = json!({ "eventType": "shop.opened", "payload": payload }).to_string();
        let key = sealed_with.get(&keys);
        let sealed = sealed_envelope(&plain, |payload| key.seal(payload)).unwrap();
        let receiver = known
            .iter()
            .fold(builder(), |builder, key| builder.decrypt(key.cipher()));
        let expected = if known.contains(key) {
            shown(open(builder(), plain))
        } else {
            Err(RejectionKind::DecryptionFailed)
        };
        prop_assert_eq!(shown(open(receiver, sealed)), expected);
    }

    #[test]
    fn a_gcm_message_with_one_byte_changed_does_not_open(
        key: [u8; 32],
        nonce: [u8; 12],
        plaintext: Vec<u8>,
        edit in edit(),
    ) {
        let cipher = Aes256Gcm::new(key).unwrap();
        let message = URL_SAFE_NO_PAD.decode(cipher.seal(&plaintext, nonce)).unwrap();
        let changed = URL_SAFE_NO_PAD.encode(edit.of(&message)?);
        prop_assert_eq!(cipher.decrypt(&changed).unwrap_err(), DecryptError);
    }

    #[test]
    fn a_gcm_text_with_one_character_changed_opens_only_if_it_says_the_same(
        key: [u8; 32],
        nonce: [u8; 12],
        plaintext: Vec<u8>,
        edit in edit(),
    ) {
        let cipher = Aes256Gcm::new(key).unwrap();
        let sealed = cipher.seal(&plaintext, nonce);
        let message = URL_SAFE_NO_PAD.decode(&sealed).unwrap();
        let changed = String::from_utf8_lossy(&edit.of(sealed.as_bytes())?).into_owned();
        let opened = cipher.decrypt(&changed);
        if encodes(changed.as_bytes(), &message) {
            let opened = opened.unwrap();
            prop_assert_eq!(opened.as_bytes(), plaintext);
        } else {
            prop_assert_eq!(opened.unwrap_err(), DecryptError);
        }
    }
}
