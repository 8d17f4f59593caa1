//! Half of a surrogate pair: good JSON that no `str` can hold.

use tower_webhook::voyado::{Event, EventType};

use super::decode::{accepted, payload, payload_of};

const HALVES: [&str; 4] = [r"\ud83d", r"a\uDC00b", r"\ud83d\ud83d", r"\ude00\ud83d"];

#[test]
fn in_a_text_it_is_kept_as_it_was_sent() {
    for half in HALVES {
        let json = format!(r#"{{"contactId":"c-1","city":"{half}","street":"s"}}"#);
        let contact = payload_of!(
            ContactUpdated,
            payload(EventType::ContactUpdated, &json).unwrap()
        );
        assert_eq!(contact.city, None);
        assert_eq!(contact.street.as_deref(), Some("s"));
        assert_eq!(
            contact.other.get("city").unwrap().get(),
            format!("\"{half}\"")
        );
    }
}

#[test]
fn in_an_unknown_name_it_is_kept_with_its_escapes() {
    for half in HALVES {
        let json = format!(r#"{{"{half}":1,"contactId":"c-1","attributes":{{"x{half}":2}}}}"#);
        let contact = payload_of!(
            ContactUpdated,
            payload(EventType::ContactUpdated, &json).unwrap()
        );
        let other: Vec<_> = contact
            .other
            .iter()
            .map(|(name, value)| (name.to_owned(), value.get()))
            .collect();
        assert_eq!(other, [(half.to_owned(), "1"), (format!("x{half}"), "2")]);
    }
}

#[test]
fn in_the_contacts_id_it_leaves_the_payload_as_it_was_sent() {
    for event_type in EventType::ALL {
        for half in HALVES {
            let json = format!(r#"{{"contactId":"{half}"}}"#);
            let event = payload_of!(Unknown, payload(event_type, &json).unwrap());
            assert_eq!(event.payload.get(), json);
        }
    }
}

#[test]
fn around_the_payload_it_is_kept_too() {
    for half in HALVES {
        let envelope = accepted(&format!(
            r#"{{"{half}":0,"eventType":"contact.deleted","eventId":"{half}","tenant":"{half}","payload":{{"contactId":"c-1"}}}}"#
        ));
        assert!(matches!(envelope.event, Event::ContactDeleted(_)));
        assert_eq!((&envelope.id, &envelope.tenant), (&None, &None));
        let text = format!("\"{half}\"");
        assert_eq!(envelope.other.get(half).unwrap().get(), "0");
        assert_eq!(envelope.other.get("eventId").unwrap().get(), text);
        assert_eq!(envelope.other.get("tenant").unwrap().get(), text);
    }
}

#[test]
fn a_whole_pair_is_a_character() {
    let json = r#"{"contactId":"c-1","city":"\ud83d\ude00","\ud83d\ude00":1}"#;
    let contact = payload_of!(
        ContactUpdated,
        payload(EventType::ContactUpdated, json).unwrap()
    );
    assert_eq!(contact.city.as_deref(), Some("😀"));
    assert_eq!(contact.other.get("😀").unwrap().get(), "1");
}
