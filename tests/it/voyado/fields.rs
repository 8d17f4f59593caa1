//! What is accepted and what is refused within a payload.

use serde_json::value::RawValue;
use tower_webhook::voyado::{Event, EventType, OtherFields};

use super::decode::{payload, payload_of};

fn accepted(event_type: EventType, json: &str) -> Event {
    payload(event_type, json).unwrap_or_else(|kind| panic!("{kind:?}: {json}"))
}

#[track_caller]
fn assert_unknown(event_type: EventType, json: &str) {
    let event = accepted(event_type, json);
    assert_eq!(event.event_type(), event_type.as_str(), "{json}");
    assert_eq!(event.contact_id(), None, "{json}");
    assert_eq!(payload_of!(Unknown, event).payload.get(), json);
}

fn kept<'a>(other: &'a OtherFields, name: &str) -> Option<&'a str> {
    other.get(name).map(RawValue::get)
}

#[test]
fn the_contact_is_read_in_every_casing_by_every_event() {
    for event_type in EventType::ALL {
        for name in [
            "contactId",
            "ContactId",
            "contactid",
            "CONTACTID",
            r"contact\u0049d",
        ] {
            let event = accepted(event_type, &format!(r#"{{"{name}":"c-1"}}"#));
            assert_eq!(event.event_type(), event_type.as_str());
            assert_eq!(event.contact_id(), Some("c-1"));
        }
    }
}

#[test]
fn an_event_without_its_contact_is_unknown_with_its_payload() {
    for event_type in EventType::ALL {
        for json in [
            "{}",
            r#"{"contactId":null}"#,
            r#"{"contactId":""}"#,
            r#"{"contactId":true}"#,
            r#"{"contactId":{"id":"c-1"}}"#,
            r#"{"contactId":["c-1"]}"#,
            r#"{"contact":"c-1","ids":"c-1"}"#,
            r#"{"attributes":{"contactId":"c-1","id":"c-1"}}"#,
            r#"{"preferences":{"contactId":"c-1","id":"c-1"}}"#,
            r#"{"contactId":"\ud83d"}"#,
        ] {
            assert_unknown(event_type, json);
        }
    }
}

#[test]
fn documented_json_of_added_points_is_read() {
    let event = payload_of!(
        PointsAdded,
        accepted(
            EventType::PointsAdded,
            r#"{"amount":10.0,"contactId":"c-1","pointDefinitionId":1,"source":"UI","description":"d",
                "userId":"u-1","userName":"n","reason":"r","sourceId":"s-1"}"#,
        )
    );
    assert_eq!(event.amount.unwrap().to_string(), "10.0");
    assert_eq!(event.point_definition_id.unwrap().as_str(), "1");
    assert_eq!(event.source.as_deref(), Some("UI"));
    assert_eq!(event.description.as_deref(), Some("d"));
    assert_eq!(event.user_id.as_deref(), Some("u-1"));
    assert_eq!(event.user_name.as_deref(), Some("n"));
    assert_eq!(event.reason.as_deref(), Some("r"));
    assert_eq!(event.source_id.as_deref(), Some("s-1"));
    assert!(event.other.is_empty());
}

#[test]
fn documented_json_of_a_voucher_is_read_in_every_casing() {
    for json in [
        r#"{"Amount":50,"ContactId":"c-1","Currency":"SEK","Id":"v-1","UniqueCode":"007",
            "ValidFrom":"2024-01-01T00:00:00+01:00","ValidTo":"2024-02-01T00:00:00+01:00"}"#,
        r#"{"amount":50,"contactId":"c-1","currency":"SEK","id":"v-1","uniqueCode":"007",
            "validFrom":"2024-01-01T00:00:00+01:00","validTo":"2024-02-01T00:00:00+01:00"}"#,
        r#"{"validto":"2024-02-01T00:00:00+01:00","validfrom":"2024-01-01T00:00:00+01:00",
            "uniquecode":"007","id":"v-1","currency":"SEK","contactid":"c-1","amount":50}"#,
    ] {
        let voucher = payload_of!(
            RewardVoucherCreated,
            accepted(EventType::RewardVoucherCreated, json)
        );
        assert_eq!(voucher.contact_id, "c-1");
        assert_eq!(voucher.amount.unwrap().to_string(), "50");
        assert_eq!(voucher.currency.as_deref(), Some("SEK"));
        assert_eq!(voucher.id.as_deref(), Some("v-1"));
        assert_eq!(voucher.unique_code.as_deref(), Some("007"));
        assert_eq!(
            voucher.valid_from.unwrap().to_string(),
            "2024-01-01T00:00:00+01:00"
        );
        assert_eq!(
            voucher.valid_to.unwrap().to_string(),
            "2024-02-01T00:00:00+01:00"
        );
        assert!(voucher.other.is_empty());
    }
}

#[test]
fn absent_and_null_are_none() {
    for json in [
        r#"{"contactId":"c-1"}"#,
        r#"{"contactId":"c-1","balance":null,"accountId":null,"definitionId":null,"balanceExpires":null}"#,
    ] {
        let event = payload_of!(
            PointBalanceUpdated,
            accepted(EventType::PointBalanceUpdated, json)
        );
        assert_eq!(event.balance, None);
        assert_eq!(event.account_id, None);
        assert_eq!(event.definition_id, None);
        assert_eq!(event.balance_expires, None);
        assert!(event.other.is_empty());
    }
    let contact = payload_of!(
        ContactCreated,
        accepted(
            EventType::ContactCreated,
            r#"{"contactId":"c-1","birthDay":null,"acceptsSms":null,"consents":null}"#
        )
    );
    assert_eq!(contact.birth_day, None);
    assert_eq!(contact.accepts_sms, None);
    assert!(contact.consents.is_none());
    assert!(contact.other.is_empty());
}

#[test]
fn a_contact_by_a_number_is_its_digits() {
    for event_type in EventType::ALL {
        let event = accepted(event_type, r#"{"contactId":7}"#);
        assert_eq!(event.contact_id(), Some("7"));
    }
}

#[test]
fn an_id_is_the_contacts_where_the_payload_is_a_contact_or_its_preference() {
    for (event_type, is_contact) in [
        (EventType::AcceptsEmailChanged, true),
        (EventType::AcceptsSmsChanged, true),
        (EventType::AcceptsPostalChanged, true),
        (EventType::ContactCreated, true),
        (EventType::ContactUpdated, true),
        (EventType::ContactDeleted, true),
        (EventType::ConsentChanged, false),
        (EventType::PointsAdded, false),
        (EventType::PointBalanceUpdated, false),
        (EventType::RewardVoucherCreated, false),
        (EventType::MultichannelPromotionAssigned, false),
    ] {
        for json in [
            r#"{"id":"c-1"}"#,
            r#"{"Id":"c-1","contactId":null}"#,
            r#"{"id":"c-1","contactId":""}"#,
            r#"{"id":"c-1","contactId":{}}"#,
        ] {
            let event = accepted(event_type, json);
            let contact = is_contact.then_some("c-1");
            assert_eq!(event.contact_id(), contact, "{event_type} {json}");
        }
        let both = accepted(event_type, r#"{"id":"c-2","contactId":"c-1"}"#);
        assert_eq!(both.contact_id(), Some("c-1"));
        assert_eq!(accepted(event_type, r#"{"id":""}"#).contact_id(), None);
    }
}

#[test]
fn a_changed_preference_is_read_under_each_of_its_names() {
    for (json, value) in [
        (r#"{"contactId":"c-1","acceptsEmail":true}"#, Some(true)),
        (r#"{"contactId":"c-1","value":false}"#, Some(false)),
        (
            r#"{"id":"c-1","preferences":{"acceptsEmail":true}}"#,
            Some(true),
        ),
        (
            r#"{"acceptsEmail":false,"preferences":{"acceptsEmail":true},"id":"c-1"}"#,
            Some(false),
        ),
        (r#"{"contactId":"c-1","value":"yes"}"#, None),
        (r#"{"contactId":"c-1"}"#, None),
    ] {
        let event = payload_of!(
            AcceptsEmailChanged,
            accepted(EventType::AcceptsEmailChanged, json)
        );
        assert_eq!(event.accepts_email, value, "{json}");
    }
}

#[test]
fn a_documented_field_of_the_wrong_type_is_none_and_kept() {
    for (name, value) in [
        ("amount", "true"),
        ("amount", r#""a lot""#),
        ("amount", "{}"),
        ("pointDefinitionId", "true"),
        ("pointDefinitionId", "[1]"),
        ("source", "false"),
        ("description", r#"["d"]"#),
        ("userId", "false"),
        ("reason", "{}"),
        ("sourceId", r#""\udc00""#),
    ] {
        let event = payload_of!(
            PointsAdded,
            accepted(
                EventType::PointsAdded,
                &format!(r#"{{"contactId":"c-1","{name}":{value},"userName":"n"}}"#),
            )
        );
        assert_eq!(kept(&event.other, name), Some(value));
        assert_eq!(event.other.len(), 1, "{name}");
        assert_eq!(event.amount, None);
        assert_eq!(event.point_definition_id, None);
        assert_eq!(event.user_name.as_deref(), Some("n"));
        let texts = [
            &event.source,
            &event.description,
            &event.user_id,
            &event.reason,
            &event.source_id,
        ];
        assert_eq!(texts, [&None; 5]);
    }
}

#[test]
fn a_text_that_is_sent_as_a_number_is_its_digits() {
    let event = payload_of!(
        PointsAdded,
        accepted(
            EventType::PointsAdded,
            r#"{"contactId":"c-1","source":3,"description":-0.50,"userId":42,"userName":1e400,
                "reason":12345678901234567890123,"sourceId":0}"#,
        )
    );
    assert_eq!(event.source.as_deref(), Some("3"));
    assert_eq!(event.description.as_deref(), Some("-0.50"));
    assert_eq!(event.user_id.as_deref(), Some("42"));
    assert_eq!(event.user_name.as_deref(), Some("1e400"));
    assert_eq!(event.reason.as_deref(), Some("12345678901234567890123"));
    assert_eq!(event.source_id.as_deref(), Some("0"));
    assert!(event.other.is_empty());
}

#[test]
fn text_with_escapes_is_read_as_what_it_means() {
    let contact = payload_of!(
        ContactCreated,
        accepted(
            EventType::ContactCreated,
            r#"{"contactId":"c\u002d1","firstName":"\u00c5sa \"\ud83d\ude00\"","street":"a\\b\/c\n"}"#,
        )
    );
    assert_eq!(contact.contact_id, "c-1");
    assert_eq!(contact.first_name.as_deref(), Some("Åsa \"😀\""));
    assert_eq!(contact.street.as_deref(), Some("a\\b/c\n"));
}
