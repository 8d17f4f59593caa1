//! A contact, nested as the API reads it and flat as the API writes it.

use serde_json::value::RawValue;
use tower_webhook::voyado::{Contact, EventType};

use super::decode::{payload, payload_of};

fn contact(json: &str) -> Contact {
    let created = payload(EventType::ContactCreated, json).unwrap();
    let updated = payload(EventType::ContactUpdated, json).unwrap();
    let created = payload_of!(ContactCreated, created);
    let updated = payload_of!(ContactUpdated, updated);
    assert_eq!(format!("{created:?}"), format!("{updated:?}"));
    let written = serde_json::to_string(&created).unwrap();
    let again: Contact = serde_json::from_str(&written).unwrap();
    assert_eq!(format!("{again:?}"), format!("{created:?}"));
    *created
}

fn other(contact: &Contact) -> Vec<(&str, &str)> {
    let other = contact.other.iter();
    other.map(|(name, value)| (name, value.get())).collect()
}

#[test]
fn nested_and_flat_are_the_same() {
    let flat = contact(
        r#"{"contactId":"c-1","firstName":"A","nps.grade":9,"acceptsSms":false,"shoeSize":42}"#,
    );
    for json in [
        r#"{"id":"c-1","attributes":{"firstName":"A","nps.grade":9,"shoeSize":42},"preferences":{"acceptsSms":false}}"#,
        r#"{"Preferences":{"AcceptsSms":false},"Attributes":{"shoeSize":42,"NPS.grade":9,"FIRSTNAME":"A"},"Id":"c-1"}"#,
        r#"{"attributes":{"firstName":"A","shoeSize":42},"acceptsSms":false,"contactId":"c-1","nps.grade":9,"preferences":null}"#,
    ] {
        assert_eq!(
            format!("{:?}", contact(json)),
            format!("{flat:?}"),
            "{json}"
        );
    }
}

#[test]
fn what_stands_outside_counts_first() {
    for json in [
        r#"{"id":"c-1","email":"out","attributes":{"email":"in"}}"#,
        r#"{"attributes":{"email":"in"},"id":"c-1","email":"out"}"#,
        r#"{"attributes":{"email":"in"},"id":"c-1","EMAIL":"out"}"#,
    ] {
        let contact = contact(json);
        assert_eq!(contact.email.as_deref(), Some("out"));
        assert_eq!(other(&contact), [("email", r#""in""#)]);
    }
    let equal = contact(r#"{"id":"c-1","email":"a","attributes":{"Email":"a"}}"#);
    assert_eq!(equal.email.as_deref(), Some("a"));
    assert!(equal.other.is_empty());
    let null = contact(r#"{"id":"c-1","email":null,"attributes":{"email":"in"}}"#);
    assert_eq!(null.email.as_deref(), Some("in"));
    assert!(null.other.is_empty());
}

#[test]
fn within_the_attributes_the_exact_name_counts_before_another_casing() {
    for json in [
        r#"{"id":"c-1","attributes":{"EMAIL":"shouted","email":"exact"}}"#,
        r#"{"id":"c-1","attributes":{"email":"exact","EMAIL":"shouted"}}"#,
        r#"{"id":"c-1","preferences":{"EMAIL":"shouted"},"attributes":{"email":"exact"}}"#,
    ] {
        let contact = contact(json);
        assert_eq!(contact.email.as_deref(), Some("exact"), "{json}");
        assert_eq!(other(&contact), [("EMAIL", r#""shouted""#)], "{json}");
    }
}

#[test]
fn what_is_unknown_within_is_kept_in_one_order_however_the_objects_are_ordered() {
    for json in [
        r#"{"id":"c-1","out":0,"attributes":{"x":1},"preferences":{"y":2}}"#,
        r#"{"preferences":{"y":2},"id":"c-1","attributes":{"x":1},"out":0}"#,
        r#"{"preferences":{"y":2,"acceptsSms":true},"attributes":{"x":1},"id":"c-1","out":0}"#,
    ] {
        let contact = contact(json);
        assert_eq!(
            other(&contact),
            [("out", "0"), ("x", "1"), ("y", "2")],
            "{json}"
        );
    }
}

#[test]
fn an_attribute_never_names_the_contact() {
    let contact = contact(r#"{"id":"c-1","attributes":{"id":5,"contactId":"c-2","x":1}}"#);
    assert_eq!(contact.contact_id, "c-1");
    assert_eq!(
        other(&contact),
        [("x", "1"), ("contactId", r#""c-2""#), ("id", "5")]
    );
}

#[test]
fn every_standard_attribute_has_its_field() {
    let contact = contact(
        r#"{"id":"c-1","attributes":{"contactType":"Member","firstName":"A","lastName":"B","memberNumber":12345678,
            "socialSecurityNumber":"s","email":"e","mobilePhone":"+46","createdInStore":1001,"store":"1002",
            "street":"st","zipCode":"z","city":"ci","careOf":"co","country":"Sweden","countryCode":"SE",
            "birthDay":"1963-02-13","gender":"Other","age":28,"rfm":55.5,"retail.keyvalue.recency":1,
            "retail.keyvalue.frequency":2,"retail.keyvalue.monetary":3,"nps.grade":9,
            "nps.datetime":"2024-03-05T09:12:44+01:00","nps.averagegrade":8.25,"externalId":"x"},
            "meta":{"a":1}}"#,
    );
    let texts = [
        (&contact.contact_type, "Member"),
        (&contact.first_name, "A"),
        (&contact.last_name, "B"),
        (&contact.member_number, "12345678"),
        (&contact.social_security_number, "s"),
        (&contact.email, "e"),
        (&contact.mobile_phone, "+46"),
        (&contact.created_in_store, "1001"),
        (&contact.store, "1002"),
        (&contact.street, "st"),
        (&contact.zip_code, "z"),
        (&contact.city, "ci"),
        (&contact.care_of, "co"),
        (&contact.country, "Sweden"),
        (&contact.country_code, "SE"),
        (&contact.gender, "Other"),
        (&contact.external_id, "x"),
    ];
    for (field, text) in texts {
        assert_eq!(field.as_deref(), Some(text));
    }
    assert_eq!(contact.birth_day.unwrap().to_string(), "1963-02-13");
    assert_eq!(contact.age, Some(28));
    assert_eq!(contact.rfm.unwrap().to_string(), "55.5");
    assert_eq!(contact.recency, Some(1));
    assert_eq!(contact.frequency, Some(2));
    assert_eq!(contact.monetary, Some(3));
    assert_eq!(contact.nps_grade, Some(9));
    assert_eq!(
        contact.nps_date_time.unwrap().to_string(),
        "2024-03-05T09:12:44+01:00"
    );
    assert_eq!(contact.nps_average_grade.unwrap().to_string(), "8.25");
    assert_eq!(
        contact.meta.as_deref().map(RawValue::get),
        Some(r#"{"a":1}"#)
    );
    assert!(contact.other.is_empty());
}

#[test]
fn consents_are_a_list_and_kept_as_sent_if_they_are_none() {
    let read = contact(
        r#"{"id":"c-1","consents":[{"id":"a","value":true,"date":"2024-03-05","source":3,"comment":"c","x":1},{}]}"#,
    );
    let consents = read.consents.unwrap();
    assert_eq!(consents.len(), 2);
    assert_eq!(consents[0].id.as_deref(), Some("a"));
    assert_eq!(consents[0].value, Some(true));
    assert_eq!(consents[0].date.unwrap().to_string(), "2024-03-05T00:00:00");
    assert_eq!(consents[0].source.as_deref(), Some("3"));
    assert_eq!(consents[0].comment.as_deref(), Some("c"));
    assert_eq!(consents[0].other.get("x").unwrap().get(), "1");
    assert_eq!(consents[1].id, None);
    for sent in [r#"{"a":true}"#, "[1]", r#""a""#, r#"[{"id":"a"},null]"#] {
        let contact = contact(&format!(r#"{{"id":"c-1","consents":{sent}}}"#));
        assert!(contact.consents.is_none());
        assert_eq!(other(&contact), [("consents", sent)]);
    }
}

#[test]
fn a_list_longer_than_any_of_voyados_is_kept_as_text() {
    for (items, is_read) in [(1_000, true), (1_001, false)] {
        let sent = format!("[{}]", vec!["{}"; items].join(","));
        let contact = contact(&format!(r#"{{"id":"c-1","consents":{sent}}}"#));
        assert_eq!(contact.consents.is_some(), is_read);
        assert_eq!(contact.other.is_empty(), is_read);
    }
}

#[test]
fn containers_of_another_type_are_kept_as_sent() {
    for sent in ["[]", "7", r#""a""#, "true", r#"[{"email":"a"}]"#] {
        for name in ["attributes", "preferences"] {
            let contact = contact(&format!(r#"{{"id":"c-1","{name}":{sent}}}"#));
            assert_eq!(contact.email, None);
            assert_eq!(other(&contact), [(name, sent)]);
        }
    }
}
