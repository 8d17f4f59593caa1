//! One name several times in a payload.

use tower_webhook::voyado::{Contact, EventType};

use super::decode::{payload, payload_of};

fn contact(json: &str) -> Contact {
    let event = payload(EventType::ContactUpdated, json).unwrap();
    let contact = *payload_of!(ContactUpdated, event);
    let written = serde_json::to_string(&contact).unwrap();
    let again: Contact = serde_json::from_str(&written).unwrap();
    assert_eq!(format!("{again:?}"), format!("{contact:?}"), "{json}");
    contact
}

fn other(contact: &Contact) -> Vec<(&str, &str)> {
    let other = contact.other.iter();
    other.map(|(name, value)| (name, value.get())).collect()
}

#[test]
fn equal_values_are_one_in_any_casing() {
    for json in [
        r#"{"contactId":"c-1","email":"a","email":"a"}"#,
        r#"{"contactId":"c-1","email":"a","Email":"a"}"#,
        r#"{"contactId":"c-1","EMAIL":"a","Email":"\u0061","email":"a"}"#,
        r#"{"contactId":"c-1","ContactId":"c-1","CONTACTID":"c-1","email":"a"}"#,
        r#"{"contactId":"c-1","email":null,"Email":"a","EMAIL":null}"#,
        r#"{"contactId":"c-1","Email":"a","email":null}"#,
    ] {
        let contact = contact(json);
        assert_eq!(contact.contact_id, "c-1");
        assert_eq!(contact.email.as_deref(), Some("a"), "{json}");
        assert!(contact.other.is_empty(), "{json}");
    }
}

#[test]
fn the_exact_name_counts_and_another_value_is_kept() {
    for json in [
        r#"{"contactId":"c-1","email":"a","Email":"b"}"#,
        r#"{"contactId":"c-1","Email":"b","email":"a"}"#,
    ] {
        let contact = contact(json);
        assert_eq!(contact.email.as_deref(), Some("a"));
        assert_eq!(other(&contact), [("Email", r#""b""#)]);
    }
}

#[test]
fn of_exact_names_the_first_counts_though_another_casing_said_the_same_before() {
    let json = r#"{"contactId":"c-1","EMAIL":"a","email":"a","email":"b"}"#;
    let contact = contact(json);
    assert_eq!(contact.email.as_deref(), Some("a"));
    assert_eq!(other(&contact), [("email", r#""b""#)]);
}

#[test]
fn without_an_exact_name_the_first_counts() {
    let inexact = contact(r#"{"contactId":"c-1","Email":"a","EMAIL":"b"}"#);
    assert_eq!(inexact.email.as_deref(), Some("a"));
    assert_eq!(other(&inexact), [("EMAIL", r#""b""#)]);
    let exact = contact(r#"{"contactId":"c-1","email":"a","email":"b"}"#);
    assert_eq!(exact.email.as_deref(), Some("a"));
    assert_eq!(other(&exact), [("email", r#""b""#)]);
}

#[test]
fn a_value_of_another_type_is_kept_in_front_of_the_others() {
    for json in [
        r#"{"contactId":"c-1","email":{},"x":1,"email":"b","Email":"c"}"#,
        r#"{"contactId":"c-1","email":{},"email":"b","Email":"c","x":1}"#,
    ] {
        let contact = contact(json);
        assert_eq!(contact.email, None);
        let kept = [
            ("x", "1"),
            ("email", "{}"),
            ("email", r#""b""#),
            ("Email", r#""c""#),
        ];
        assert_eq!(other(&contact), kept);
    }
    let contact = contact(r#"{"contactId":"c-1","Email":"a","EMAIL":"b","email":[]}"#);
    assert_eq!(contact.email, None);
    assert_eq!(
        other(&contact),
        [("email", "[]"), ("Email", r#""a""#), ("EMAIL", r#""b""#)]
    );
}

#[test]
fn a_second_contact_is_kept_beside_the_first() {
    let contact = contact(r#"{"ContactId":"c-2","contactId":"c-1","id":"c-3"}"#);
    assert_eq!(contact.contact_id, "c-1");
    assert_eq!(
        other(&contact),
        [("ContactId", r#""c-2""#), ("id", r#""c-3""#)]
    );
}

#[test]
fn long_texts_beside_many_short_ones_are_not_read_again_for_each() {
    let long = r"\u0041".repeat(80_000);
    let short = r#""Email":"A","#.repeat(40_000);
    let body = format!(
        r#"{{"eventType":"contact.updated","isEncrypted":false,"payload":{{"contactId":"c-1","email":"{long}",{short}"city":"x"}}}}"#
    );
    let begin = std::time::Instant::now();
    let envelope = super::decode::envelope(body).unwrap();
    let contact = payload_of!(ContactUpdated, envelope.event);
    assert_eq!(contact.email.unwrap().len(), 80_000);
    assert_eq!(contact.other.len(), 40_000);
    // Read again for each it would be minutes.
    assert!(begin.elapsed().as_secs() < 10);
}
