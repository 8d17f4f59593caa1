//! Voyado's events, through the whole decision.

mod amplification;
mod any_payload;
mod bodies;
mod contacts;
mod dates;
mod decode;
mod envelope;
mod event_types;
mod fields;
mod inputs;
mod numbers;
mod other_fields;
mod promotions;
mod repeated;
mod round_trip;
mod samples;
mod surrogates;

use serde_json::{Value, json};
use tower_webhook::{
    RejectionKind::{self, DecryptionKeyMissing, MalformedEvent},
    voyado::{Decimal, Envelope, Event, EventType},
};

use crate::support::open;

fn envelope(body: &Value) -> Envelope {
    open::<Envelope>(body.to_string()).unwrap().event().clone()
}

fn refusal(body: impl Into<bytes::Bytes>) -> RejectionKind {
    open::<Event>(body).unwrap_err()
}

fn event(event_type: &str, payload: &Value) -> Event {
    envelope(&json!({ "eventType": event_type, "payload": payload })).event
}

#[test]
fn the_sample_of_every_event_type_is_decoded_as_that_type() {
    for event_type in EventType::ALL {
        let delivery = open::<Event>(event_type.sample()).unwrap();
        assert_eq!(delivery.event().event_type(), event_type.as_str());
        assert_eq!(delivery.event_type(), Some(event_type.as_str()));
        assert!(!matches!(delivery.event(), Event::Unknown(_)));
        assert!(delivery.event().contact_id().is_some());
    }
}

/// The values in a JSON text that are neither objects nor arrays nor `null`.
fn leaves(value: &Value) -> usize {
    match value {
        Value::Null => 0,
        Value::Array(items) => items.iter().map(leaves).sum(),
        Value::Object(members) => members.values().map(leaves).sum(),
        _ => 1,
    }
}

#[test]
fn the_payload_of_every_sample_is_serialised_with_every_value() {
    for event_type in EventType::ALL {
        let sent: Value = serde_json::from_str(event_type.sample()).unwrap();
        let delivery = open::<Event>(event_type.sample()).unwrap();
        let written = serde_json::to_value(delivery.event()).unwrap();
        assert_eq!(leaves(&written), leaves(&sent["payload"]), "{event_type:?}");
    }
}

#[test]
fn the_envelope_has_its_id_in_either_spelling_and_its_tenant() {
    for id in ["id", "eventId", "Id"] {
        let envelope = envelope(&json!({
            "eventType": "contact.deleted",
            id: "e-1",
            "tenant": "shop.example",
            "payload": { "contactId": "c-1" },
        }));
        assert_eq!(envelope.id.as_deref(), Some("e-1"));
        assert_eq!(envelope.tenant.as_deref(), Some("shop.example"));
        assert!(!envelope.is_encrypted);
    }
}

#[test]
fn the_contact_id_is_read_in_every_casing_that_the_documents_show() {
    for name in ["contactId", "ContactId", "contactid"] {
        let event = event("contact.deleted", &json!({ name: "c-1" }));
        assert_eq!(event.contact_id(), Some("c-1"));
    }
}

#[test]
fn an_event_without_its_contact_is_delivered_as_it_was_sent() {
    for payload in [
        json!({}),
        json!({ "contactId": null }),
        json!({ "contactId": "" }),
        json!({ "contact": { "id": "c-1" } }),
        json!(7),
        Value::Null,
    ] {
        let event = event("contact.created", &payload);
        let Event::Unknown(unknown) = event else {
            panic!("not unknown: {event:?}");
        };
        assert_eq!(unknown.event_type, "contact.created");
        assert_eq!(unknown.payload.get(), payload.to_string());
    }
}

#[test]
fn absent_and_null_fields_are_none_and_unknown_ones_are_kept() {
    let event = event(
        "contact.created",
        &json!({ "contactId": "c-1", "email": null, "shoeSize": 42 }),
    );
    let Event::ContactCreated(contact) = event else {
        panic!("not a contact: {event:?}");
    };
    assert_eq!(contact.email, None);
    assert_eq!(contact.first_name, None);
    assert_eq!(contact.other.get("shoeSize").unwrap().get(), "42");
}

#[test]
fn a_balance_is_exact_to_its_last_digit_and_ids_are_numbers_or_text() {
    for id in [json!(7), json!("7")] {
        let event = event(
            "point.balance.updated",
            &json!({ "contactId": "c-1", "balance": 1000.1234, "definitionId": id }),
        );
        let Event::PointBalanceUpdated(updated) = event else {
            panic!("not a balance: {event:?}");
        };
        assert_eq!(updated.balance, Some(Decimal::new(10_001_234, 4)));
        assert_eq!(updated.definition_id.unwrap().as_str(), "7");
    }
}

#[test]
fn dates_keep_their_offset_and_seven_digits_and_may_have_no_offset() {
    let dates = [
        ("2019-06-14T10:43:20.4688587+02:00", Some(1_560_501_800)),
        ("2019-06-14T10:43:20Z", Some(1_560_509_000)),
        ("2019-06-14T10:43:20", None),
    ];
    for (sent, seconds) in dates {
        let event = event(
            "point.balance.updated",
            &json!({ "contactId": "c-1", "balanceExpires": sent }),
        );
        let Event::PointBalanceUpdated(updated) = event else {
            panic!("not a balance: {event:?}");
        };
        let expires = updated.balance_expires.unwrap();
        assert_eq!(expires.timestamp().map(jiff::Timestamp::as_second), seconds);
        assert_eq!(expires.to_string(), sent.replace('Z', "+00:00"));
    }
}

#[test]
fn a_voucher_in_pascal_case_keeps_the_leading_zeros_of_its_code() {
    let event = event(
        "reward.voucher.created",
        &json!({ "ContactId": "c-1", "Amount": 150.00, "UniqueCode": "0042" }),
    );
    let Event::RewardVoucherCreated(voucher) = event else {
        panic!("not a voucher: {event:?}");
    };
    assert_eq!(voucher.unique_code.as_deref(), Some("0042"));
}

#[test]
fn a_type_added_tomorrow_is_delivered_with_its_name_and_raw_payload() {
    let event = event("contact.merged", &json!({ "a": [1] }));
    let Event::Unknown(unknown) = event else {
        panic!("not unknown: {event:?}");
    };
    assert_eq!(unknown.event_type, "contact.merged");
    assert_eq!(unknown.payload.get(), r#"{"a":[1]}"#);
}

#[test]
fn svix_ping_has_no_envelope_and_is_delivered() {
    let delivery = open::<Event>(r#"{"success": true}"#).unwrap();
    assert!(matches!(delivery.event(), Event::Ping));
}

#[test]
fn an_encrypted_payload_without_a_key_is_never_delivered_raw() {
    for event_type in ["contact.created", "contact.merged"] {
        let body = json!({ "eventType": event_type, "isEncrypted": true, "payload": "AAEC" });
        assert_eq!(refusal(body.to_string()), DecryptionKeyMissing);
    }
}

#[test]
fn what_is_no_envelope_is_malformed() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for body in ["", "null", "[]", "{}", "{", "\u{feff}{}", "\u{feff}", &deep] {
        assert_eq!(refusal(body.to_owned()), MalformedEvent);
    }
}
