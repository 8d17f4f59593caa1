//! What is accepted and what is refused within a payload.

use tower_webhook::{
    RejectionKind::MalformedEvent,
    voyado::{Event, EventType},
};

use super::decode::{payload, payload_of};

fn accepted(event_type: EventType, json: &str) -> Event {
    payload(event_type, json).unwrap_or_else(|kind| panic!("{kind:?}: {json}"))
}

#[track_caller]
fn assert_malformed(event_type: EventType, json: &str) {
    assert_eq!(
        payload(event_type, json).unwrap_err(),
        MalformedEvent,
        "{json}"
    );
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
fn no_event_is_taken_without_its_contact() {
    for event_type in EventType::ALL {
        for json in [
            "{}",
            r#"{"contactId":null}"#,
            r#"{"contactId":""}"#,
            r#"{"contactId":7}"#,
            r#"{"contactId":["c-1"]}"#,
            r#"{"contact":"c-1","id":"c-1"}"#,
            r#"{"contactId":"\ud83d"}"#,
        ] {
            assert_malformed(event_type, json);
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
fn a_documented_field_of_the_wrong_type_is_malformed() {
    for field in [
        r#""amount":true"#,
        r#""amount":"a lot""#,
        r#""amount":{}"#,
        r#""pointDefinitionId":true"#,
        r#""pointDefinitionId":[1]"#,
        r#""source":7"#,
        r#""description":["d"]"#,
        r#""userId":false"#,
        r#""reason":{}"#,
        r#""sourceId":"\udc00""#,
    ] {
        assert_malformed(
            EventType::PointsAdded,
            &format!(r#"{{"contactId":"c-1",{field}}}"#),
        );
    }
}

#[test]
fn a_known_field_that_is_there_twice_is_malformed() {
    for json in [
        r#"{"contactId":"c-1","contactId":"c-1"}"#,
        r#"{"contactId":"c-1","ContactId":"c-2"}"#,
        r#"{"contactId":null,"contactid":"c-2"}"#,
        r#"{"contactId":"c-1","acceptsEmail":true,"AcceptsEmail":false}"#,
        r#"{"contactId":"c-1","acceptsEmail":"?","acceptsEmail":true}"#,
        r#"{"contactId":"c-1","acceptsEmail":null,"acceptsEmail":null}"#,
    ] {
        assert_malformed(EventType::AcceptsEmailChanged, json);
    }
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
