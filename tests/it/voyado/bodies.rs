//! Bodies that are no envelope, or hardly one.

use tower_webhook::{RejectionKind::MalformedEvent, voyado::Event};

use super::decode::{accepted, assert_malformed, envelope};

const DELETED: &str = r#"{"contactId":"c-1"}"#;

#[test]
fn a_bare_ping_is_a_ping() {
    for body in [
        r#"{"success": true}"#,
        r#"{"success": false}"#,
        r#"{"Success":true,"eventType":null}"#,
    ] {
        let envelope = accepted(body);
        assert!(matches!(envelope.event, Event::Ping));
        assert_eq!(envelope.event_type, "svix.ping");
        assert_eq!(envelope.event.event_type(), "svix.ping");
        assert_eq!(envelope.event.contact_id(), None);
        assert!(envelope.other.get("success").is_some());
    }
}

#[test]
fn a_ping_in_an_envelope_is_a_ping_whatever_its_payload() {
    for rest in [
        "",
        r#","payload":{"success":true}"#,
        r#","isEncrypted":false,"payload":7"#,
    ] {
        let envelope = accepted(&format!(r#"{{"eventType":"svix.ping"{rest}}}"#));
        assert!(matches!(envelope.event, Event::Ping));
    }
}

#[test]
fn success_is_a_ping_only_as_a_boolean() {
    for body in [
        r#"{"success":"true"}"#,
        r#"{"success":1}"#,
        r#"{"success":null}"#,
    ] {
        assert_malformed(body);
    }
}

#[test]
fn what_is_not_one_object_of_json_is_malformed() {
    for body in [
        "",
        " ",
        "null",
        "true",
        "7",
        r#""contact.deleted""#,
        "[]",
        r#"[{"success":true}]"#,
        "{",
        "{}",
        r#"{"success":true"#,
        r#"{"success":true,}"#,
        r#"{"success":true} {}"#,
        r#"{"success":true}x"#,
        r"{success:true}",
        r#"{"success":tru}"#,
        "{\"success\":true}\u{feff}",
        " \u{feff}{\"success\":true}",
        "\u{feff}\u{feff}{\"success\":true}",
        "event=contact.deleted",
        "<event/>",
    ] {
        assert_malformed(body);
    }
}

#[test]
fn bytes_that_are_not_utf8_are_malformed() {
    for body in [
        &b"\xff\xfe{\0}\0"[..],
        b"{\"eventType\":\"contact.merged\",\"payload\":\"\xe5\"}",
        b"{\"eventType\":\"contact.merged\",\"payload\":null,\"\xe5\":1}",
    ] {
        assert_eq!(envelope(body.to_vec()).unwrap_err(), MalformedEvent);
    }
}

#[test]
fn white_space_around_and_within_is_of_no_account() {
    let envelope = accepted(
        "\r\n\t { \"eventType\" :\n\"contact.deleted\" , \"payload\" : { \"contactId\" : \"c-1\" } } \n",
    );
    assert_eq!(envelope.event.contact_id(), Some("c-1"));
}

#[test]
fn deep_nesting_never_exhausts_the_stack() {
    const DEPTH: usize = 100_000;
    let deep = format!("{}{}", "[".repeat(DEPTH), "]".repeat(DEPTH));
    assert_malformed(&deep);
    assert_malformed(&format!(r#"{{"eventType":{deep},"payload":{DELETED}}}"#));
    let Event::Unknown(unknown) = accepted(&format!(
        r#"{{"eventType":"contact.deleted","payload":{deep}}}"#
    ))
    .event
    else {
        panic!("not unknown");
    };
    assert_eq!(unknown.payload.get(), deep);
    // Where any value is taken, it is kept as text and takes no stack to read, copy, write or drop.
    let envelope = accepted(&format!(
        r#"{{"deep":{deep},"eventType":"contact.created","isEncrypted":false,
            "payload":{{"contactId":"c-1","city":{deep},"consents":{deep},"meta":{deep},"deep":{deep}}}}}"#
    ));
    assert_eq!(envelope.other.get("deep").unwrap().get(), deep);
    let Event::ContactCreated(contact) = &envelope.event else {
        panic!("not created");
    };
    assert_eq!(contact.other.get("city").unwrap().get(), deep);
    assert_eq!(contact.other.get("deep").unwrap().get(), deep);
    assert!(contact.consents.is_none());
    assert_eq!(contact.other.get("consents").unwrap().get(), deep);
    assert_eq!(contact.meta.as_ref().unwrap().get(), deep);
    let written = serde_json::to_string(&contact.clone()).unwrap();
    assert!(written.len() > 8 * DEPTH);
}
