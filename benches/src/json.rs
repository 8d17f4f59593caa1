//! From the bytes of a Voyado envelope to a typed event.

use bytes::Bytes;
use serde::de::DeserializeOwned;
use tower_webhook::{
    Receiver,
    receiver::Verified,
    voyado::{self, EventType},
};

use crate::{
    Case,
    genuine::{receiver, request},
    rivals,
    samples::SAMPLES,
};

pub fn cases() -> Vec<Case> {
    vec![ours(), tagged(), through_value()]
}

/// The size that the group goes by: all samples one after the other.
fn bytes() -> usize {
    SAMPLES
        .iter()
        .map(|event_type| event_type.sample().len())
        .sum()
}

fn ours() -> Case {
    let receiver = receiver();
    Case::with_input(
        "json",
        "ours",
        bytes(),
        move || SAMPLES.map(|event_type| verified(&receiver, event_type.sample())),
        |deliveries| {
            deliveries.map(|verified| verified.open::<voyado::Envelope>().expect("an envelope"))
        },
    )
}

fn tagged() -> Case {
    Case::with_input(
        "json",
        "internally tagged derive",
        bytes(),
        || SAMPLES.map(EventType::sample),
        |samples| samples.map(read::<rivals::Event>),
    )
}

fn through_value() -> Case {
    Case::with_input(
        "json",
        "through Value",
        bytes(),
        || SAMPLES.map(EventType::sample),
        |samples| {
            samples.map(|sample| {
                let value: serde_json::Value = read(sample);
                serde_json::from_value::<rivals::Event>(value).expect("an event")
            })
        },
    )
}

fn read<T: DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).expect("JSON of the right type")
}

/// A body whose signature held, which is the only way to a decoder of ours.
pub fn verified(receiver: &Receiver, body: impl Into<Bytes>) -> Verified {
    let body = body.into();
    let request = request(body.clone());
    let head = receiver.check_head(request.headers());
    head.and_then(|head| head.check_signature(body))
        .expect("a genuine delivery")
}
