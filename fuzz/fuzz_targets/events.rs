//! Arbitrary payloads of every event type: what is written is read again as the same, and numbers are exact.

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
    endpoint::open_handed, json::Object, model::number::Number, sender::open,
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
    let Some(event) = read(event_type, payload.get()) else {
        return;
    };
    assert_eq!(event.event_type(), event_type.as_str());
    let sent = Object::parse(input.payload.as_bytes()).expect("a payload is an object");
    let contact_id = sent.only("contactId").and_then(text);
    assert_eq!(event.contact_id(), contact_id.as_deref());
    check_number(&event, &sent);

    let written = serde_json::to_string(&event).expect("an event is JSON");
    let again = read(event_type, &written).expect("what is written can be read");
    assert_eq!(format!("{again:?}"), format!("{event:?}"));
    assert_eq!(
        serde_json::to_string(&again).expect("an event is JSON"),
        written
    );
});

fn read(event_type: EventType, payload: &str) -> Option<Event> {
    let body = format!(r#"{{"eventType":"{event_type}","isEncrypted":false,"payload":{payload}}}"#);
    let delivery = open::<Event>(&RECEIVER, body).ok()?;
    Some(delivery.event().clone())
}

/// The money or the points of an event are what was sent, to the last digit.
fn check_number(event: &Event, sent: &Object) {
    let (name, read): (_, Option<Decimal>) = match event {
        Event::PointsAdded(event) => ("amount", event.amount),
        Event::PointBalanceUpdated(event) => ("balance", event.balance),
        Event::RewardVoucherCreated(event) => ("amount", event.amount),
        _ => return,
    };
    let sent = sent
        .only(name)
        .map(|sent| text(sent).unwrap_or_else(|| sent.get().to_owned()));
    let sent = sent.filter(|sent| sent != "null");
    assert_eq!(
        read.and_then(|number| Number::parse(&number.to_string())),
        sent.and_then(|number| Number::parse(&number)),
    );
}

fn text(json: &RawValue) -> Option<String> {
    serde_json::from_str(json.get()).ok()
}
