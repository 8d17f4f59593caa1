//! What is written is what was read.

use serde_json::Value;
use tower_webhook::voyado::{
    Contact, Envelope, Event, EventType, MultichannelPromotionAssigned, PointBalanceUpdated,
    RewardVoucherCreated,
};

use super::decode::{payload, payload_of};

#[test]
fn every_sample_is_read_again_from_what_is_written() {
    for event_type in EventType::ALL {
        let sample: Value = serde_json::from_str(event_type.sample()).unwrap();
        let event = payload(event_type, &sample["payload"].to_string()).unwrap();
        let written = serde_json::to_string(&event).unwrap();
        let again = payload(event_type, &written).unwrap();
        assert_eq!(format!("{again:?}"), format!("{event:?}"));
        assert_eq!(serde_json::to_string(&again).unwrap(), written);
    }
}

#[test]
fn names_are_written_as_documented_whatever_was_sent() {
    let voucher: RewardVoucherCreated =
        serde_json::from_str(r#"{"UNIQUECODE":"007","contactid":"c-1","Amount":150.00}"#).unwrap();
    assert_eq!(
        serde_json::to_string(&voucher).unwrap(),
        r#"{"contactId":"c-1","amount":150.00,"uniqueCode":"007"}"#
    );
}

#[test]
fn decimals_are_written_as_exact_numbers_and_identifiers_as_text() {
    let balance: PointBalanceUpdated = serde_json::from_str(
        r#"{"contactId":"c-1","balance":"7922816251426433759354394.1230","accountId":7,
            "balanceExpires":"2019-06-14T10:43:20.4688587Z"}"#,
    )
    .unwrap();
    assert_eq!(
        serde_json::to_string(&balance).unwrap(),
        r#"{"contactId":"c-1","balance":7922816251426433759354394.1230,"accountId":"7","balanceExpires":"2019-06-14T10:43:20.4688587+00:00"}"#
    );
}

#[test]
fn other_fields_are_written_behind_as_they_were_sent() {
    let contact: Contact = serde_json::from_str(
        r#"{"Shoe Size" : 38.50,"contactId":"c-1","email":null,"gender":[1],"x":null,"birthDay":"1984-02-29T00:00:00"}"#,
    )
    .unwrap();
    assert_eq!(
        serde_json::to_string(&contact).unwrap(),
        r#"{"contactId":"c-1","birthDay":"1984-02-29","Shoe Size":38.50,"x":null,"gender":[1]}"#
    );
}

#[test]
fn nested_objects_are_written_the_same_way() {
    let promotion: MultichannelPromotionAssigned = serde_json::from_str(
        r#"{"contactId":"c-1","Presentation":{"Heading":"h","x":1},"Validity":{"Y":2},"redemptionChannels":[{"Type":"POS"},{}]}"#,
    )
    .unwrap();
    assert_eq!(
        serde_json::to_string(&promotion).unwrap(),
        r#"{"contactId":"c-1","heading":"h","validity":{"Y":2},"redemptionChannels":[{"type":"POS"},{}],"x":1}"#
    );
}

#[test]
fn a_payload_is_read_from_text_from_a_reader_and_from_a_value() {
    let json = r#"{"contactId":"c-1","balance":0.1000}"#;
    let from_text: PointBalanceUpdated = serde_json::from_str(json).unwrap();
    let from_reader: PointBalanceUpdated = serde_json::from_reader(json.as_bytes()).unwrap();
    assert_eq!(from_text.balance.unwrap().to_string(), "0.1000");
    assert_eq!(from_reader.balance, from_text.balance);
    let value: Value = serde_json::from_str(r#"{"contactId":"c-1","balance":7}"#).unwrap();
    let from_value: PointBalanceUpdated = serde_json::from_value(value).unwrap();
    assert_eq!(from_value.balance.unwrap().to_string(), "7");
}

#[test]
fn what_a_webhook_may_not_hold_is_no_payload_elsewhere_either() {
    for json in [
        "{}",
        "null",
        r#"{"contactId":""}"#,
        r#"{"contactId":[]}"#,
        "[]",
    ] {
        serde_json::from_str::<PointBalanceUpdated>(json).unwrap_err();
    }
}

#[test]
fn an_error_does_not_quote_what_was_sent() {
    for json in [
        r#"{"contact":"personal"}"#,
        r#""personal""#,
        r#"{"contactId":"","balance":"personal"}"#,
    ] {
        let error = serde_json::from_str::<PointBalanceUpdated>(json).unwrap_err();
        assert!(!error.to_string().contains("personal"), "{error}");
        let error = serde_json::from_str::<Event>(json).unwrap_err();
        assert!(!error.to_string().contains("personal"), "{error}");
    }
}

#[test]
fn an_event_is_deserialised_from_its_envelope() {
    for event_type in EventType::ALL {
        let event: Event = serde_json::from_str(event_type.sample()).unwrap();
        assert_eq!(event.event_type(), event_type.as_str());
        let delivered = super::decode::accepted(event_type.sample()).event;
        assert_eq!(format!("{event:?}"), format!("{delivered:?}"));
    }
    let ping: Event = serde_json::from_str(r#"{"success":true}"#).unwrap();
    assert!(matches!(ping, Event::Ping));
    let unknown: Event =
        serde_json::from_str(r#"{"eventType":"contact.created","payload":{}}"#).unwrap();
    assert_eq!(payload_of!(Unknown, unknown).payload.get(), "{}");
    for json in [
        "{}",
        "7",
        r#"{"contactId":"c-1"}"#,
        r#"{"eventType":"contact.deleted","isEncrypted":true,"payload":"AAEC"}"#,
    ] {
        assert!(serde_json::from_str::<Event>(json).is_err(), "{json}");
    }
}

#[test]
fn an_envelope_is_written_in_plain_text_and_read_again_as_the_same() {
    for event_type in EventType::ALL {
        let envelope = super::decode::accepted(event_type.sample());
        let written = serde_json::to_string(&envelope).unwrap();
        let again: Envelope = serde_json::from_str(&written).unwrap();
        assert_eq!(format!("{again:?}"), format!("{envelope:?}"));
    }
    let envelope = super::decode::accepted(
        r#"{"trace":1.50,"EventType":"contact.deleted","eventId":5,"tenant":"t","payload":{"Id":"c-1"}}"#,
    );
    assert_eq!(
        serde_json::to_string(&envelope).unwrap(),
        r#"{"eventType":"contact.deleted","id":"5","isEncrypted":false,"payload":{"contactId":"c-1"},"tenant":"t","trace":1.50}"#
    );
}

#[test]
fn an_unknown_event_is_written_as_its_payload_and_a_ping_as_null() {
    let unknown = super::decode::envelope(r#"{"eventType":"a","payload":{ "b": 1.0 }}"#).unwrap();
    let unknown = payload_of!(Unknown, unknown.event);
    assert_eq!(serde_json::to_string(&unknown).unwrap(), r#"{ "b": 1.0 }"#);
    assert_eq!(serde_json::to_string(&Event::Ping).unwrap(), "null");
}
