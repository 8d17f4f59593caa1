//! Bodies that were rejected once and are genuine, byte for byte.

use serde_json::value::RawValue;
use tower_webhook::voyado::{Envelope, Event};

use super::decode::{envelope, payload_of};

fn accepted(body: &'static [u8]) -> Envelope {
    envelope(body).unwrap()
}

macro_rules! input {
    ($name:literal) => {
        accepted(include_bytes!(concat!(
            "../../vectors/voyado/",
            $name,
            ".json"
        )))
    };
}

#[test]
fn a_byte_order_mark_before_an_envelope_is_skipped() {
    let envelope = input!("31-bom");
    assert!(matches!(envelope.event, Event::ContactDeleted(_)));
    assert_eq!(envelope.event.contact_id(), Some("c-1"));
    assert_eq!(envelope.tenant.as_deref(), Some("demo"));
}

#[test]
fn an_event_id_by_a_number_is_its_digits() {
    let envelope = input!("32-number-event-id");
    assert_eq!(envelope.id.as_deref(), Some("5"));
    assert!(matches!(envelope.event, Event::ContactDeleted(_)));
}

#[test]
fn a_user_id_by_a_number_is_its_digits() {
    let event = payload_of!(PointsAdded, input!("32-number-user-id").event);
    assert_eq!(event.user_id.as_deref(), Some("42"));
    assert_eq!(event.amount.unwrap().to_string(), "10");
    assert!(event.other.is_empty());
}

#[test]
fn a_voucher_id_by_a_number_is_its_digits() {
    let event = payload_of!(RewardVoucherCreated, input!("32-number-voucher-id").event);
    assert_eq!(event.id.as_deref(), Some("17"));
    assert_eq!(event.amount.unwrap().to_string(), "50.0");
    assert!(event.other.is_empty());
}

#[test]
fn a_date_without_a_time_is_none_and_kept() {
    let event = payload_of!(RewardVoucherCreated, input!("34-date-only").event);
    assert_eq!(event.valid_to, None);
    assert_eq!(event.other.get("ValidTo").unwrap().get(), r#""2026-02-01""#);
    assert_eq!(event.amount.unwrap().to_string(), "50.0");
}

#[test]
fn the_static_example_of_a_schema_is_read() {
    let event = payload_of!(PointBalanceUpdated, input!("34-schema-example").event);
    assert_eq!(event.contact_id, "string");
    assert_eq!(event.balance.unwrap().to_string(), "0");
    assert_eq!(event.account_id.unwrap().as_i64(), Some(0));
    assert_eq!(event.definition_id.unwrap().as_str(), "string");
    assert_eq!(event.balance_expires, None);
    let kept = event.other.get("balanceExpires").map(RawValue::get);
    assert_eq!(kept, Some(r#""string""#));
}

#[test]
fn an_attribute_with_the_same_name_and_value_as_a_field_is_that_field() {
    let contact = payload_of!(ContactUpdated, input!("37-attribute-email").event);
    assert_eq!(contact.email.as_deref(), Some("a@example.com"));
    assert!(contact.other.is_empty());
}

#[test]
fn the_same_value_in_two_casings_is_one() {
    let contact = payload_of!(ContactUpdated, input!("37-same-value-twice").event);
    assert_eq!(contact.contact_id, "c-1");
    assert!(contact.other.is_empty());
}

#[test]
fn half_a_surrogate_pair_in_a_value_is_kept_as_it_was_sent() {
    let event = payload_of!(PointsAdded, input!("39-half-surrogate-in-value").event);
    assert_eq!(event.description, None);
    let kept = event.other.get("description").map(RawValue::get);
    assert_eq!(kept, Some(r#""hej \ud83d""#));
    assert_eq!(event.amount.unwrap().to_string(), "10");
}

#[test]
fn a_contact_in_the_form_of_the_api_is_read() {
    let contact = payload_of!(ContactCreated, input!("43-contact-as-in-the-api").event);
    assert_eq!(contact.contact_id, "c-1");
    assert_eq!(contact.first_name.as_deref(), Some("A"));
    assert_eq!(contact.accepts_email, Some(true));
    assert!(contact.consents.unwrap().is_empty());
    assert!(contact.other.is_empty());
}
