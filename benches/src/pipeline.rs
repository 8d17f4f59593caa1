//! From a head and the bytes of a body to a typed event: what a handler waits for once its request has arrived.

use http::HeaderMap;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tower_webhook::{
    Receiver,
    decrypt::Aes256Cbc,
    testing::sealed_envelope,
    voyado::{self, EventType},
};

use crate::{
    Case,
    decrypt::{KEY, naive},
    genuine::{SECRET, request},
    rivals,
};

pub fn cases() -> Vec<Case> {
    let plain = EventType::ContactCreated.sample().to_owned();
    let encrypted = sealed(&plain);
    let opened = encrypted.clone();
    let decrypted = encrypted.clone();
    vec![
        ours("plain", plain.clone()),
        svix("plain, svix and derive", plain, |body| {
            read::<rivals::Event>(body)
        }),
        ours("encrypted", encrypted.clone()),
        svix("encrypted, svix and naive", encrypted, naive_contact),
        ours_opened(opened),
        naive_opened(decrypted),
    ]
}

fn sealed(plain: &str) -> String {
    let key = Aes256Cbc::new(KEY).expect("a key");
    sealed_envelope(plain, |payload| key.seal(payload, [7; 16])).expect("an envelope")
}

fn receiver() -> Receiver {
    Receiver::builder([SECRET])
        .decrypt(Aes256Cbc::new(KEY).expect("a key"))
        .build()
        .expect("a configuration")
}

fn ours(contender: &'static str, envelope: String) -> Case {
    let receiver = receiver();
    let request = request(envelope.clone());
    let body = bytes::Bytes::from(envelope);
    Case::new("pipeline", contender, body.len(), move || {
        let head = receiver.check_head(request.headers());
        head.and_then(|head| head.check_signature(body.clone()))
            .and_then(tower_webhook::receiver::Verified::open::<voyado::Event>)
            .expect("a genuine delivery")
    })
}

fn svix<T>(contender: &'static str, envelope: String, read: impl Fn(&str) -> T + 'static) -> Case {
    let webhook = svix::webhooks::Webhook::new(SECRET).expect("a secret");
    let headers: HeaderMap = request(envelope.clone()).headers().clone();
    Case::new("pipeline", contender, envelope.len(), move || {
        let verified = webhook.verify(envelope.as_bytes(), &headers);
        verified.expect("a genuine delivery");
        read(&envelope)
    })
}

/// The encrypted path without the signature.
fn ours_opened(envelope: String) -> Case {
    let receiver = receiver();
    Case::with_input(
        "pipeline",
        "opened",
        envelope.len(),
        move || crate::json::verified(&receiver, envelope.clone()),
        |verified| verified.open::<voyado::Event>().expect("an event"),
    )
}

fn naive_opened(envelope: String) -> Case {
    Case::new("pipeline", "opened, naive", envelope.len(), move || {
        naive_contact(&envelope)
    })
}

/// Through `Value`, since what is in an envelope may be one thing or another.
fn naive_contact(envelope: &str) -> rivals::Contact {
    let envelope: Value = read(envelope);
    let sealed = envelope["payload"].as_str().expect("a text");
    let payload: Value = read(&naive(sealed));
    serde_json::from_value(payload).expect("a contact")
}

fn read<T: DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).expect("JSON of the right type")
}
