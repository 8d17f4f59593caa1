//! The table of names.

use std::collections::HashSet;

use tower_webhook::voyado::{EventType, UnknownEventType};

#[test]
fn there_are_the_eleven_documented_names() {
    let names: HashSet<_> = EventType::ALL.map(EventType::as_str).into();
    let documented = HashSet::from([
        "contact.acceptsEmail.changed",
        "contact.acceptsSms.changed",
        "contact.acceptsPostal.changed",
        "contact.consent.changed",
        "loyalty.addPoints",
        "point.balance.updated",
        "reward.voucher.created",
        "promotion.multichannel.assigned",
        "contact.created",
        "contact.updated",
        "contact.deleted",
    ]);
    assert_eq!(names, documented);
}

#[test]
fn every_name_is_parsed_and_shown() {
    for event_type in EventType::ALL {
        assert_eq!(event_type.as_str().parse(), Ok(event_type));
        assert_eq!(event_type.to_string(), event_type.as_str());
        assert_eq!(
            format!("{event_type:40}|"),
            format!("{:40}|", event_type.as_str())
        );
    }
}

#[test]
fn any_other_name_is_unknown() {
    for name in [
        "",
        "contact",
        "Contact.Created",
        " contact.created",
        "svix.ping",
    ] {
        assert_eq!(name.parse::<EventType>(), Err(UnknownEventType));
    }
}
