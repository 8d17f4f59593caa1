//! What it costs to handle each message once, in memory.

use std::sync::atomic::{AtomicU64, Ordering};

use http::StatusCode;
use tower::{Layer, Service};
use tower_webhook::{Idempotency, WebhookLayer, idempotency::MemoryStore, testing::Signer};

use crate::{
    Case,
    case::ready,
    genuine::{SECRET, body, receiver, request, timestamp},
    layer::{Echo, guarded},
};

const BYTES: usize = 1024;
/// More than are handled within a run: a store that is full refuses.
const CAPACITY: usize = 20_000_000;

pub fn cases() -> Vec<Case> {
    vec![unguarded(), handled_once(), known()]
}

fn unguarded() -> Case {
    let mut service = guarded(receiver());
    let request = request(body(BYTES));
    Case::with_input(
        "idempotency",
        "off",
        BYTES,
        move || request.clone(),
        move |request| ready(service.call(request)),
    )
}

fn handled_once() -> Case {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let mut service = remembering();
    let signer = Signer::new(SECRET).expect("a secret");
    Case::with_input(
        "idempotency",
        "in memory, a new message",
        BYTES,
        move || {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            signer.request(&format!("msg_{number}"), timestamp(), body(BYTES))
        },
        move |request| {
            let answer = ready(service.call(request)).expect("an answer");
            assert_eq!(answer.status(), StatusCode::OK);
            answer
        },
    )
}

fn known() -> Case {
    let mut service = remembering();
    let request = request(body(BYTES));
    let handled = ready(service.call(request.clone())).expect("an answer");
    assert_eq!(handled.status(), StatusCode::OK);
    Case::with_input(
        "idempotency",
        "in memory, a known message",
        BYTES,
        move || request.clone(),
        move |request| ready(service.call(request)),
    )
}

fn remembering() -> tower_webhook::layer::WebhookService<
    Echo,
    bytes::Bytes,
    http_body_util::Full<bytes::Bytes>,
    MemoryStore,
> {
    WebhookLayer::new(receiver())
        .inner_body()
        .idempotency(Idempotency::new(
            "bench",
            MemoryStore::new(CAPACITY).unwrap(),
        ))
        .unwrap()
        .layer(Echo)
}
