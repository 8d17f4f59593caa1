use std::error::Error;

use serde::Deserialize;
use serde_json::value::RawValue;
use tower_webhook::{
    decrypt::{Aes256Cbc, Aes256Gcm},
    testing::sealed_envelope,
    voyado::EventType,
};
use tower_webhook_fuzz::endpoint::{DECRYPTION_KEY, NOW};

use super::{choice, seed};

const PLAINTEXT: &str =
    r#"{"contactId":"c-1","email":"example@example.com","dateTime":"2021-02-25T15:00:00Z"}"#;

pub(crate) fn events() -> Result<(), Box<dyn Error>> {
    for (at, event_type) in (0..).zip(EventType::ALL) {
        let payload = payload(event_type)?;
        seed("events", event_type.as_str(), &[&[at], payload.as_bytes()])?;
        let other_case = payload
            .replace("\"contactId", "\"ContactId")
            .replace("\"id", "\"Id");
        let name = format!("{event_type}-other-case");
        seed("events", &name, &[&[at], other_case.as_bytes()])?;
    }
    let points_added = index_of(EventType::PointsAdded)?;
    for (name, number) in [
        ("exponent", "1.25e3"),
        ("text", "\"-0.10\""),
        ("long", "79228162514264337593543950335"),
    ] {
        let payload = format!(r#"{{"contactId":"c-1","amount":{number}}}"#);
        seed("events", name, &[&[points_added], payload.as_bytes()])?;
    }
    let other_type = r#"{"contactId":"c-1","id":7,"unknown": [ 1 ],"Comment":"\u00e5"}"#;
    let consent_changed = index_of(EventType::ConsentChanged)?;
    seed(
        "events",
        "other-type",
        &[&[consent_changed], other_type.as_bytes()],
    )?;
    let contact_created = index_of(EventType::ContactCreated)?;
    for (name, payload) in [
        (
            "flat",
            r#"{"contactId":"c-1","email":"a","nps.grade":9,"shoeSize":42}"#,
        ),
        (
            "nested",
            r#"{"id":"c-1","attributes":{"email":"a","Email":"b"},"preferences":{"acceptsSms":true},"email":"c"}"#,
        ),
        (
            "repeated",
            r#"{"contactId":"c-1","ContactId":"c-1","EMAIL":"a","email":{}}"#,
        ),
        ("surrogate", r#"{"contactId":7,"city":"\ud83d","\ud83d":1}"#),
        ("nobody", r#"{"contactId":"","contact":{"id":"c-1"}}"#),
    ] {
        seed("events", name, &[&[contact_created], payload.as_bytes()])?;
    }
    Ok(())
}

pub(crate) fn envelope() -> Result<(), Box<dyn Error>> {
    let cbc = Aes256Cbc::new(DECRYPTION_KEY)?;
    let gcm = Aes256Gcm::new(DECRYPTION_KEY)?;
    for event_type in EventType::ALL {
        let sample = event_type.sample();
        seed(
            "envelope",
            event_type.as_str(),
            &[&choice(0, 2), sample.as_bytes()],
        )?;
    }
    let sample = EventType::ContactDeleted.sample();
    let by_cbc = sealed_envelope(sample, |payload| cbc.seal(payload, [7; 16]))?;
    let by_gcm = sealed_envelope(sample, |payload| gcm.seal(payload, [7; 12]))?;
    let nested = sealed_envelope(sample, |_| gcm.seal(sample.as_bytes(), [7; 12]))?;
    for (name, body) in [
        ("sealed-cbc", by_cbc.as_str()),
        ("sealed-gcm", &by_gcm),
        ("sealed-envelope", &nested),
        ("ping", r#"{"success": true}"#),
        (
            "typed-ping",
            r#"{"eventType":"svix.ping","payload":{"success":true}}"#,
        ),
        (
            "unknown",
            r#"{"payload":{ "a": [1.0] },"eventType":"contact.merged","eventId":"e-1"}"#,
        ),
        (
            "escaped",
            r#"{"event\u0054ype":"contact.deleted","ISENCRYPTED":false,"payload":{"contactId":"\u00e5"}}"#,
        ),
        (
            "looks-like-envelope",
            r#"{"eventType":"contact.merged","payload":{"eventType":"contact.split","payload":{"a":1}}}"#,
        ),
        ("twice", r#"{"eventType":"a","EventType":"b"}"#),
        (
            "twice-the-same",
            r#"{"eventType":"contact.deleted","EventType":"contact.deleted","payload":{"id":5}}"#,
        ),
        (
            "byte-order-mark",
            "\u{feff}{\"eventType\":\"contact.deleted\",\"eventId\":5,\"payload\":null}",
        ),
    ] {
        seed("envelope", name, &[&choice(1, 2), body.as_bytes()])?;
    }
    Ok(())
}

pub(crate) fn soft_identification() -> Result<(), Box<dyn Error>> {
    let cbc = Aes256Cbc::new(DECRYPTION_KEY)?;
    let day = 86_400_u64;
    let ages = [NOW.to_le_bytes(), day.to_le_bytes()].concat();
    for (name, content) in [
        ("dated", PLAINTEXT),
        ("undated", r#"{"email":"example@example.com"}"#),
        ("no-offset", r#"{"id":7,"dateTime":"2021-02-25T15:00:00"}"#),
        (
            "year-one",
            r#"{"id":"7","dateTime":"0001-01-01T00:00:00Z"}"#,
        ),
        (
            "last-year",
            r#"{"id":"7","dateTime":"9999-12-31T23:59:59.9999999+00:00"}"#,
        ),
        ("no-email", r#"{"contactId":"c-1","email":"","id":7}"#),
        ("nobody", r#"{"contactId":"","email":""}"#),
    ] {
        seed(
            "soft_identification",
            name,
            &[&ages, &choice(0, 2), content.as_bytes()],
        )?;
    }
    let sealed = cbc.seal(PLAINTEXT.as_bytes(), [7; 16]);
    for (name, query) in [
        ("query", format!("page=2&eclub={sealed}")),
        ("percent", format!("eClub={}", sealed.replace('A', "%41"))),
        ("repeated", format!("eclub={sealed}&ECLUB={sealed}")),
        ("missing", "page=2".to_owned()),
        ("empty", "eclub".to_owned()),
    ] {
        seed(
            "soft_identification",
            name,
            &[&ages, &choice(1, 2), query.as_bytes()],
        )?;
    }
    Ok(())
}

fn index_of(event_type: EventType) -> Result<u8, Box<dyn Error>> {
    let at = EventType::ALL.iter().position(|known| *known == event_type);
    Ok(at.ok_or("one of the types")?.try_into()?)
}

fn payload(event_type: EventType) -> serde_json::Result<String> {
    #[derive(Deserialize)]
    struct Envelope {
        payload: Box<RawValue>,
    }

    let envelope: Envelope = serde_json::from_str(event_type.sample())?;
    Ok(envelope.payload.get().to_owned())
}
