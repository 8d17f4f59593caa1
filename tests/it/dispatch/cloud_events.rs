//! Deliveries in the envelope of `CloudEvents`.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use serde_json::{Value, json};
use tower::ServiceExt;
use tower_webhook::{
    dispatch::Forward,
    event::{RawEvent, Tagged, WebhookEvent},
};

use super::{
    delivered,
    forward::{LATER, TARGET_SECRET, ok, send, verifies},
};
use crate::support::ID;

async fn cloud_event<E: WebhookEvent>(
    content_type: Option<&'static str>,
    body: impl Into<Bytes>,
) -> Value {
    let target = ok().await;
    let forward = Forward::builder(target.url(), TARGET_SECRET)
        .event::<E>()
        .cloud_events("/webhooks/engage")
        .clock(|| Duration::from_secs(LATER))
        .build()
        .unwrap();
    let mut request = delivered::<E>(body);
    if let Some(content_type) = content_type {
        let value = HeaderValue::from_static(content_type);
        request.headers_mut().insert(CONTENT_TYPE, value);
    }
    let response = forward.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let received = target.take();
    assert_eq!(
        received[0].headers["content-type"],
        "application/cloudevents+json"
    );
    assert_eq!(received[0].headers["webhook-id"], ID);
    assert!(verifies(&received[0], TARGET_SECRET, 0));
    serde_json::from_slice(&received[0].body).unwrap()
}

#[tokio::test]
async fn a_cloud_event_has_a_json_body_as_its_data() {
    let body = r#"{"type":"invoice.paid","amount":1.00000000000000000001}"#;
    let event = cloud_event::<Tagged<Value>>(Some("application/json"), body).await;
    let expected = json!({
        "specversion": "1.0",
        "id": ID,
        "source": "/webhooks/engage",
        "type": "invoice.paid",
        "time": "2021-02-25T15:02:10Z",
        "datacontenttype": "application/json",
        "data": serde_json::from_str::<Value>(body).unwrap(),
    });
    assert_eq!(event, expected);
}

#[tokio::test]
async fn a_cloud_event_keeps_the_text_of_its_data() {
    let target = ok().await;
    let forward = Forward::builder(target.url(), TARGET_SECRET)
        .cloud_events("urn:engage")
        .build()
        .unwrap();
    let body = "\u{feff}{\"amount\": 1.00000000000000000001, \"name\": \"\\ud83d\"}";
    send(&forward, body).await;
    let sent = String::from_utf8(target.take()[0].body.to_vec()).unwrap();
    assert!(sent.contains(body.trim_start_matches('\u{feff}')), "{sent}");
}

#[tokio::test]
async fn what_is_not_json_is_in_a_cloud_event_as_base64() {
    for (content_type, body) in [
        (Some("application/x-www-form-urlencoded"), &b"a=b"[..]),
        (Some("text/plain"), b"5"),
        (Some("application/json"), b"{"),
        (None, b"\xff\xfe"),
        (Some("application/octet-stream"), b""),
    ] {
        let event = cloud_event::<RawEvent>(content_type, body).await;
        assert_eq!(event["data_base64"], STANDARD.encode(body), "{event}");
        assert_eq!(event.get("data"), None, "{event}");
        assert_eq!(
            event.get("datacontenttype").and_then(Value::as_str),
            content_type
        );
        assert_eq!(event["type"], "webhook", "{event}");
    }
    for content_type in [
        None,
        Some("application/vnd.api+JSON; charset=utf-8"),
        Some("text/json"),
    ] {
        let event = cloud_event::<RawEvent>(content_type, "[5]").await;
        assert_eq!(event["data"], json!([5]), "{event}");
        let expected = content_type.unwrap_or("application/json");
        assert_eq!(event["datacontenttype"], expected);
    }
}
