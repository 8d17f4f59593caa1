//! The payload of an event as an argument of its handler.

use axum::extract::State;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri};
use tower_webhook::{
    Delivery, Json,
    dispatch::{EventRouter, Payload},
    event::{EventPayload, EventTypes, RawEvent, StandardEvent, Tagged},
    voyado::{self, Contact, Envelope, EventType, UnknownEvent},
};

use super::{respond, status, text};
use crate::support::{log_of, now};

#[derive(serde::Deserialize)]
struct Invoice {
    number: u32,
}

/// A router with one handler that responds with the invoice's number.
async fn number_of<E>(body: &'static str) -> (StatusCode, String)
where
    E: EventTypes,
    Invoice: EventPayload<E>,
{
    let events = EventRouter::<E>::new()
        .always(|Payload(invoice): Payload<Invoice>| async move { invoice.number.to_string() })
        .build()
        .unwrap();
    let response = respond(&events, body).await;
    (response.status(), text(response).await)
}

#[tokio::test]
async fn events_that_are_kept_as_json_have_any_serde_type_as_their_payload() {
    let whole = r#"{"type":"invoice.paid","number":17}"#;
    let with_bom = "\u{feff}{\"type\":\"invoice.paid\",\"number\":17}";
    let enveloped =
        r#"{"type":"invoice.paid","timestamp":"2026-11-25T12:00:00Z","data":{"number":17}}"#;
    let seventeen = (StatusCode::OK, "17".to_owned());
    for body in [whole, with_bom] {
        assert_eq!(number_of::<Bytes>(body).await, seventeen);
        assert_eq!(number_of::<RawEvent>(body).await, seventeen);
        assert_eq!(
            number_of::<Tagged<serde_json::Value>>(body).await,
            seventeen
        );
    }
    assert_eq!(number_of::<StandardEvent>(enveloped).await, seventeen);
}

#[tokio::test]
async fn the_payload_of_json_is_what_it_was_read_into() {
    let events = EventRouter::<Json<serde_json::Value>>::new()
        .always(|Payload(value): Payload<serde_json::Value>| async move { value["a"].to_string() })
        .build()
        .unwrap();
    assert_eq!(text(respond(&events, r#"{"a":5}"#).await).await, "5");
    let of_axum = EventRouter::<axum::Json<serde_json::Value>>::new()
        .always(|Payload(value): Payload<serde_json::Value>| async move { value["a"].to_string() })
        .build()
        .unwrap();
    assert_eq!(
        text(respond(&of_axum, "\u{feff}{\"a\":5}").await).await,
        "5"
    );
}

#[tokio::test]
async fn a_handler_may_change_its_payload_in_place() {
    let events = EventRouter::<RawEvent>::new()
        .always(async |mut invoice: Payload<Invoice>| {
            invoice.number += 1;
            invoice.number.to_string()
        })
        .build()
        .unwrap();
    let response = respond(&events, r#"{"type":"invoice.paid","number":17}"#).await;
    assert_eq!(text(response).await, "18");
}

#[test]
fn a_payload_that_does_not_fit_is_422_and_the_log_has_its_place() {
    let log = log_of(|| {
        let (status, body) = now(number_of::<RawEvent>(
            r#"{"type":"invoice.paid","number":"secret"}"#,
        ));
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(body, "");
    });
    assert!(
        log.contains("ERROR tower_webhook: the payload of an event does not fit"),
        "{log}"
    );
    assert!(
        log.contains("invoice.paid") && log.contains("line 1, column"),
        "{log}"
    );
    assert!(!log.contains("secret"), "{log}");
}

#[test]
fn the_place_within_data_is_a_path_from_the_body() {
    let log = log_of(|| {
        let body = r#"{"type":"invoice.paid","data":{"number":-1}}"#;
        let (status, _) = now(number_of::<StandardEvent>(body));
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    });
    assert!(
        log.contains("at `data.number`") && !log.contains("line 1"),
        "{log}"
    );
}

#[tokio::test]
async fn the_payload_may_stand_anywhere_among_six_arguments() {
    type P = Payload<Invoice>;
    let events = EventRouter::<RawEvent, u8>::new()
        .always(async |_: P| ())
        .always(async |_: P, _: Bytes| ())
        .always(async |_: Method, _: P| ())
        .always(async |_: P, _: Method, _: Bytes| ())
        .always(async |_: Method, _: P, _: Bytes| ())
        .always(async |_: Method, _: Uri, _: P| ())
        .always(async |_: P, _: State<u8>, _: Uri, _: HeaderMap, _: Method, _: Bytes| ())
        .always(async |_: State<u8>, _: Uri, _: P, _: HeaderMap, _: Method, _: Bytes| ())
        .always(async |_: State<u8>, _: Uri, _: HeaderMap, _: Method, _: P, _: Bytes| ())
        .always(async |_: State<u8>, _: Uri, _: HeaderMap, _: Method, _: Method, _: P| ())
        .with_state(7)
        .build()
        .unwrap();
    assert_eq!(status(&events, r#"{"number":1}"#).await, StatusCode::OK);
}

#[tokio::test]
async fn voyados_payloads_are_the_types_of_its_events() {
    async fn contact(contact: Payload<Contact>) -> String {
        contact.contact_id.clone()
    }
    let of_event = EventRouter::<voyado::Event>::new()
        .on(
            [EventType::ContactCreated, EventType::ContactUpdated],
            contact,
        )
        .build()
        .unwrap();
    let of_envelope = EventRouter::<Envelope>::new()
        .on(
            [EventType::ContactCreated, EventType::ContactUpdated],
            contact,
        )
        .build()
        .unwrap();
    for event_type in [EventType::ContactCreated, EventType::ContactUpdated] {
        let id = text(respond(&of_event, event_type.sample()).await).await;
        assert!(!id.is_empty());
        assert_eq!(
            text(respond(&of_envelope, event_type.sample()).await).await,
            id
        );
    }
}

/// A known type is delivered as it is, whatever its payload: a handler that needs the payload cannot handle it.
#[tokio::test]
async fn a_known_type_whose_payload_does_not_fit_is_no_success() {
    let misfit = r#"{"eventType":"contact.deleted","payload":"gone"}"#;
    let typed = EventRouter::<voyado::Event>::new()
        .on(
            EventType::ContactDeleted,
            async |_: Payload<voyado::ContactDeleted>| (),
        )
        .fallback(async || ())
        .build()
        .unwrap();
    assert_eq!(
        status(&typed, misfit).await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let untyped = EventRouter::<voyado::Event>::new()
        .on(
            EventType::ContactDeleted,
            async |delivery: Delivery<voyado::Event>| {
                assert!(matches!(delivery.event(), voyado::Event::Unknown(_)));
            },
        )
        .build()
        .unwrap();
    assert_eq!(status(&untyped, misfit).await, StatusCode::OK);
}

/// One handler for each documented type, with the payload that it has.
#[tokio::test]
async fn every_documented_type_has_its_payload() {
    macro_rules! router {
        ($($event_type:ident: $payload:ident),*) => {
            EventRouter::<voyado::Event>::new()
                $(.on(EventType::$event_type, async |_: Payload<voyado::$payload>| ()))*
        };
    }
    let events = router!(
        AcceptsEmailChanged: AcceptsEmailChanged,
        AcceptsSmsChanged: AcceptsSmsChanged,
        AcceptsPostalChanged: AcceptsPostalChanged,
        ConsentChanged: ConsentChanged,
        PointsAdded: PointsAdded,
        PointBalanceUpdated: PointBalanceUpdated,
        RewardVoucherCreated: RewardVoucherCreated,
        MultichannelPromotionAssigned: MultichannelPromotionAssigned,
        ContactCreated: Contact,
        ContactUpdated: Contact,
        ContactDeleted: ContactDeleted
    )
    .on("svix.ping", async || ())
    .fallback(async |Payload(unknown): Payload<UnknownEvent>| unknown.event_type)
    .build()
    .unwrap();
    for event_type in EventType::ALL {
        let status = status(&events, event_type.sample()).await;
        assert_eq!(status, StatusCode::OK, "{event_type}");
    }
    assert_eq!(status(&events, r#"{"success":true}"#).await, StatusCode::OK);
    let new = r#"{"eventType":"contact.merged","payload":{"contactId":"5"}}"#;
    assert_eq!(text(respond(&events, new).await).await, "contact.merged");
}
