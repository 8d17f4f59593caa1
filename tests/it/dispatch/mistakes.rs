//! Mistakes that are found when a router is built.

use tower_webhook::{
    dispatch::{EventRouter, Payload},
    error::ConfigErrorKind,
    event::RawEvent,
    idempotency::MemoryStore,
    voyado::{self, Contact, EventType, UnknownEvent},
};

async fn contact(_: Payload<Contact>) {}

async fn unknown(_: Payload<UnknownEvent>) {}

async fn nothing() {}

#[test]
fn mistakes_are_found_when_the_router_is_built() {
    type Events = EventRouter<voyado::Event>;
    for (events, kind, culprit) in [
        (
            Events::new().on("contact.craeted", nothing),
            ConfigErrorKind::UnknownEventType,
            "contact.craeted",
        ),
        (
            Events::new().on(["contact.created", "Contact.Created"], nothing),
            ConfigErrorKind::UnknownEventType,
            "Contact.Created",
        ),
        (
            Events::new().on(EventType::ContactDeleted, contact),
            ConfigErrorKind::PayloadMismatch,
            "contact for contact.deleted",
        ),
        (
            Events::new().on([EventType::ContactCreated, EventType::PointsAdded], contact),
            ConfigErrorKind::PayloadMismatch,
            "contact for loyalty.addPoints",
        ),
        (
            Events::new().on("svix.ping", contact),
            ConfigErrorKind::PayloadMismatch,
            "contact for svix.ping",
        ),
        (
            Events::new().always(contact),
            ConfigErrorKind::PayloadMismatch,
            "contact for contact.acceptsEmail.changed",
        ),
        (
            Events::new().fallback(unknown),
            ConfigErrorKind::PayloadMismatch,
            "unknown for contact.acceptsEmail.changed",
        ),
        (
            Events::new()
                .on(EventType::ALL, nothing)
                .on("svix.ping", nothing)
                .fallback(contact),
            ConfigErrorKind::PayloadMismatch,
            "contact for an undocumented type",
        ),
        (
            Events::new().on([""; 0], nothing),
            ConfigErrorKind::UnreachableHandler,
            "nothing",
        ),
        (
            Events::new()
                .fallback(unknown)
                .fallback(nothing)
                .on(EventType::ALL, nothing)
                .on("svix.ping", nothing),
            ConfigErrorKind::UnreachableHandler,
            "nothing",
        ),
    ] {
        let error = events.build().unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.culprit().unwrap().ends_with(culprit), "{error}");
        assert!(error.to_string().contains(culprit), "{error}");
    }
}

#[test]
fn handlers_of_one_name_cannot_share_a_store() {
    let once = || tower_webhook::Idempotency::new("engage", MemoryStore::new(10).unwrap());
    let twice = || {
        EventRouter::<RawEvent>::new()
            .always(nothing)
            .on("a", nothing)
    };
    twice().build().unwrap();
    let error = twice().idempotency(once()).build().unwrap_err();
    assert_eq!(error.kind(), ConfigErrorKind::DuplicateHandlerName);
    assert!(error.culprit().unwrap().ends_with("nothing"), "{error}");
    twice().named("b").idempotency(once()).build().unwrap();
    let no_scope = tower_webhook::Idempotency::new("", MemoryStore::new(10).unwrap());
    let error = twice().idempotency(no_scope).build().unwrap_err();
    assert_eq!(error.kind(), ConfigErrorKind::EmptyScope);
}
