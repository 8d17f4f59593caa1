//! Plaid's tokens, signed by `ring`: accepted if and only if the algorithm, the key, the time and the body are right.

#![no_main]

use std::sync::LazyLock;

use arbitrary::Arbitrary;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use libfuzzer_sys::fuzz_target;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::json;
use tower_webhook::provider;
use tower_webhook_fuzz::{
    endpoint::NOW,
    request::{Damage, Sent, hex, sha256},
};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    other_algorithm: Option<&'a str>,
    other_key_id: Option<&'a str>,
    late: i16,
    damage: Damage,
    body: &'a [u8],
}

struct Key {
    pair: EcdsaKeyPair,
    jwk: String,
}

static KEY: LazyLock<Key> = LazyLock::new(|| {
    let random = SystemRandom::new();
    let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("a key");
    let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).expect("a key");
    let [x, y] = [1..33, 33..65].map(|at| URL_SAFE_NO_PAD.encode(&pair.public_key().as_ref()[at]));
    let jwk = json!({ "kty": "EC", "crv": "P-256", "kid": "k1", "x": x, "y": y }).to_string();
    Key { pair, jwk }
});

fuzz_target!(init: LazyLock::force(&KEY), |input: Input<'_>| {
    let (algorithm, key_id) = (input.other_algorithm.unwrap_or("ES256"), input.other_key_id.unwrap_or("k1"));
    let time = NOW.saturating_add_signed(input.late.into());
    let header = json!({ "alg": algorithm, "kid": key_id, "typ": "JWT" });
    let claims = json!({ "iat": time, "request_body_sha256": hex(&sha256(input.body)) });
    let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    let signed = format!("{header}.{claims}");
    let signature = KEY.pair.sign(&SystemRandom::new(), signed.as_bytes()).expect("a signature");
    let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
    let is_short = token.len() <= 4096;
    let mut sent = Sent::new(input.body);
    sent.set("plaid-verification", token);
    let is_genuine = is_short && algorithm == "ES256" && key_id == "k1" && input.late.unsigned_abs() <= 300;
    assert_eq!(sent.verdict(provider::plaid(), &KEY.jwk).is_ok(), is_genuine);
    if let Some(damaged) = sent.damaged(input.damage) {
        assert!(damaged.verdict(provider::plaid(), &KEY.jwk).is_err(), "{damaged:?}");
    }
});
