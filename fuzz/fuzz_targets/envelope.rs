//! Arbitrary bodies with a genuine signature as envelopes. What is good in plain text is read. How the crate came to its answer
//! must not show: whether the payload stood before its type or behind it, and whether it was sealed, alone or in its envelope.

#![no_main]

use std::sync::LazyLock;

use allocation_counter::measure;
use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use serde_json::value::{RawValue, to_raw_value};
use tower_webhook::{
    Receiver, RejectionKind,
    decrypt::{Aes256Cbc, Aes256Gcm},
    voyado::{Envelope, Event},
};
use tower_webhook_fuzz::{
    endpoint::{DECRYPTION_KEY, open_handed},
    json::{Object, text},
    model,
    sender::open,
};

/// As the documentation of `voyado` has it, and twice the body itself.
const MEMORY_PER_BYTE: usize = 22;
const MEMORY_IN_ANY_CASE: usize = 8 * 1024;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    cipher: Cipher,
    body: &'a [u8],
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Cipher {
    Cbc,
    Gcm,
}

/// What an envelope says, as text.
type Said = Result<(Option<String>, Option<String>, String, String), RejectionKind>;

static CBC: LazyLock<Aes256Cbc> = LazyLock::new(|| Aes256Cbc::new(DECRYPTION_KEY).expect("a key"));
static GCM: LazyLock<Aes256Gcm> = LazyLock::new(|| Aes256Gcm::new(DECRYPTION_KEY).expect("a key"));
static WITH_KEYS: LazyLock<Receiver> = LazyLock::new(|| {
    let builder = open_handed().decrypt(GCM.clone()).decrypt(CBC.clone());
    builder.build().expect("a configuration")
});
static WITHOUT_KEYS: LazyLock<Receiver> =
    LazyLock::new(|| open_handed().build().expect("a configuration"));
static ENCRYPTED_ONLY: LazyLock<Receiver> = LazyLock::new(|| {
    let builder = open_handed().decrypt(GCM.clone()).decrypt(CBC.clone());
    builder
        .require_encryption()
        .build()
        .expect("a configuration")
});

fuzz_target!(init: LazyLock::force(&WITH_KEYS), |input: Input<'_>| {
    let body = input.body.to_vec();
    let mut opened = None;
    let memory = measure(|| opened = Some(open::<Envelope>(&WITH_KEYS, body.clone())));
    let opened = opened.expect("it was opened or refused");
    let bound = body.len() * MEMORY_PER_BYTE + MEMORY_IN_ANY_CASE;
    assert!(memory.bytes_max <= bound as u64, "{memory:?}");

    let is_encrypted = opened
        .as_ref()
        .is_ok_and(|delivery| delivery.event().is_encrypted);
    let said = says(&WITH_KEYS, &body);
    let event = open::<Event>(&WITH_KEYS, body.clone()).map(|delivery| written(delivery.event()));
    assert_eq!(event, said.clone().map(|(.., event)| event));

    // Ciphertext is never delivered, nor plain text where it has to be encrypted.
    match &said {
        Ok(_) if is_encrypted => {
            assert_eq!(
                says(&WITHOUT_KEYS, &body),
                Err(RejectionKind::DecryptionKeyMissing)
            );
            assert_eq!(says(&ENCRYPTED_ONLY, &body), said);
        }
        Ok(_) => {
            assert_eq!(says(&WITHOUT_KEYS, &body), said);
            assert_eq!(
                says(&ENCRYPTED_ONLY, &body),
                Err(RejectionKind::EncryptionRequired)
            );
        }
        Err(_) => assert!(says(&WITHOUT_KEYS, &body).is_err()),
    }

    match model::envelope::is_read(&body) {
        Some(true) => assert!(said.is_ok()),
        Some(false) => assert_eq!(said, Err(RejectionKind::MalformedEvent)),
        None => {}
    }
    let Some(object) = Object::parse(&body) else {
        return;
    };
    let Some(payload) = object.only("payload").map(ToOwned::to_owned) else {
        return;
    };
    let mut rest = object;
    rest.remove("payload");
    let mut payload_last = rest.clone();
    payload_last.0.push(("payload".into(), payload.clone()));
    let mut payload_first = rest.clone();
    payload_first
        .0
        .insert(0, ("payload".into(), payload.clone()));
    assert_eq!(says(&WITH_KEYS, payload_last.to_string().as_bytes()), said);
    assert_eq!(says(&WITH_KEYS, payload_first.to_string().as_bytes()), said);

    let Ok(said) = said else { return };
    if is_encrypted {
        return;
    }
    let with_sealed = |plaintext: &[u8]| {
        let sealed = match input.cipher {
            Cipher::Cbc => CBC.seal(plaintext, [7; 16]),
            Cipher::Gcm => GCM.seal(plaintext, [7; 12]),
        };
        let mut outer = rest.clone();
        outer.remove("isEncrypted");
        for (name, value) in [
            ("isEncrypted", to_raw_value(&true)),
            ("payload", to_raw_value(&sealed)),
        ] {
            outer.0.push((name.into(), value.expect("JSON")));
        }
        says(&WITH_KEYS, outer.to_string().as_bytes())
    };
    if !may_be_envelope(&payload, &said.2) {
        assert_eq!(
            with_sealed(payload.get().as_bytes()).as_ref(),
            Ok(&said)
        );
    }
    // With a `contactId`, or with an `id` and no `isEncrypted`, it may be a payload of a known type.
    let is_unmistakable = rest.has("eventType")
        && !rest.has("contactId")
        && (rest.has("isEncrypted") || !rest.has("id"));
    if is_unmistakable && payload.get().starts_with('{') {
        assert_eq!(with_sealed(&body), Ok(said));
    }
});

/// Whether a payload of that type may be taken for a whole envelope: it has a payload itself, which is an object, or was read
/// since what stood before it said how.
fn may_be_envelope(payload: &RawValue, event_type: &str) -> bool {
    let Some(object) = Object::parse(payload.get().as_bytes()) else {
        return false;
    };
    let is_of_type = object.only("eventType").and_then(text).as_deref() == Some(event_type);
    let is_plain = |inner: &RawValue| inner.get().starts_with('{') || object.has("isEncrypted");
    is_of_type && object.only("payload").is_some_and(is_plain)
}

fn says(receiver: &Receiver, body: &[u8]) -> Said {
    let delivery = open::<Envelope>(receiver, body.to_vec())?;
    let envelope = delivery.event().clone();
    Ok((
        envelope.id,
        envelope.tenant,
        envelope.event_type,
        written(&envelope.event),
    ))
}

fn written(event: &Event) -> String {
    let payload = serde_json::to_string(event).expect("an event is JSON");
    format!("{} {payload}", event.event_type())
}
