use std::{convert::Infallible, time::Duration};

use axum::{Router, body::Body, extract::Request, routing::post};
use bytes::Bytes;
use futures_util::stream;
use http::StatusCode;
use serde_json::{Value, json};
use tower::ServiceExt;
use tower_webhook::{Receiver, Timestamp, provider, voyado};
use tower_webhook_console::Console;

use crate::support::{SECRET, app, app_of, json, next_event, now, own, receiver, signer};

#[tokio::test]
async fn a_delivery_is_listed_with_what_became_of_it() {
    let app = app();
    assert_eq!(
        app.deliver_signed("msg_1", r#"{"type":"a.b"}"#).await,
        StatusCode::OK
    );
    let row = &app.rows().await[0];
    assert_eq!(row["type"], "a.b");
    assert_eq!(row["message_id"], "msg_1");
    assert_eq!(row["verdict"], "verified");
    assert_eq!(row["status"], 200);
    assert_eq!(row["from_console"], false);
    assert!(row["duration_us"].as_u64().unwrap() < 5_000_000);
    assert_eq!(row["sender"], "standard-webhooks");
    let detail = app.detail(row).await;
    assert_eq!(detail["body"]["text"], r#"{"type":"a.b"}"#);
    assert_eq!(detail["response_body"], "done");
    assert_eq!(detail["explanation"]["causes"], Value::Array(vec![]));
    assert_eq!(detail["rejection"], Value::Null);
}

#[tokio::test]
async fn the_page_is_told_of_a_delivery_within_a_second() {
    let app = app();
    let events = own("/console/api/events").body(Body::empty()).unwrap();
    let mut events = app.call(events).await.into_body();
    app.deliver_signed("msg_live", "{}").await;
    let event = next_event(&mut events).await;
    assert!(
        event.contains("event: delivery") && event.contains("msg_live"),
        "{event}"
    );
    app.post("/console/api/clear", "{}").await;
    assert!(next_event(&mut events).await.contains("event: reload"));
    assert!(app.rows().await.is_empty());
}

#[tokio::test]
async fn tokens_of_the_sender_are_hidden_on_the_page() {
    let engage = Receiver::builder(SECRET).header_token("x-engage-token", ["open sesame"]);
    let gitlab = Receiver::builder("open sesame").scheme(provider::gitlab_token_unsigned());
    let postmark = Receiver::builder("open:sesame").scheme(provider::postmark_token_unsigned());
    for (receiver, name, token) in [
        (engage, "x-engage-token", "open sesame"),
        (gitlab.deduplicated(), "x-gitlab-token", "open sesame"),
        (
            postmark.deduplicated(),
            "authorization",
            "Basic b3BlbjpzZXNhbWU=",
        ),
    ] {
        let app = app_of(Console::builder(receiver.build().unwrap()));
        let mut request = signer().request("msg_1", now(), "{}").map(Body::new);
        request.headers_mut().insert(name, token.parse().unwrap());
        app.deliver(request).await;
        let headers = app.detail(&app.rows().await[0]).await["headers"].clone();
        let hidden = json!([name, format!("({} bytes, hidden)", token.len())]);
        assert!(headers.as_array().unwrap().contains(&hidden), "{headers}");
        assert!(!headers.to_string().contains(token), "{headers}");
    }
}

#[tokio::test]
async fn a_rejection_is_explained_by_its_cause() {
    let app = app();
    let (head, _) = signer().request("msg_1", now(), r#"{"a": 1}"#).into_parts();
    let request = Request::from_parts(head, Body::from(r#"{"a":1}"#));
    assert!(app.deliver(request).await.is_client_error());
    let row = &app.rows().await[0];
    assert_eq!(row["group"], "rejected");
    assert_eq!(row["message_id"], Value::Null, "nothing of it is verified");
    let detail = app.detail(row).await;
    let cause = detail["explanation"]["causes"][0]["cause"]
        .as_str()
        .unwrap();
    assert!(cause.starts_with("body_"), "{cause}");
    assert!(detail["rejection"].as_str().unwrap().len() > 10);
}

#[tokio::test]
async fn a_request_that_is_rejected_by_its_head_has_its_body_too() {
    let app = app();
    let old = Timestamp::from_unix_seconds(now().unix_seconds() - 3600);
    app.deliver(
        signer()
            .request("msg_1", old, r#"{"type":"late"}"#)
            .map(Body::new),
    )
    .await;
    let detail = app.detail(&app.rows().await[0]).await;
    assert_eq!(detail["body"]["text"], r#"{"type":"late"}"#);
    assert_eq!(detail["explanation"]["causes"][0]["cause"], "clock");
}

#[tokio::test]
async fn an_accepted_delivery_does_not_grow_old_on_the_page() {
    let clock = tower_webhook::testing::ManualClock::new(Duration::from_secs(now().unix_seconds()));
    let receiver = tower_webhook::Receiver::builder(crate::support::SECRET).clock(clock.clone());
    let app = app_of(Console::builder(receiver.build().unwrap()));
    let almost_old = Timestamp::from_unix_seconds(now().unix_seconds() - 298);
    let request = signer().request("msg_1", almost_old, "{}").map(Body::new);
    assert_eq!(app.deliver(request).await, StatusCode::OK);
    let row = app.rows().await[0].clone();
    tokio::time::sleep(Duration::from_millis(3100)).await;
    clock.advance(Duration::from_secs(3));
    let detail = app.detail(&row).await;
    assert_eq!(detail["explanation"]["causes"], Value::Array(vec![]));
}

#[tokio::test]
async fn the_last_500_are_kept() {
    let app = app();
    for _ in 0..503 {
        let request = Request::post("/").body(Body::from("{}")).unwrap();
        app.deliver(request).await;
    }
    let rows = app.rows().await;
    assert_eq!(rows.len(), 500);
    assert_eq!((&rows[0]["id"], &rows[499]["id"]), (&503.into(), &4.into()));
}

#[tokio::test]
async fn large_bodies_are_kept_within_64_mib() {
    let app = app();
    let body = Bytes::from(vec![b'x'; 1024 * 1024]);
    for _ in 0..70 {
        app.deliver(Request::post("/").body(Body::from(body.clone())).unwrap())
            .await;
    }
    let rows = app.rows().await;
    assert!((60..64).contains(&rows.len()), "{}", rows.len());
    assert_eq!(rows[0]["id"], 70);
}

#[tokio::test]
async fn a_longer_body_passes_whole_and_its_beginning_is_kept() {
    let console = Console::builder(receiver()).signer(signer()).build();
    let app: Router = Router::new()
        .route(
            "/",
            post(async |body: Bytes| body.len().to_string()).layer(console.layer()),
        )
        .layer(axum::extract::DefaultBodyLimit::disable())
        .nest("/console", console.router());
    let frames = (0..5).map(|_| Ok::<_, Infallible>(Bytes::from(vec![b' '; 300_000])));
    let body = Body::from_stream(stream::iter(frames));
    let response = app
        .clone()
        .oneshot(Request::post("/").body(body).unwrap())
        .await
        .unwrap();
    assert_eq!(json(response).await, 1_500_000);
    let detail = own("/console/api/deliveries/1")
        .body(Body::empty())
        .unwrap();
    let detail = json(app.clone().oneshot(detail).await.unwrap()).await;
    assert_eq!(detail["body"]["truncated"], true);
    assert_eq!(detail["body"]["text"].as_str().unwrap().len(), 1024 * 1024);
    assert_eq!(
        detail.get("explanation"),
        None,
        "a part of a body proves nothing"
    );
    let export = own("/console/api/deliveries/1/export")
        .body(Body::empty())
        .unwrap();
    let export = app.oneshot(export).await.unwrap();
    assert_eq!(export.status(), StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_client_that_hangs_up_is_recorded_without_a_response() {
    let console = Console::builder(receiver()).build();
    let never = post(async |_: Bytes| std::future::pending::<()>().await);
    let app: Router = Router::new()
        .route("/", never.layer(console.layer()))
        .nest("/console", console.router());
    let request = Request::post("/").body(Body::from("{}")).unwrap();
    let waiting = app.clone().oneshot(request);
    tokio::time::timeout(Duration::from_millis(50), waiting)
        .await
        .unwrap_err();
    let list = own("/console/api/deliveries").body(Body::empty()).unwrap();
    let rows = json(app.oneshot(list).await.unwrap()).await;
    assert_eq!(
        (&rows[0]["verdict"], &rows[0]["status"]),
        (&"no response".into(), &Value::Null)
    );
}

#[tokio::test]
async fn a_body_that_nobody_sends_does_not_hold_the_response() {
    let console = Console::builder(receiver()).build();
    let handler = post(async || "at once").layer(console.layer());
    let app: Router = Router::new().route("/", handler);
    let never = stream::pending::<Result<Bytes, Infallible>>();
    let request = Request::post("/").body(Body::from_stream(never)).unwrap();
    let response = tokio::time::timeout(Duration::from_secs(10), app.oneshot(request)).await;
    assert_eq!(response.unwrap().unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn the_console_does_not_record_itself() {
    let console = Console::builder(receiver()).build();
    let app: Router = Router::new()
        .route("/", post(async || ()))
        .nest("/console", console.router())
        .layer(console.layer());
    let get = async |path: &str| {
        let request = own(path).body(Body::empty()).unwrap();
        json(app.clone().oneshot(request).await.unwrap()).await
    };
    get("/console").await;
    get("/console/api/deliveries").await;
    assert_eq!(get("/console/api/deliveries").await, Value::Array(vec![]));
}

#[tokio::test]
async fn payloads_are_decrypted_only_where_told_to() {
    let app = app_of(Console::builder(receiver()));
    app.deliver_signed("msg_1", voyado::EventType::PointsAdded.sample())
        .await;
    let detail = app.detail(&app.rows().await[0]).await;
    assert_eq!(detail["decrypted"], Value::Null);

    let app = app_of(Console::builder(receiver()).danger_show_decrypted::<voyado::Event>());
    app.deliver_signed("msg_1", voyado::EventType::PointsAdded.sample())
        .await;
    let detail = app.detail(&app.rows().await[0]).await;
    assert!(
        detail["decrypted"]
            .as_str()
            .unwrap()
            .contains("PointsAdded"),
        "{detail}"
    );
    // What is not verified is not decrypted either.
    app.deliver(Request::post("/").body(Body::from("{}")).unwrap())
        .await;
    let detail = app.detail(&app.rows().await[0]).await;
    assert_eq!(detail["decrypted"], Value::Null);
}

#[tokio::test]
async fn credentials_in_headers_are_hidden_on_the_page() {
    let app = app();
    let mut request = signer().request("msg_1", now(), "{}").map(Body::new);
    let headers = request.headers_mut();
    headers.insert("authorization", "Basic c2VjcmV0".parse().unwrap());
    headers.insert("cookie", "session=secret".parse().unwrap());
    app.deliver(request).await;
    let detail = app.detail(&app.rows().await[0]).await.to_string();
    assert!(detail.contains("authorization") && detail.contains("svix-signature"));
    assert!(!detail.contains("c2VjcmV0") && !detail.contains("session=secret"));
}

#[tokio::test]
async fn a_body_that_is_no_text_is_shown_as_bytes() {
    let app = app();
    app.deliver(
        Request::post("/")
            .body(Body::from(&b"\xff\x00"[..]))
            .unwrap(),
    )
    .await;
    let detail = app.detail(&app.rows().await[0]).await;
    assert_eq!(detail["body"]["base64"], "/wA=");
}
