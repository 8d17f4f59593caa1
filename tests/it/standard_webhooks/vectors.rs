use std::time::Duration;

use serde_json::Value;
use tower_webhook::{Receiver, RejectionKind};

use crate::support::{answer, set};

const FILE: &str = include_str!("../../vectors/standard-webhooks.json");

fn all() -> Vec<Value> {
    let file: Value = serde_json::from_str(FILE).unwrap();
    file["vectors"].as_array().unwrap().clone()
}

fn named(name: &str) -> Value {
    let found = all().into_iter().find(|vector| vector["name"] == name);
    found.unwrap_or_else(|| panic!("no vector {name}"))
}

fn text<'v>(vector: &'v Value, field: &str) -> &'v str {
    vector[field].as_str().unwrap()
}

fn body(vector: &Value) -> Vec<u8> {
    let body = &vector["body"];
    if let Some(text) = body["text"].as_str() {
        text.into()
    } else if let Some(hex) = body["hex"].as_str() {
        let digits = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        (0..hex.len()).step_by(2).map(digits).collect()
    } else {
        let count = body["repeat"][1].as_u64().unwrap();
        let unit = body["repeat"][0].as_str().unwrap();
        unit.repeat(count.try_into().unwrap()).into()
    }
}

fn answer_to(vector: &Value, body: &[u8]) -> Result<(), RejectionKind> {
    let timestamp = text(vector, "timestamp");
    let now = Duration::from_secs(timestamp.parse().unwrap());
    let kind = ["secret", "public_key"].into_iter();
    let key = kind.map(|kind| &vector[kind]).find(|key| key.is_string());
    let receiver = Receiver::builder([key.and_then(Value::as_str).unwrap()])
        .clock(move || now)
        .build()
        .unwrap();
    let signature = text(vector, "signature");
    ["svix", "webhook"].into_iter().try_for_each(|family| {
        let headers = set(family, text(vector, "id"), timestamp, signature);
        answer(&receiver, &headers, body.to_vec())
    })
}

/// Accepted as it is, and refused with one byte of its body changed.
fn is_accepted(name: &str) {
    let vector = named(name);
    assert_eq!(vector["valid"], true);
    assert_eq!(answer_to(&vector, &body(&vector)), Ok(()));
    let mut changed = body(&vector);
    match changed.last_mut() {
        Some(last) => *last ^= 1,
        None => changed.push(b' '),
    }
    assert_eq!(
        answer_to(&vector, &changed),
        Err(RejectionKind::SignatureMismatch)
    );
}

/// Refused as it is.
fn is_refused(name: &str) {
    let vector = named(name);
    assert_eq!(vector["valid"], false);
    assert_eq!(
        answer_to(&vector, &body(&vector)),
        Err(RejectionKind::SignatureMismatch)
    );
}

macro_rules! vectors {
    ($($test:ident: $check:ident($name:literal);)*) => {
        $(#[test] fn $test() { $check($name); })*

        #[test]
        fn every_vector_of_the_file_has_a_test() {
            let all = all();
            let names: Vec<&str> = all.iter().map(|vector| text(vector, "name")).collect();
            assert_eq!(names, [$($name),*]);
        }
    };
}

vectors! {
    t1_is_accepted: is_accepted("T1");
    t2_is_accepted: is_accepted("T2");
    t3_with_a_key_of_18_bytes_is_accepted: is_accepted("T3");
    t4_is_accepted: is_accepted("T4");
    t5_is_accepted: is_accepted("T5");
    t6_at_timestamp_0_with_a_key_of_16_bytes_is_accepted: is_accepted("T6");
    t7a_of_1_mib_is_accepted: is_accepted("T7a");
    t7b_of_256_kib_is_accepted: is_accepted("T7b");
    t7c_of_one_byte_less_is_accepted: is_accepted("T7c");
    d_empty_body_is_accepted: is_accepted("D-empty-body");
    d_not_utf8_is_accepted: is_accepted("D-not-utf8");
    d_multibyte_is_accepted: is_accepted("D-multibyte");
    d_nul_is_accepted: is_accepted("D-nul");
    d_crlf_is_accepted: is_accepted("D-crlf");
    d_unpadded_23_is_accepted: is_accepted("D-unpadded-23");
    a1_is_accepted: is_accepted("A1");
    a2_is_accepted: is_accepted("A2");
    a2_wrong_is_refused: is_refused("A2-wrong");
    a3_is_accepted: is_accepted("A3");
    a4_is_accepted: is_accepted("A4");
    a5_is_accepted: is_accepted("A5");
}
