//! Arbitrary payloads of every event type, against a model of their fields: what is good is read, each text is in its place, numbers
//! are exact, nothing is lost, and what is written is read again as the same.

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
    model::{number::Number, payload},
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
    let Some(sent) = Object::parse(input.payload.as_bytes()) else {
        return assert!(event.is_none());
    };
    let fields = payload::fields(event_type);
    if let Some(is_read) = payload::is_read(fields, &sent) {
        assert_eq!(event.is_some(), is_read);
    }
    let Some(event) = event else { return };

    assert_eq!(event.event_type(), event_type.as_str());
    let contact_id = sent.only("contactId").and_then(text);
    assert_eq!(event.contact_id(), contact_id.as_deref());
    check_number(&event, &sent);
    for (name, read) in texts(&event) {
        let sent = payload::text_of(fields, name, &sent);
        assert_eq!((name, read), (name, sent.as_deref()));
    }

    let written = serde_json::to_string(&event).expect("an event is JSON");
    let object = Object::parse(written.as_bytes()).expect("an event is an object");
    assert_eq!(payload::lost(fields, &sent, &object), Vec::<String>::new());
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
