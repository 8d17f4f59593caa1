//! An app with a webhook route and a console.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use axum::{Router, body::Body, routing::post};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;
use tower_webhook::{Delivery, Json, Receiver, Timestamp, WebhookLayer, testing::Signer};
use tower_webhook_console::{Console, ConsoleBuilder, Sample};

pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

pub(crate) struct App {
    pub(crate) router: Router,
    /// The ids that reached the handler.
    pub(crate) handled: Arc<Mutex<Vec<String>>>,
}

pub(crate) fn receiver() -> Receiver {
    Receiver::builder(SECRET).build().unwrap()
}

pub(crate) fn signer() -> Signer {
    Signer::new(SECRET).unwrap()
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from(SystemTime::now())
}

pub(crate) fn app() -> App {
    app_of(
        Console::builder(receiver())
            .signer(signer())
            .samples([Sample::new("a", r#"{"type":"a"}"#)]),
    )
}

pub(crate) fn app_of(console: ConsoleBuilder) -> App {
    let console = console.build();
    let handled = Arc::new(Mutex::new(Vec::new()));
    let ids = Arc::clone(&handled);
    let handler = async move |delivery: Delivery<Json<Value>>| {
        ids.lock().unwrap().push(delivery.id().to_string());
        "done"
    };
    let webhooks = WebhookLayer::new(receiver()).decode::<Json<Value>>();
    let router = Router::new()
        .route(
            "/webhooks",
            post(handler).layer(webhooks).layer(console.layer()),
        )
        .nest("/console", console.router());
    App { router, handled }
}

impl App {
    pub(crate) async fn deliver(&self, request: Request<impl Into<Body>>) -> StatusCode {
        let mut request = request.map(Into::into);
        *request.uri_mut() = "/webhooks".parse().unwrap();
        self.call(request).await.status()
    }

    /// Signs and delivers.
    pub(crate) async fn deliver_signed(&self, id: &str, body: &'static str) -> StatusCode {
        self.deliver(signer().request(id, now(), body).map(Body::new))
            .await
    }

    pub(crate) async fn call(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let response = self.call(own(path).body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        json(response).await
    }

    pub(crate) async fn post(&self, path: &str, content: &str) -> (StatusCode, Value) {
        let request = own(path)
            .method("POST")
            .header("origin", "http://localhost")
            .header("content-type", "application/json");
        let response = self
            .call(request.body(Body::from(content.to_owned())).unwrap())
            .await;
        (response.status(), json(response).await)
    }

    /// The rows of the list, newest first.
    pub(crate) async fn rows(&self) -> VecDeque<Value> {
        let rows = self.get("/console/api/deliveries").await;
        rows.as_array().unwrap().iter().cloned().collect()
    }

    pub(crate) async fn detail(&self, row: &Value) -> Value {
        self.get(&format!("/console/api/deliveries/{}", row["id"]))
            .await
    }

    pub(crate) fn handled(&self) -> Vec<String> {
        self.handled.lock().unwrap().clone()
    }
}

/// A request by the console's own page.
pub(crate) fn own(path: &str) -> http::request::Builder {
    Request::builder().uri(path).header("host", "localhost")
}

/// A body as JSON, or as a string.
pub(crate) async fn json(response: Response<Body>) -> Value {
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let text = String::from_utf8(body.to_vec()).unwrap();
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

/// The next event of an event stream.
pub(crate) async fn next_event(body: &mut Body) -> String {
    let frame = tokio::time::timeout(Duration::from_secs(10), body.frame());
    let frame = frame.await.expect("an event in time").unwrap().unwrap();
    String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap()
}
