use proptest::{
    collection::{hash_map, vec},
    prelude::*,
    sample::{Index, subsequence},
};
use serde_json::{Value, json};
use tower_webhook::{
    RejectionKind,
    decrypt::{Aes256Cbc, Aes256Gcm, Decrypt},
    testing::sealed_envelope,
    voyado::Envelope,
};

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
}
