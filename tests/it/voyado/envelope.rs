//! What is around the payload.

use tower_webhook::{RejectionKind::DecryptionKeyMissing, voyado::Event};

use super::decode::{self, accepted, assert_malformed, envelope};

const DELETED: &str = r#"{"contactId":"c-1"}"#;

/// All orders of the members.
fn orders<'a>(members: &[&'a str]) -> Vec<Vec<&'a str>> {
    if members.is_empty() {
        return vec![Vec::new()];
    }
    let mut orders = Vec::new();
    for (index, first) in members.iter().enumerate() {
        let mut rest = members.to_vec();
        rest.remove(index);
        for mut order in self::orders(&rest) {
            order.insert(0, first);
            orders.push(order);
        }
    }
    orders
}

#[test]
fn the_fields_come_in_any_order() {
    let members = [
        r#""eventType":"contact.deleted""#,
        r#""id":"e-1""#,
        r#""isEncrypted":false"#,
        r#""payload":{"contactId":"c-1"}"#,
        r#""tenant":"t-1""#,
    ];
    for order in orders(&members) {
        let envelope = accepted(&format!("{{{}}}", order.join(",")));
        assert_eq!(envelope.event_type, "contact.deleted");
        assert_eq!(envelope.id.as_deref(), Some("e-1"));
        assert_eq!(envelope.tenant.as_deref(), Some("t-1"));
        assert_eq!(envelope.event.contact_id(), Some("c-1"));
    }
}

#[test]
fn names_are_matched_without_regard_to_case() {
    for [event_type, id, is_encrypted, payload, tenant] in [
        ["EventType", "Id", "IsEncrypted", "Payload", "Tenant"],
        ["eventtype", "id", "isencrypted", "payload", "tenant"],
        ["EVENTTYPE", "ID", "ISENCRYPTED", "PAYLOAD", "TENANT"],
        [
            r"\u0065ventType",
            r"\u0069d",
            "isEncrypted",
            r"p\u0061yload",
            "tenant",
        ],
    ] {
        let envelope = accepted(&format!(
            r#"{{"{event_type}":"contact.deleted","{id}":"e-1","{is_encrypted}":false,
                "{payload}":{DELETED},"{tenant}":"t-1"}}"#
        ));
        assert_eq!(envelope.event.contact_id(), Some("c-1"));
        assert_eq!(envelope.id.as_deref(), Some("e-1"));
        assert_eq!(envelope.tenant.as_deref(), Some("t-1"));
        assert!(envelope.other.is_empty());
    }
}

#[test]
fn the_id_is_read_in_both_spellings() {
    for name in ["id", "eventId"] {
        let envelope = accepted(&format!(
            r#"{{"eventType":"contact.deleted","{name}":"e-1","payload":{DELETED}}}"#
        ));
        assert_eq!(envelope.id.as_deref(), Some("e-1"));
        assert!(envelope.other.is_empty());
    }
}

#[test]
fn of_both_ids_id_counts_and_the_other_is_kept() {
    for ids in [
        r#""id":"e-1","eventId":"e-2""#,
        r#""eventId":"e-2","id":"e-1""#,
    ] {
        let envelope = accepted(&format!(
            r#"{{"eventType":"contact.deleted",{ids},"payload":{DELETED}}}"#
        ));
        assert_eq!(envelope.id.as_deref(), Some("e-1"));
        assert_eq!(envelope.other.get("eventId").unwrap().get(), r#""e-2""#);
    }
}

#[test]
fn an_id_of_null_leaves_the_place_to_event_id() {
    let envelope = accepted(&format!(
        r#"{{"eventType":"contact.deleted","id":null,"eventId":"e-2","payload":{DELETED}}}"#
    ));
    assert_eq!(envelope.id.as_deref(), Some("e-2"));
}

#[test]
fn everything_but_the_type_and_the_payload_may_be_absent_or_null() {
    for rest in [
        "",
        r#","id":null,"eventId":null,"isEncrypted":null,"tenant":null"#,
    ] {
        let envelope = accepted(&format!(
            r#"{{"eventType":"contact.deleted","payload":{DELETED}{rest}}}"#
        ));
        assert_eq!(envelope.id, None);
        assert_eq!(envelope.tenant, None);
        assert!(!envelope.is_encrypted);
        assert!(envelope.other.is_empty());
    }
}

#[test]
fn unknown_fields_are_kept_as_they_were_sent() {
    let envelope = accepted(&format!(
        r#"{{"Version": 2.50,"eventType":"contact.deleted","payload":{DELETED},"trace":null}}"#
    ));
    let other: Vec<_> = envelope
        .other
        .iter()
        .map(|(name, value)| (name, value.get()))
        .collect();
    assert_eq!(other, [("Version", "2.50"), ("trace", "null")]);
    assert_eq!(envelope.other.len(), 2);
    assert_eq!(envelope.other.get("version").unwrap().get(), "2.50");
    assert!(envelope.other.get("payload").is_none());
}

#[test]
fn whether_to_decrypt_is_not_guessed() {
    for wrong in [
        r#""isEncrypted":"false""#,
        r#""isEncrypted":"true""#,
        r#""isEncrypted":0"#,
        r#""isEncrypted":{}"#,
    ] {
        for body in [
            format!(r#"{{"eventType":"contact.deleted",{wrong},"payload":{DELETED}}}"#),
            format!(r#"{{"eventType":"contact.merged",{wrong},"payload":{DELETED}}}"#),
            format!(r#"{{"payload":{DELETED},{wrong},"eventType":"contact.deleted"}}"#),
        ] {
            assert_malformed(&body);
        }
    }
}

#[test]
fn an_id_and_a_tenant_by_numbers_are_their_digits() {
    for name in ["id", "eventId"] {
        let envelope = accepted(&format!(
            r#"{{"eventType":"contact.deleted","{name}":5,"tenant":7,"payload":{DELETED}}}"#
        ));
        assert_eq!(envelope.id.as_deref(), Some("5"));
        assert_eq!(envelope.tenant.as_deref(), Some("7"));
        assert!(envelope.other.is_empty());
    }
}

#[test]
fn an_id_and_a_tenant_of_another_type_are_none_and_kept() {
    for (name, value) in [
        ("id", "{}"),
        ("id", "true"),
        ("eventId", "[1]"),
        ("tenant", r#"["t-1"]"#),
        ("tenant", r#""\ud83d""#),
    ] {
        for body in [
            format!(r#"{{"eventType":"contact.deleted","{name}":{value},"payload":{DELETED}}}"#),
            format!(r#"{{"payload":{DELETED},"{name}":{value},"eventType":"contact.deleted"}}"#),
        ] {
            let envelope = accepted(&body);
            assert_eq!(envelope.event.contact_id(), Some("c-1"));
            assert_eq!((&envelope.id, &envelope.tenant), (&None, &None));
            assert_eq!(envelope.other.get(name).unwrap().get(), value);
            assert_eq!(envelope.other.len(), 1);
        }
    }
}

#[test]
fn an_id_of_another_type_leaves_the_place_to_event_id() {
    let envelope = accepted(&format!(
        r#"{{"eventType":"contact.deleted","id":{{}},"eventId":"e-2","payload":{DELETED}}}"#
    ));
    assert_eq!(envelope.id.as_deref(), Some("e-2"));
    assert_eq!(envelope.other.get("id").unwrap().get(), "{}");
}

#[test]
fn a_body_without_an_event_type_is_malformed() {
    for event_type in [
        "",
        r#""eventType":null,"#,
        r#""eventType":7,"#,
        r#""eventType":{},"#,
        r#""eventType":["contact.deleted"],"#,
    ] {
        for before in ["", r#""isEncrypted":false,"#, r#""isEncrypted":true,"#] {
            assert_malformed(&format!("{{{event_type}{before}\"payload\":{DELETED}}}"));
        }
    }
}

#[test]
fn any_text_is_an_event_type() {
    for (sent, read) in [
        (r#""""#, ""),
        (r#"" ""#, " "),
        (r#""a\u0041""#, "aA"),
        (r#""a\ud83d""#, r"a\ud83d"),
    ] {
        for body in [
            format!(r#"{{"eventType":{sent},"isEncrypted":false,"payload":{DELETED}}}"#),
            format!(r#"{{"payload":{DELETED},"eventType":{sent}}}"#),
        ] {
            let envelope = accepted(&body);
            assert_eq!(envelope.event_type, read);
            let Event::Unknown(unknown) = envelope.event else {
                panic!("not unknown: {body}");
            };
            assert_eq!(unknown.event_type, read);
            assert_eq!(unknown.payload.get(), DELETED);
        }
    }
}

#[test]
fn a_field_that_is_there_twice_with_different_values_is_malformed() {
    for twice in [
        r#""eventType":"contact.deleted","EventType":"contact.created""#,
        r#""eventType":"contact.deleted","eventType":"contact.created""#,
        r#""eventType":"contact.deleted","id":"e-1","ID":"e-2""#,
        r#""eventType":"contact.deleted","isEncrypted":false,"isencrypted":true"#,
        r#""eventType":"contact.deleted","isEncrypted":true,"isEncrypted":false"#,
        r#""eventType":"contact.deleted","tenant":null,"tenant":"t-1""#,
        r#""eventType":"contact.deleted","isEncrypted":false,"payload":{"contactId":"c-2"}"#,
        r#""eventType":"contact.deleted","Payload":{"contactId":"c-2"}"#,
        r#""eventType":"contact.deleted","payload":null"#,
    ] {
        assert_malformed(&format!(r#"{{{twice},"payload":{DELETED}}}"#));
        assert_malformed(&format!(r#"{{"payload":{DELETED},{twice}}}"#));
    }
}

#[test]
fn a_field_that_is_there_twice_with_equal_values_is_one() {
    for twice in [
        r#""eventType":"contact.deleted","EventType":"contact.deleted""#,
        r#""eventType":"contact.deleted","eventType":"contact.d\u0065leted""#,
        r#""eventType":"contact.deleted","id":"e-1","ID":"e-1""#,
        r#""eventType":"contact.deleted","isEncrypted":false,"isencrypted":false"#,
        r#""eventType":"contact.deleted","isEncrypted":null,"isEncrypted":null"#,
        r#""eventType":"contact.deleted","isEncrypted":false,"payload":{"contactId":"c-1"}"#,
        r#""eventType":"contact.deleted","Payload":{"contactId":"c-1"}"#,
    ] {
        for body in [
            format!(r#"{{{twice},"payload":{DELETED}}}"#),
            format!(r#"{{"payload":{DELETED},{twice}}}"#),
        ] {
            let envelope = accepted(&body);
            assert_eq!(envelope.event.contact_id(), Some("c-1"), "{body}");
            assert!(envelope.other.is_empty(), "{body}");
        }
    }
}

#[test]
fn a_type_added_tomorrow_is_delivered_with_its_raw_payload() {
    for payload in [r#"{ "Contact" : 1.50 }"#, "[1]", r#""text""#, "7", "null"] {
        for body in [
            format!(r#"{{"eventType":"contact.merged","isEncrypted":false,"payload":{payload}}}"#),
            format!(r#"{{"payload":{payload},"eventType":"contact.merged"}}"#),
        ] {
            let envelope = accepted(&body);
            assert_eq!(envelope.event_type, "contact.merged");
            assert_eq!(envelope.event.event_type(), "contact.merged");
            assert_eq!(envelope.event.contact_id(), None);
            let Event::Unknown(event) = envelope.event else {
                panic!("not unknown: {body}");
            };
            assert_eq!(event.event_type, "contact.merged");
            assert_eq!(event.payload.get(), payload);
        }
    }
}

#[test]
fn an_unknown_type_without_a_payload_has_null() {
    let Event::Unknown(event) = accepted(r#"{"eventType":"contact.merged"}"#).event else {
        panic!("not unknown");
    };
    assert_eq!(event.payload.get(), "null");
}

#[test]
fn the_case_of_an_event_type_counts() {
    let envelope = accepted(r#"{"eventType":"Contact.Deleted","payload":{}}"#);
    assert!(matches!(envelope.event, Event::Unknown(_)));
}

#[test]
fn a_known_type_without_an_object_as_payload_is_unknown_with_its_payload() {
    let assert_unknown = |body: &str, payload: &str| {
        let envelope = accepted(body);
        assert_eq!(envelope.event_type, "contact.deleted");
        let Event::Unknown(event) = envelope.event else {
            panic!("not unknown: {body}");
        };
        assert_eq!(event.event_type, "contact.deleted");
        assert_eq!(event.payload.get(), payload);
    };
    assert_unknown(r#"{"eventType":"contact.deleted"}"#, "null");
    for payload in ["null", "[]", "7", "true", r#""c-1""#, "[{}]", r#""\ud83d""#] {
        for flag in ["", r#""isEncrypted":false,"#] {
            let body = format!(r#"{{"eventType":"contact.deleted",{flag}"payload":{payload}}}"#);
            assert_unknown(&body, payload);
        }
    }
}

#[test]
fn an_encrypted_payload_without_a_key_is_never_delivered() {
    for event_type in ["contact.deleted", "contact.merged", "svix.ping"] {
        for payload in [r#""AAEC""#, DELETED, "null"] {
            for body in [
                format!(r#"{{"eventType":"{event_type}","isEncrypted":true,"payload":{payload}}}"#),
                format!(r#"{{"payload":{payload},"IsEncrypted":true,"eventType":"{event_type}"}}"#),
                format!(r#"{{"eventType":"{event_type}","payload":{payload},"isEncrypted":true}}"#),
            ] {
                assert_eq!(
                    envelope(body.clone()).unwrap_err(),
                    DecryptionKeyMissing,
                    "{body}"
                );
            }
        }
    }
}

#[test]
fn an_event_alone_is_decoded_as_in_its_envelope() {
    let body = format!(r#"{{"eventType":"contact.deleted","payload":{DELETED}}}"#);
    let delivery = crate::support::open::<Event>(body).unwrap();
    assert!(matches!(delivery.event(), Event::ContactDeleted(_)));
    let refused = crate::support::open::<Event>(r#"{"eventType":"a","isEncrypted":true}"#);
    assert_eq!(refused.unwrap_err(), DecryptionKeyMissing);
}

#[test]
fn the_place_of_what_is_malformed_is_told() {
    use tower_webhook::event::DecodeErrorKind;

    for (body, path) in [
        (r#"{"eventType":7,"payload":{}}"#, "eventType"),
        (r#"{"payload":{}}"#, "eventType"),
        (
            r#"{"eventType":"a","isEncrypted":"true","payload":{}}"#,
            "isEncrypted",
        ),
        (r#"{"eventType":"a","tenant":"b","Tenant":"c"}"#, "tenant"),
    ] {
        let error = decode::error(body);
        assert_eq!(error.kind(), DecodeErrorKind::Malformed);
        assert_eq!(error.path(), Some(path), "{body}");
    }
    let error = decode::error("{\n  \"eventType\": oops}");
    assert_eq!((error.line(), error.column()), (Some(2), Some(16)));
    assert_eq!(error.path(), None);
}
