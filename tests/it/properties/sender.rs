use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signer, SigningKey};
use proptest::{collection::vec, prelude::*};
use tower_webhook::scheme::{SigningSecret, VerificationKey};

use super::message::Message;
use crate::support::signature_by;

/// Whoever signs: with a secret that we share, or with a key of which we have the public half.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Sender {
    HmacSha256(Vec<u8>),
    Ed25519([u8; 32]),
}

pub(super) fn sender() -> impl Strategy<Value = Sender> {
    prop_oneof![
        // Up to more than a block of the hash, where HMAC hashes the secret first.
        vec(any::<u8>(), 16..=80).prop_map(Sender::HmacSha256),
        any::<[u8; 32]>().prop_map(Sender::Ed25519),
    ]
}

/// Up to as many as Svix signs with, no two of them alike.
pub(super) fn senders() -> impl Strategy<Value = Vec<Sender>> {
    vec(any::<bool>(), 1..=11).prop_map(|kinds| {
        let numbered = (1..).zip(kinds);
        numbered
            .map(|(number, is_ed25519)| {
                if is_ed25519 {
                    Sender::Ed25519([number; 32])
                } else {
                    Sender::HmacSha256(vec![number; 24])
                }
            })
            .collect()
    })
}

impl Sender {
    /// What a receiver verifies this sender's signatures with.
    pub(super) fn key(&self) -> VerificationKey {
        match self {
            Self::HmacSha256(secret) => SigningSecret::from_bytes(secret).unwrap().into(),
            Self::Ed25519(seed) => {
                let public_key = SigningKey::from_bytes(seed).verifying_key();
                let text = format!("whpk_{}", STANDARD.encode(public_key.as_bytes()));
                VerificationKey::parse(&text).unwrap()
            }
        }
    }

    /// An entry of the signature header, by none of the code under test.
    pub(super) fn sign(&self, message: &Message) -> String {
        match self {
            Self::HmacSha256(secret) => {
                let timestamp = message.timestamp.to_string();
                signature_by(secret, &message.id, &timestamp, &message.body)
            }
            Self::Ed25519(seed) => {
                let signature = SigningKey::from_bytes(seed).sign(&message.text());
                format!("v1a,{}", STANDARD.encode(signature.to_bytes()))
            }
        }
    }
}
