//! Which handlers are called, in which order, and what the response is.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::HeaderMap,
    response::Response,
    routing::post_service,
};
use bytes::Bytes;
use http::StatusCode;
use tower::{Layer, ServiceExt};
use tower_webhook::{
    Delivery, Receiver, Timestamp, WebhookLayer,
    dispatch::{EventRouter, Payload},
    event::RawEvent,
    provider,
    testing::Signer,
    voyado::{self, ContactDeleted, EventType},
};

use super::{delivered, respond, status, text};
use crate::support::{SECRET, log_of, now, signer};

/// What the handlers write down.
#[derive(Clone, Default)]
struct Calls(Arc<Mutex<Vec<&'static str>>>);

impl Calls {
    fn add(&self, call: &'static str) {
        self.0.lock().unwrap().push(call);
    }

    fn take(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

type Calling = std::pin::Pin<Box<dyn Future<Output = StatusCode> + Send>>;

/// A handler that writes down its name and responds with a status.
fn call(
    name: &'static str,
    status: StatusCode,
) -> impl Fn(State<Calls>) -> Calling + Clone + Send + Sync + 'static {
    move |State(calls): State<Calls>| {
        calls.add(name);
        Box::pin(async move { status })
    }
}

fn ok(name: &'static str) -> impl Fn(State<Calls>) -> Calling + Clone + Send + Sync + 'static {
    call(name, StatusCode::OK)
}

const PAID: &str = r#"{"type":"invoice.paid"}"#;
const REFUNDED: &str = r#"{"type":"invoice.refunded"}"#;
const NAMELESS: &str = r#"{"number":17}"#;

#[tokio::test]
async fn handlers_are_called_by_the_events_type_in_their_order() {
    let calls = Calls::default();
    let events = EventRouter::<RawEvent, Calls>::new()
        .on(["invoice.paid", "invoice.sent"], ok("first"))
        .always(ok("always"))
        .on("invoice.paid", ok("second"))
        .fallback(ok("fallback"))
        .with_state(calls.clone())
        .build()
        .unwrap();
    for (body, called) in [
        (PAID, vec!["first", "always", "second"]),
        (r#"{"type":"invoice.sent"}"#, vec!["first", "always"]),
        (REFUNDED, vec!["always", "fallback"]),
        (r#"{"type":"Invoice.paid"}"#, vec!["always", "fallback"]),
        (NAMELESS, vec!["always", "fallback"]),
    ] {
        assert_eq!(status(&events, body).await, StatusCode::OK, "{body}");
        assert_eq!(calls.take(), called, "{body}");
    }
}

#[tokio::test]
async fn the_first_response_that_is_no_success_is_the_response() {
    let calls = Calls::default();
    let events = EventRouter::<RawEvent, Calls>::new()
        .always(call("created", StatusCode::CREATED))
        .always(call("moved", StatusCode::FOUND))
        .always(call("failed", StatusCode::INTERNAL_SERVER_ERROR))
        .with_state(calls.clone())
        .build()
        .unwrap();
    assert_eq!(status(&events, PAID).await, StatusCode::FOUND);
    assert_eq!(calls.take(), ["created", "moved"]);
}

#[tokio::test]
async fn the_response_of_the_last_handler_is_the_response() {
    let events = EventRouter::<RawEvent>::new()
        .always(|| async { "first" })
        .always(|| async { (StatusCode::ACCEPTED, "second") })
        .build()
        .unwrap();
    let response = respond(&events, PAID).await;
    assert_eq!(response.status(), StatusCode::ACCEPTED);
    assert_eq!(text(response).await, "second");
}

#[test]
fn an_event_that_only_always_takes_is_no_success_beside_handlers_by_type() {
    let calls = Calls::default();
    let events = EventRouter::<RawEvent, Calls>::new()
        .always(ok("audit"))
        .on("invoice.paid", ok("paid"))
        .with_state(calls.clone())
        .build()
        .unwrap();
    let log = log_of(|| {
        let response = now(respond(&events, REFUNDED));
        assert_eq!(response.status(), StatusCode::NOT_IMPLEMENTED);
    });
    assert_eq!(calls.take(), ["audit"]);
    assert!(
        log.contains("ERROR tower_webhook: no handler takes events of this type"),
        "{log}"
    );
    assert!(log.contains("invoice.refunded"), "{log}");
}

#[tokio::test]
async fn a_router_of_always_alone_handles_everything() {
    let events = EventRouter::<RawEvent>::new()
        .always(|| async {})
        .build()
        .unwrap();
    assert_eq!(status(&events, NAMELESS).await, StatusCode::OK);
}

#[tokio::test]
async fn a_router_without_handlers_handles_nothing() {
    let events = EventRouter::<RawEvent>::new().build().unwrap();
    assert_eq!(status(&events, PAID).await, StatusCode::NOT_IMPLEMENTED);
}

#[test]
fn without_a_delivery_the_caller_gets_a_bare_500_and_the_log_the_reason() {
    let events = EventRouter::<RawEvent>::new()
        .always(|| async {})
        .build()
        .unwrap();
    let mut missing = None;
    let log = log_of(|| {
        let request = http::Request::new(Body::from(PAID));
        missing = Some(now(events.clone().oneshot(request)).unwrap());
    });
    let response = missing.unwrap();
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(now(text(response)), "");
    assert!(
        log.contains("ERROR tower_webhook: no delivery of this event type"),
        "{log}"
    );
    assert!(log.contains("RawEvent"), "{log}");
}

#[tokio::test]
async fn what_a_layer_that_monitors_would_reject_reaches_no_handler() {
    let receiver = Receiver::builder([SECRET]).build().unwrap();
    let webhooks = WebhookLayer::new(receiver)
        .decode::<RawEvent>()
        .danger_monitor_only();
    let calls = Calls::default();
    let events = EventRouter::<RawEvent, Calls>::new()
        .always(ok("always"))
        .with_state(calls.clone())
        .build()
        .unwrap();
    let mut forged = signer().request("msg_1", wall_clock(), PAID);
    *forged.body_mut() = http_body_util::Full::from(REFUNDED);
    let response = webhooks.layer(events).oneshot(forged).await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(calls.take(), [""; 0]);
}

fn wall_clock() -> Timestamp {
    Timestamp::from(std::time::SystemTime::now())
}

/// GitHub names the type in a header and not in the body.
#[tokio::test]
async fn a_type_that_the_senders_scheme_reads_from_a_header_is_routed() {
    let (mut head, body) = Signer::for_scheme(provider::github(), "It's a Secret to Everybody")
        .unwrap()
        .request("72d3162e", wall_clock(), r#"{"ref":"refs/heads/main"}"#)
        .into_parts();
    head.headers
        .insert("x-github-event", http::HeaderValue::from_static("push"));
    let body = now(http_body_util::BodyExt::collect(body))
        .unwrap()
        .to_bytes();
    let delivery = Receiver::builder("It's a Secret to Everybody")
        .scheme(provider::github())
        .danger_accept_replays()
        .build()
        .unwrap()
        .check_head(&head)
        .unwrap()
        .check_signature(body)
        .unwrap()
        .open::<Bytes>()
        .unwrap();
    head.extensions.insert(delivery);
    let calls = Calls::default();
    let events = EventRouter::<Bytes, Calls>::new()
        .on("push", ok("push"))
        .on("ping", ok("ping"))
        .with_state(calls.clone())
        .build()
        .unwrap();
    let request = http::Request::from_parts(head, ());
    assert_eq!(
        events.oneshot(request).await.unwrap().status(),
        StatusCode::OK
    );
    assert_eq!(calls.take(), ["push"]);
}

#[tokio::test]
async fn handlers_have_extractors_the_head_and_the_verified_body() {
    async fn handler(
        headers: HeaderMap,
        delivery: Delivery<RawEvent>,
        State(calls): State<Calls>,
        body: Bytes,
    ) -> Result<StatusCode, StatusCode> {
        calls.add("called");
        assert_eq!(headers["x-from-the-layer"], "yes");
        assert_eq!(delivery.event().body(), &body);
        assert_eq!(body, PAID);
        Err(StatusCode::IM_A_TEAPOT)
    }
    let calls = Calls::default();
    let events = EventRouter::<RawEvent, Calls>::new()
        .on("invoice.paid", handler)
        .with_state(calls.clone())
        .build()
        .unwrap();
    let mut request = delivered::<RawEvent>(PAID);
    // What a middleware in between leaves of the body is not what was verified.
    *request.body_mut() = Body::empty();
    request
        .headers_mut()
        .insert("x-from-the-layer", http::HeaderValue::from_static("yes"));
    let response = events.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::IM_A_TEAPOT);
    assert_eq!(calls.take(), ["called"]);
}

#[tokio::test]
async fn a_handler_may_take_the_request_and_respond_with_anything() {
    async fn whole(request: Request) -> Response {
        Response::new(request.into_body())
    }
    let events = EventRouter::<RawEvent>::new()
        .always(whole)
        .build()
        .unwrap();
    assert_eq!(text(respond(&events, PAID).await).await, PAID);
}

#[tokio::test]
async fn it_runs_behind_the_layer_in_an_axum_router() {
    async fn deleted(Payload(payload): Payload<ContactDeleted>) -> String {
        payload.contact_id
    }
    let events = EventRouter::<voyado::Event>::new()
        .on(EventType::ContactDeleted, deleted)
        .build()
        .unwrap();
    let receiver = Receiver::builder([SECRET]).build().unwrap();
    let webhooks = WebhookLayer::new(receiver).decode::<voyado::Event>();
    let app: Router = Router::new().route("/", post_service(webhooks.layer(events)));
    let genuine = signer()
        .request("msg_1", wall_clock(), EventType::ContactDeleted.sample())
        .map(Body::new);
    let response = app.oneshot(genuine).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_ne!(text(response).await, "");
}

async fn nothing() {}

#[tokio::test]
async fn types_are_named_in_every_usual_way() {
    let owned = String::from("invoice.paid");
    let several = vec![owned.clone(), String::from("invoice.sent")];
    let events = EventRouter::<RawEvent>::new()
        .on(&owned, nothing)
        .on(owned.clone(), nothing)
        .on(several.as_slice(), nothing)
        .on(several, nothing)
        .on(&["invoice.paid"][..], nothing)
        .build()
        .unwrap();
    assert_eq!(status(&events, PAID).await, StatusCode::OK);
    let events = EventRouter::<voyado::Event>::new()
        .on("contact.deleted", nothing)
        .on(EventType::ContactCreated, nothing)
        .on(EventType::ALL, nothing)
        .build()
        .unwrap();
    let body = EventType::PointsAdded.sample();
    assert_eq!(status(&events, body).await, StatusCode::OK);
}
