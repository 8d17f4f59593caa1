//! Arbitrary payloads of every event type, against a model of their fields: all are delivered, each text is in its place, numbers are
//! exact, nothing is lost, and what is written is read again as the same.

#![no_main]

use std::sync::LazyLock;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use serde_json::value::RawValue;
use tower_webhook::{
    Receiver,
    voyado::{Decimal, Event, EventType},
};
use tower_webhook_fuzz::{
    endpoint::open_handed,
    fields::texts,
    json::{Object, text},
    model::{
        number::Number,
        payload::{self, Shape, is_exact},
    },
    sender::open,
};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    event_type: u8,
    payload: &'a str,
}

static RECEIVER: LazyLock<Receiver> =
    LazyLock::new(|| open_handed().build().expect("a configuration"));

fuzz_target!(|input: Input<'_>| {
    let event_type = EventType::ALL[usize::from(input.event_type) % EventType::ALL.len()];
    // What is no JSON could end the envelope that it is put into.
    let Ok(payload) = serde_json::from_str::<&RawValue>(input.payload) else {
        return;
    };
    let event = read(event_type, payload.get());
    assert_eq!(event.event_type(), event_type.as_str());
    if let Event::Unknown(unknown) = &event {
        assert_eq!(unknown.payload.get(), payload.get());
    }
    let Some(sent) = Object::parse(input.payload.as_bytes()) else {
        return;
    };
    let shape = payload::shape(event_type);
    let contact_id = shape.contact_id(&sent);
    assert_eq!(event.contact_id(), contact_id.as_deref());
    if contact_id.is_none() {
        return assert!(matches!(event, Event::Unknown(_)));
    }
    if !shape.is_readable(&sent) {
        return;
    }
    if shape.is_plain(&sent) {
        check_number(&event, &shape, &sent);
        for (name, read) in texts(&event) {
            let sent = shape.text_of(name, &sent);
            assert_eq!((name, read), (name, sent.as_deref()));
        }
    }

    let written = serde_json::to_string(&event).expect("an event is JSON");
    let object = Object::parse(written.as_bytes()).expect("an event is an object");
    assert_eq!(shape.lost(&sent, &object), Vec::<String>::new());
    if shape.is_settled(&sent) {
        let again = read(event_type, &written);
        assert_eq!(format!("{again:?}"), format!("{event:?}"));
    }
});

fn read(event_type: EventType, payload: &str) -> Event {
    let body = format!(r#"{{"eventType":"{event_type}","isEncrypted":false,"payload":{payload}}}"#);
    let delivery = open::<Event>(&RECEIVER, body).expect("whatever the payload, it is delivered");
    delivery.event().clone()
}

/// The money or the points of an event are what was sent, to the last digit, or are not read.
fn check_number(event: &Event, shape: &Shape, sent: &Object) {
    let (name, read): (_, Option<Decimal>) = match event {
        Event::PointsAdded(event) => ("amount", event.amount),
        Event::PointBalanceUpdated(event) => ("balance", event.balance),
        Event::RewardVoucherCreated(event) => ("amount", event.amount),
        _ => return,
    };
    let sent = shape.value_of(name, sent);
    let number = |sent: &RawValue| text(sent).unwrap_or_else(|| sent.get().to_owned());
    match (read, sent) {
        (Some(read), sent) => assert_eq!(
            Number::parse(&read.to_string()),
            sent.and_then(|sent| Number::parse(&number(&sent))),
        ),
        (None, sent) => assert!(sent.is_none_or(|sent| !is_exact(&sent))),
    }
}
