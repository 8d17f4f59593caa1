//! What is kept because no field is there for it.

use tower_webhook::{
    RejectionKind::MalformedEvent,
    voyado::{Event, EventType},
};

use super::decode::{payload, payload_of};

fn accepted(event_type: EventType, json: &str) -> Event {
    payload(event_type, json).unwrap_or_else(|kind| panic!("{kind:?}: {json}"))
}

#[test]
fn an_inferred_field_of_the_wrong_type_is_kept_and_not_refused() {
    for (name, value) in [
        ("firstName", "7"),
        ("lastName", r#"["a"]"#),
        ("email", "{}"),
        ("birthDay", r#""yesterday""#),
        ("BirthDay", "19840229"),
        ("gender", "1"),
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
fn inferred_objects_of_another_shape_are_kept() {
    for (name, value) in [
        ("presentation", r#""text""#),
        ("presentation", "[]"),
        ("presentation", r#"{"heading":"a","Heading":"b"}"#),
        ("redemptionChannels", "{}"),
        ("redemptionChannels", r#"["POS"]"#),
        ("redemptionChannels", r#"[{"type":"POS"},null]"#),
        ("name", "{}"),
        ("promotionId", "7"),
    ] {
        let event = payload_of!(
            MultichannelPromotionAssigned,
            accepted(
                EventType::MultichannelPromotionAssigned,
                &format!(r#"{{"contactId":"c-1","{name}":{value}}}"#),
            )
        );
        assert!(event.presentation.is_none());
        assert!(event.redemption_channels.is_none());
        assert_eq!(event.name, None);
        assert_eq!(event.promotion_id, None);
        assert_eq!(event.other.get(name).unwrap().get(), value);
    }
}

#[test]
fn within_an_inferred_object_a_wrong_field_is_kept_there() {
    let event = payload_of!(
        MultichannelPromotionAssigned,
        accepted(
            EventType::MultichannelPromotionAssigned,
            r#"{"contactId":"c-1","presentation":{"Heading":7,"link":"l","colour":"red"},
                "redemptionChannels":[{"Type":"OTHER","value":10.00,"instruction":null}]}"#,
        )
    );
    let presentation = event.presentation.unwrap();
    assert_eq!(presentation.heading, None);
    assert_eq!(presentation.link.as_deref(), Some("l"));
    assert_eq!(presentation.other.get("heading").unwrap().get(), "7");
    assert_eq!(presentation.other.get("colour").unwrap().get(), r#""red""#);
    let [channel] = &event.redemption_channels.unwrap()[..] else {
        panic!("not one channel");
    };
    assert_eq!(channel.channel_type.as_deref(), Some("OTHER"));
    assert_eq!(channel.value.as_ref().unwrap().get(), "10.00");
    assert_eq!(channel.instruction, None);
    assert!(channel.other.is_empty());
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
        (r#"{"contactId":"c-1","id":7}"#, None, Some("7")),
    ] {
        let event = payload_of!(ConsentChanged, accepted(EventType::ConsentChanged, json));
        assert_eq!(event.consent_id.as_deref(), consent, "{json}");
        let kept = event.other.get("id").map(serde_json::value::RawValue::get);
        assert_eq!(kept, other, "{json}");
    }
    for json in [
        r#"{"contactId":"c-1","id":"b","id":"b","consentId":"a"}"#,
        r#"{"contactId":"c-1","consentId":"a","id":"b","ID":"b"}"#,
    ] {
        let refused = payload(EventType::ConsentChanged, json).unwrap_err();
        assert_eq!(refused, MalformedEvent, "{json}");
    }
}
