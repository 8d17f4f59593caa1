//! Whatever JSON a payload is, a genuine event is delivered, and nothing of it is lost.

use proptest::{collection::vec, prelude::*, sample::select};
use tower_webhook::voyado::{Event, EventType};

use super::decode::payload;

/// Names that mean something in one payload or another, in several casings, and others.
const NAMES: &[&str] = &[
    "contactId",
    "ContactId",
    "id",
    "ID",
    "attributes",
    "preferences",
    "presentation",
    "acceptsEmail",
    "value",
    "email",
    "Email",
    "birthDay",
    "consents",
    "amount",
    "balance",
    "balanceExpires",
    "validFrom",
    "redemptionChannels",
    "validity",
    "date",
    "nps.grade",
    r"\u0065mail",
    r"\ud83d",
    "é",
    "",
];

const SCALARS: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "-1.50",
    "1e400",
    "12345678901234567890123456789012345",
    r#""""#,
    r#""c-1""#,
    r#""c\u002d1""#,
    r#""\ud83d""#,
    r#""7""#,
    r#""string""#,
    r#""2026-02-01""#,
    r#""2019-06-14T10:43:20.4688587+02:00""#,
    r#""/Date(1560509000000)/""#,
];

fn scalar() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(SCALARS).prop_map(str::to_owned),
        1 => "[a-zA-Z0-9 åäö]{0,12}".prop_map(|text| format!("\"{text}\"")),
    ]
}

fn object(value: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    vec((select(NAMES), value), 0..8).prop_map(|members| {
        let members: Vec<_> = members
            .iter()
            .map(|(name, value)| format!("\"{name}\":{value}"))
            .collect();
        format!("{{{}}}", members.join(","))
    })
}

/// Whether each name is there once, or twice in whatever casing. Of a name that is there three times, equal values that do not
/// count are one only when they are read again. A contact's `id` is written as its `contactId`.
fn repeats_little(object: &str) -> bool {
    let unified = |text: &str| {
        let text = text.replace(r"\u0065", "e").to_ascii_lowercase();
        text.replace("\"contactid\":", "\"id\":")
    };
    let object = unified(object);
    NAMES.iter().all(|name| {
        let name = unified(&format!("\"{name}\":"));
        object.matches(&name).count() <= 2
    })
}

fn json() -> impl Strategy<Value = String> {
    scalar().prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            3 => object(inner.clone()),
            1 => vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(","))),
        ]
    })
}

proptest! {
    #[test]
    fn any_object_is_delivered_as_its_type_or_as_it_was_sent(
        event_type in select(&EventType::ALL[..]),
        sent in object(json()),
    ) {
        let event = payload(event_type, &sent).unwrap();
        prop_assert_eq!(event.event_type(), event_type.as_str());
        match &event {
            Event::Unknown(unknown) => {
                prop_assert_eq!(unknown.payload.get(), &sent);
                prop_assert_eq!(event.contact_id(), None);
            }
            _ => prop_assert!(event.contact_id().is_some_and(|contact| !contact.is_empty())),
        }
    }

    #[test]
    fn any_json_is_delivered(event_type in select(&EventType::ALL[..]), sent in json()) {
        let event = payload(event_type, &sent).unwrap();
        if !sent.starts_with('{') {
            let Event::Unknown(unknown) = event else {
                panic!("not unknown: {event:?}");
            };
            prop_assert_eq!(unknown.payload.get(), &sent);
        }
    }

    #[test]
    fn what_is_written_is_read_again_as_the_same(
        event_type in select(&EventType::ALL[..]),
        sent in object(scalar()).prop_filter("a name three times", |sent| repeats_little(sent)),
    ) {
        let event = payload(event_type, &sent).unwrap();
        let written = serde_json::to_string(&event).unwrap();
        let again = payload(event_type, &written).unwrap();
        prop_assert_eq!(format!("{:?}", again), format!("{:?}", event));
    }
}
