//! What is kept because no field is there for it.

use tower_webhook::voyado::{Event, EventType};

use super::decode::{payload, payload_of};

fn accepted(event_type: EventType, json: &str) -> Event {
    payload(event_type, json).unwrap_or_else(|kind| panic!("{kind:?}: {json}"))
}

#[test]
fn an_inferred_field_of_the_wrong_type_is_kept_and_not_refused() {
    for (name, value) in [
        ("firstName", "true"),
        ("lastName", r#"["a"]"#),
        ("email", "{}"),
        ("birthDay", r#""yesterday""#),
        ("BirthDay", "19840229"),
        ("gender", "[1]"),
        ("acceptsEmail", r#""true""#),
        ("acceptsSms", "1"),
        ("city", r#""\ud83d""#),
    ] {
        let contact = payload_of!(
            ContactUpdated,
            accepted(
                EventType::ContactUpdated,
                &format!(r#"{{"{name}":{value},"contactId":"c-1","zipCode":"111 35"}}"#),
            )
        );
        assert_eq!(contact.first_name, None);
        assert_eq!(contact.last_name, None);
        assert_eq!(contact.email, None);
        assert_eq!(contact.birth_day, None);
        assert_eq!(contact.gender, None);
        assert_eq!(contact.accepts_email, None);
        assert_eq!(contact.accepts_sms, None);
        assert_eq!(contact.city, None);
        assert_eq!(contact.zip_code.as_deref(), Some("111 35"));
        let (kept_name, kept) = contact.other.iter().next().unwrap();
        assert_eq!((kept_name, kept.get()), (name, value));
        assert_eq!(contact.other.len(), 1);
    }
}

#[test]
fn unknown_fields_are_kept_in_their_order_with_their_names_and_texts() {
    let event = payload_of!(
        ContactDeleted,
        accepted(
            EventType::ContactDeleted,
            r#"{"Reason":"gdpr","contactId":"c-1","at":1e400,"nothing":null,"é\u0041":{ "a" : [] }}"#,
        )
    );
    let other: Vec<_> = event
        .other
        .iter()
        .map(|(name, value)| (name, value.get()))
        .collect();
    assert_eq!(
        other,
        [
            ("Reason", r#""gdpr""#),
            ("at", "1e400"),
            ("nothing", "null"),
            ("éA", r#"{ "a" : [] }"#)
        ]
    );
    assert_eq!(event.other.get("reason").unwrap().get(), r#""gdpr""#);
    assert!(event.other.get("contactId").is_none());
}

#[test]
fn of_an_unknown_field_that_is_there_twice_both_are_kept_and_the_last_is_found() {
    let event = payload_of!(
        ContactDeleted,
        accepted(
            EventType::ContactDeleted,
            r#"{"contactId":"c-1","a":1,"A":2}"#
        )
    );
    assert_eq!(event.other.len(), 2);
    assert_eq!(event.other.get("a").unwrap().get(), "2");
}

#[test]
fn a_consent_goes_by_both_of_its_names() {
    for (json, consent, other) in [
        (r#"{"contactId":"c-1","consentId":"a"}"#, Some("a"), None),
        (r#"{"contactId":"c-1","id":"b"}"#, Some("b"), None),
        (
            r#"{"contactId":"c-1","Id":"b","consentId":"a"}"#,
            Some("a"),
            Some(r#""b""#),
        ),
        (
            r#"{"contactId":"c-1","consentId":"a","id":7}"#,
            Some("a"),
            Some("7"),
        ),
        (
            r#"{"contactId":"c-1","consentId":null,"id":"b"}"#,
            Some("b"),
            None,
        ),
        (r#"{"contactId":"c-1","id":7}"#, Some("7"), None),
        (
            r#"{"contactId":"c-1","consentId":{},"id":"b"}"#,
            Some("b"),
            None,
        ),
        (
            r#"{"contactId":"c-1","alias":"c","name":"d"}"#,
            Some("c"),
            None,
        ),
        (r#"{"contactId":"c-1","name":"d"}"#, Some("d"), None),
        (r#"{"contactId":"c-1","id":[]}"#, None, Some("[]")),
    ] {
        let event = payload_of!(ConsentChanged, accepted(EventType::ConsentChanged, json));
        assert_eq!(event.consent_id.as_deref(), consent, "{json}");
        let kept = event.other.get("id").map(serde_json::value::RawValue::get);
        assert_eq!(kept, other, "{json}");
    }
}

#[test]
fn a_consent_has_its_time_under_either_name() {
    for name in ["date", "consentDateTime"] {
        let json = format!(r#"{{"contactId":"c-1","{name}":"2024-03-05T09:12:44Z"}}"#);
        let event = payload_of!(ConsentChanged, accepted(EventType::ConsentChanged, &json));
        assert_eq!(event.date.unwrap().to_string(), "2024-03-05T09:12:44+00:00");
    }
}
