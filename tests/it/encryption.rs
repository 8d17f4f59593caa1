//! Encrypted payloads, through the whole decision and the layer.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http_body_util::BodyExt;
use serde_json::json;
use tower::{Layer, ServiceExt};
use tower_webhook::{
    Json, Receiver, Rejection,
    RejectionKind::{self, *},
    Timestamp,
    decrypt::{Aes256Cbc, Aes256Gcm},
    error::ConfigErrorKind,
    event::{RawEvent, StandardEvent, Tagged, WebhookEvent},
    receiver::{ReceiverBuilder, Verified},
    testing::sealed_envelope,
    voyado::{Envelope, Event, EventType},
};

use crate::{
    layer::{genuine, layer_of, unreachable_inner},
    support::{ID, NOW, SECRET, signer},
};

const KEY: &str = "DaqfT7Ys6tGqM3zbesEKpmacTJEqBCp2";
const OTHER_KEY: &str = "another key of 32 characters....";

fn cbc(key: &str) -> Aes256Cbc {
    Aes256Cbc::new(key).unwrap()
}

fn gcm(key: &str) -> Aes256Gcm {
    Aes256Gcm::new(key).unwrap()
}

pub(crate) fn builder() -> ReceiverBuilder {
    Receiver::builder([SECRET]).clock(|| Duration::from_secs(NOW))
}

pub(crate) fn open(
    builder: ReceiverBuilder,
    body: impl Into<Bytes>,
) -> Result<Envelope, RejectionKind> {
    let body = body.into();
    let at = Timestamp::from_unix_seconds(NOW);
    let request = signer().request(ID, at, body.clone());
    let receiver = builder.build().unwrap();
    let opened = receiver
        .check_head(request.headers())
        .and_then(|head| head.check_signature(body))
        .and_then(Verified::open::<Envelope>);
    opened
        .map(|delivery| delivery.event().clone())
        .map_err(|rejection| rejection.kind())
}

fn sealed_by_cbc(key: &str) -> String {
    let sample = EventType::ContactCreated.sample();
    sealed_envelope(sample, |payload| cbc(key).seal(payload, [7; 16])).unwrap()
}

fn sealed_by_gcm(key: &str) -> String {
    let sample = EventType::ContactCreated.sample();
    sealed_envelope(sample, |payload| gcm(key).seal(payload, [7; 12])).unwrap()
}

fn with_payload(payload: &serde_json::Value) -> String {
    json!({ "eventType": "contact.deleted", "isEncrypted": true, "payload": payload }).to_string()
}

#[test]
fn every_event_type_is_the_same_encrypted_and_plain() {
    for event_type in EventType::ALL {
        let plain = open(builder(), event_type.sample()).unwrap();
        let seal = |payload: &[u8]| cbc(KEY).seal(payload, [7; 16]);
        let sealed = sealed_envelope(event_type.sample(), seal).unwrap();
        let opened = open(builder().decrypt(cbc(KEY)), sealed).unwrap();
        assert!(opened.is_encrypted);
        assert_eq!(format!("{:?}", opened.event), format!("{:?}", plain.event));
        assert_eq!(opened.tenant, plain.tenant);
        assert_eq!(opened.id, plain.id);
    }
}

#[test]
fn aes_256_gcm_opens_too() {
    let opened = open(builder().decrypt(gcm(KEY)), sealed_by_gcm(KEY)).unwrap();
    assert!(matches!(opened.event, Event::ContactCreated(_)));
}

#[test]
fn either_key_and_either_cipher_opens_while_one_is_rotated() {
    let both = || {
        builder()
            .decrypt(cbc(OTHER_KEY))
            .decrypt(gcm(KEY))
            .decrypt(cbc(KEY))
    };
    for sealed in [
        sealed_by_cbc(KEY),
        sealed_by_cbc(OTHER_KEY),
        sealed_by_gcm(KEY),
    ] {
        open(both(), sealed).unwrap();
    }
    assert_eq!(
        open(both(), sealed_by_gcm(OTHER_KEY)).unwrap_err(),
        DecryptionFailed
    );
}

#[test]
fn a_wrong_key_that_gives_a_valid_padding_does_not_stand_in_the_way_of_the_right_one() {
    let both = || builder().decrypt(cbc(OTHER_KEY)).decrypt(cbc(KEY));
    // Of 1,024 ciphertexts about four have a valid padding under the wrong key.
    for number in 0..1024_u128 {
        let payload = json!({ "contactId": "c-1" }).to_string();
        let sealed = cbc(KEY).seal(payload.as_bytes(), number.to_le_bytes());
        assert!(
            open(both(), with_payload(&sealed.into())).is_ok(),
            "{number}"
        );
    }
}

#[test]
fn without_a_key_it_is_a_misconfiguration_and_never_delivered() {
    assert_eq!(
        open(builder(), sealed_by_cbc(KEY)).unwrap_err(),
        DecryptionKeyMissing
    );
    let unknown = sealed_by_cbc(KEY).replace("contact.created", "contact.merged");
    assert_eq!(open(builder(), unknown).unwrap_err(), DecryptionKeyMissing);
}

#[test]
fn a_plain_payload_is_accepted_beside_a_key_unless_encryption_is_required() {
    let plain = EventType::ContactCreated.sample();
    let ping = r#"{"success": true}"#;
    for body in [plain, ping] {
        open(builder().decrypt(cbc(KEY)), body).unwrap();
        let required = builder().decrypt(cbc(KEY)).require_encryption();
        assert_eq!(open(required, body).unwrap_err(), EncryptionRequired);
    }
    let required = builder().decrypt(cbc(KEY)).require_encryption();
    open(required, sealed_by_cbc(KEY)).unwrap();
}

#[test]
fn to_require_encryption_without_a_key_is_a_configuration_error() {
    let built = builder().require_encryption().build();
    assert_eq!(built.unwrap_err().kind(), ConfigErrorKind::NoDecryptionKey);
}

fn assert_never_decrypts<E: WebhookEvent>(receiver: &Receiver) {
    let error = receiver.validate_event_type::<E>().unwrap_err();
    assert_eq!(error.kind(), ConfigErrorKind::EventTypeCannotDecrypt);
    let name = std::any::type_name::<E>();
    assert_eq!(
        error.to_string(),
        format!("encryption is required, but the event type `{name}` never decrypts")
    );
}

#[test]
fn to_require_encryption_of_an_event_type_that_never_decrypts_is_a_configuration_error() {
    let optional = builder().decrypt(cbc(KEY)).build().unwrap();
    let required = builder().decrypt(cbc(KEY)).require_encryption();
    let required = required.build().unwrap();
    assert_eq!(required.validate_event_type::<Event>(), Ok(()));
    assert_eq!(required.validate_event_type::<Envelope>(), Ok(()));
    assert_never_decrypts::<Bytes>(&required);
    assert_never_decrypts::<Json<u8>>(&required);
    assert_never_decrypts::<axum::Json<u8>>(&required);
    assert_never_decrypts::<RawEvent>(&required);
    assert_never_decrypts::<StandardEvent<u8>>(&required);
    assert_never_decrypts::<Tagged<u8>>(&required);
    assert_eq!(optional.validate_event_type::<Bytes>(), Ok(()));
    assert_eq!(optional.validate_event_type::<Json<u8>>(), Ok(()));
}

#[test]
fn an_event_of_an_unknown_type_is_delivered_decrypted() {
    let sealed = sealed_by_cbc(KEY).replace("contact.created", "contact.merged");
    let opened = open(builder().decrypt(cbc(KEY)), sealed).unwrap();
    let Event::Unknown(unknown) = opened.event else {
        panic!("not unknown: {:?}", opened.event);
    };
    assert!(unknown.payload.get().contains("firstName"));
}

#[test]
fn a_plaintext_that_is_a_whole_envelope_gives_its_payload() {
    for encrypted in [true, false] {
        let inner = json!({
            "eventType": "contact.deleted",
            "isEncrypted": encrypted,
            "payload": { "contactId": "c-1" },
        });
        let sealed = cbc(KEY).seal(inner.to_string().as_bytes(), [7; 16]);
        let opened = open(builder().decrypt(cbc(KEY)), with_payload(&sealed.into())).unwrap();
        assert_eq!(opened.event.contact_id(), Some("c-1"));
    }
}

#[test]
fn the_id_of_an_envelope_that_is_sealed_whole_is_not_taken_for_the_contacts() {
    for event_type in EventType::ALL {
        for sample in [
            event_type.sample().to_owned(),
            event_type.sample().replace("\"isEncrypted\": false,", ""),
        ] {
            let body = with_payload_of_type(event_type.as_str(), &sample);
            let opened = open(builder().decrypt(cbc(KEY)), body).unwrap();
            let plain = open(builder(), event_type.sample()).unwrap();
            assert_eq!(format!("{:?}", opened.event), format!("{:?}", plain.event));
        }
    }
}

#[test]
fn the_id_of_a_sealed_envelope_whose_payload_does_not_fit_is_not_taken_for_the_contacts() {
    let plaintext = r#"{"eventType":"contact.deleted","id":"e-1","isEncrypted":false,"payload":{"contict":"c-1"}}"#;
    let body = with_payload_of_type("contact.deleted", plaintext);
    let opened = open(builder().decrypt(cbc(KEY)), body).unwrap();
    assert_eq!(opened.event.contact_id(), None);
    let Event::Unknown(unknown) = opened.event else {
        panic!("{:?}", opened.event);
    };
    assert_eq!(unknown.payload.get(), r#"{"contict":"c-1"}"#);
}

#[test]
fn a_contact_with_an_attribute_like_an_envelopes_is_still_that_contact() {
    for plaintext in [
        r#"{"id":"c-1","eventType":"contact.created"}"#,
        r#"{"id":"c-1","eventType":"contact.created","payload":{}}"#,
        r#"{"id":"c-1","eventType":"party","payload":{"id":"c-2"}}"#,
    ] {
        let body = with_payload_of_type("contact.created", plaintext);
        let opened = open(builder().decrypt(cbc(KEY)), body).unwrap();
        assert_eq!(opened.event.contact_id(), Some("c-1"), "{plaintext}");
    }
}

fn with_payload_of_type(event_type: &str, plaintext: &str) -> String {
    let sealed = cbc(KEY).seal(plaintext.as_bytes(), [7; 16]);
    json!({ "eventType": event_type, "isEncrypted": true, "payload": sealed }).to_string()
}

#[test]
fn a_payload_that_only_looks_like_an_envelope_loses_nothing() {
    for plaintext in [
        r#"{"eventType":"contact.merged","contactId":"c-1"}"#,
        r#"{"eventType":"contact.merged","payload":null,"contactId":"c-1"}"#,
        r#"{"eventType":"contact.merged","isEncrypted":true,"payload":"c-1"}"#,
        r#"{"eventType":"contact.deleted","isEncrypted":false,"payload":{"contactId":"c-1"}}"#,
    ] {
        let body = with_payload_of_type("contact.merged", plaintext);
        let opened = open(builder().decrypt(cbc(KEY)), body).unwrap();
        let Event::Unknown(unknown) = opened.event else {
            panic!("not unknown: {:?}", opened.event);
        };
        assert_eq!(unknown.payload.get(), plaintext);
    }
}

#[test]
fn an_envelope_of_one_type_within_one_of_another_is_unknown_with_all_of_it() {
    for flag in [r#""isEncrypted":false,"#, ""] {
        let plaintext =
            format!(r#"{{"eventType":"contact.deleted",{flag}"payload":{{"contactId":"c-1"}}}}"#);
        let body = with_payload_of_type("contact.created", &plaintext);
        let opened = open(builder().decrypt(cbc(KEY)), body).unwrap();
        let Event::Unknown(unknown) = opened.event else {
            panic!("not unknown: {:?}", opened.event);
        };
        assert_eq!(unknown.event_type, "contact.created");
        assert_eq!(unknown.payload.get(), plaintext);
    }
}

#[test]
fn a_plaintext_that_does_not_fit_its_type_is_unknown_with_all_of_it() {
    for plaintext in [
        "{}",
        "null",
        "[1]",
        r#""c-1""#,
        r#"{"contact":{"id":"c-1"}}"#,
    ] {
        let body = with_payload_of_type("contact.created", plaintext);
        let opened = open(builder().decrypt(cbc(KEY)), body).unwrap();
        assert!(opened.is_encrypted);
        let Event::Unknown(unknown) = opened.event else {
            panic!("not unknown: {:?}", opened.event);
        };
        assert_eq!(unknown.event_type, "contact.created");
        assert_eq!(unknown.payload.get(), plaintext);
    }
}

#[test]
fn a_byte_order_mark_is_skipped_around_and_inside_what_is_sealed() {
    let plaintext = "\u{feff}{\"contactId\":\"c-1\"}";
    let body = with_payload_of_type("contact.deleted", plaintext);
    let opened = open(builder().decrypt(cbc(KEY)), format!("\u{feff}{body}")).unwrap();
    assert_eq!(opened.event.contact_id(), Some("c-1"));
}

/// Everything that can go wrong inside a decryption.
fn failures() -> Vec<String> {
    let payload = br#"{"contactId":"c-1"}"#;
    let genuine = cbc(KEY).seal(payload, [7; 16]);
    let mut failures: Vec<String> = [
        json!(cbc(OTHER_KEY).seal(payload, [7; 16])),
        json!(cbc(KEY).seal(b"not json", [7; 16])),
        json!(cbc(KEY).seal(b"\xff\xfe", [7; 16])),
        json!(cbc(KEY).seal(b"", [7; 16])),
        json!(genuine[..genuine.len() - 4]),
        json!(format!("{genuine}AAAA")),
        json!(format!("{genuine} ")),
        json!("AAAA"),
        json!("no base64!"),
        json!(""),
        json!(null),
        json!(7),
        json!({ "contactId": "c-1" }),
    ]
    .iter()
    .map(with_payload)
    .collect();
    // Each bit of the last block of the initialisation vector and ciphertext: paddings of every kind.
    for index in 0..genuine.len() {
        let mut changed = genuine.clone().into_bytes();
        changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        let body = with_payload(&changed.into());
        if open(builder().decrypt(cbc(KEY)), body.clone()).is_err() {
            failures.push(body);
        }
    }
    failures
}

#[tokio::test]
async fn every_failure_of_decryption_gives_an_identical_response() {
    let service = layer_of(builder().decrypt(cbc(KEY)))
        .decode::<Event>()
        .layer(unreachable_inner());
    let failures = failures();
    assert!(failures.len() > 30, "{}", failures.len());
    for body in failures {
        let response = service
            .clone()
            .oneshot(genuine(body.clone()))
            .await
            .unwrap();
        let rejection: &Rejection = response.extensions().get().expect("a rejection");
        assert_eq!(rejection.kind(), DecryptionFailed, "{body}");
        let (parts, body) = response.into_parts();
        assert_eq!(parts.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(parts.headers.is_empty());
        assert_eq!(body.collect().await.unwrap().to_bytes(), "");
    }
}

#[test]
fn every_single_bit_change_of_a_gcm_message_is_refused() {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let sealed = gcm(KEY).seal(br#"{"contactId":"c-1"}"#, [7; 12]);
    let message = URL_SAFE_NO_PAD.decode(&sealed).unwrap();
    for bit in 0..message.len() * 8 {
        let mut changed = message.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let body = with_payload(&URL_SAFE_NO_PAD.encode(changed).into());
        let refused = open(builder().decrypt(gcm(KEY)), body);
        assert_eq!(refused.unwrap_err(), DecryptionFailed, "bit {bit}");
    }
}

#[test]
fn nothing_is_decrypted_before_the_signature_holds() {
    use tower_webhook::decrypt::{Decrypt, DecryptError, Plaintext};

    /// A decryptor that fails the test if it is asked.
    struct Unreachable;

    impl Decrypt for Unreachable {
        fn decrypt(&self, _sealed: &str) -> Result<Plaintext, DecryptError> {
            panic!("decrypted before the signature held")
        }
    }

    let receiver = builder().decrypt(Unreachable).build().unwrap();
    let request = genuine("another body");
    let refused = receiver
        .check_head(request.headers())
        .and_then(|head| head.check_signature(sealed_by_cbc(KEY)))
        .and_then(Verified::open::<Envelope>);
    assert_eq!(refused.unwrap_err().kind(), SignatureMismatch);
}
