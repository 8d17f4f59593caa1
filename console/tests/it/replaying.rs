use std::{sync::Arc, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use http::{Request, StatusCode};
use tower::{Layer, ServiceExt, service_fn};
use tower_webhook::{
    Timestamp, WebhookLayer,
    inbox::{Enqueue, Inbox as _, Schedule, SqliteInbox, Worker},
};
use tower_webhook_console::{Console, Sample};

use crate::support::{app, app_of, now, receiver, signer};

#[tokio::test]
async fn a_replay_reaches_the_handler_as_the_same_and_as_a_new_message() {
    let app = app();
    app.deliver_signed("msg_1", r#"{"type":"a"}"#).await;
    let (status, replayed) = app
        .post("/console/api/deliveries/1/replay", r#"{"as":"same"}"#)
        .await;
    assert_eq!((status, &replayed["status"]), (StatusCode::OK, &200.into()));
    let (_, replayed) = app
        .post("/console/api/deliveries/1/replay", r#"{"as":"new"}"#)
        .await;
    assert_eq!(replayed["status"], 200);
    let handled = app.handled();
    assert_eq!(&handled[..2], ["msg_1", "msg_1"]);
    assert!(handled[2].starts_with("msg_console_"), "{handled:?}");
    let rows = app.rows().await;
    assert_eq!(rows.len(), 3);
    assert!(rows[0]["from_console"] == true && rows[2]["from_console"] == false);
}

#[tokio::test]
async fn what_was_forged_is_replayed_as_it_came() {
    let app = app();
    let mut request = signer().request("msg_1", now(), "{}").map(Body::new);
    request
        .headers_mut()
        .insert("svix-signature", "v1,AAAA".parse().unwrap());
    app.deliver(request).await;
    let (_, replayed) = app
        .post("/console/api/deliveries/1/replay", r#"{"as":"same"}"#)
        .await;
    assert!(replayed["status"].as_u64().unwrap() >= 400);
    assert_eq!(app.handled(), Vec::<String>::new());
}

#[tokio::test]
async fn an_old_delivery_is_replayed_with_a_fresh_signature() {
    let app = app();
    let old = Timestamp::from_unix_seconds(now().unix_seconds() - 3600);
    app.deliver(signer().request("msg_old", old, "{}").map(Body::new))
        .await;
    assert_eq!(app.handled(), Vec::<String>::new());
    app.post("/console/api/deliveries/1/replay", r#"{"as":"same"}"#)
        .await;
    assert_eq!(app.handled(), ["msg_old"]);
}

#[tokio::test]
async fn without_a_signer_nothing_new_is_made() {
    let app = app_of(Console::builder(receiver()));
    app.deliver_signed("msg_1", "{}").await;
    let (status, _) = app
        .post("/console/api/deliveries/1/replay", r#"{"as":"new"}"#)
        .await;
    assert_eq!(status, StatusCode::CONFLICT);
    let (status, _) = app
        .post("/console/api/send", r#"{"sample":"","body":"{}"}"#)
        .await;
    assert_eq!(status, StatusCode::CONFLICT);
    let (status, _) = app
        .post("/console/api/deliveries/1/replay", r#"{"as":"same"}"#)
        .await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(app.handled(), ["msg_1", "msg_1"]);
}

#[tokio::test]
async fn a_sample_reaches_the_handler_with_its_headers() {
    let kind = Sample::new("typed", "{}").header(
        http::HeaderName::from_static("x-kind"),
        http::HeaderValue::from_static("typed"),
    );
    let app = app_of(
        Console::builder(receiver())
            .signer(signer())
            .samples([kind]),
    );
    // The route is built, as it is when a server takes its first connection.
    let app = crate::support::App {
        router: app.router.with_state(()),
        ..app
    };
    let sent = r#"{"sample":"typed","body":"{\"type\":\"edited\"}"}"#;
    let (status, answer) = app.post("/console/api/send", sent).await;
    assert_eq!((status, &answer["status"]), (StatusCode::OK, &200.into()));
    assert_eq!(app.handled().len(), 1);
    let row = &app.rows().await[0];
    assert_eq!(row["type"], "edited");
    assert!(
        app.detail(row).await["headers"]
            .to_string()
            .contains("x-kind")
    );
    let (status, _) = app
        .post("/console/api/send", r#"{"sample":"other","body":"{}"}"#)
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_sample_finds_the_handler_among_the_services_of_a_router() {
    let console = Console::builder(receiver()).signer(signer()).build();
    let handler = service_fn(async |_: Request<Body>| {
        Ok::<_, std::convert::Infallible>(http::Response::new(Body::from("handled")))
    });
    let webhooks = WebhookLayer::<Bytes>::new(receiver()).inner_body::<Body>();
    let router = axum::Router::new()
        .route("/webhooks", axum::routing::post_service(handler))
        .layer(webhooks)
        .layer(console.layer())
        .nest("/console", console.router())
        .with_state(());
    let app = crate::support::App {
        router,
        handled: Arc::default(),
    };
    let sent = r#"{"sample":"","body":"{}"}"#;
    for count in 1..=2 {
        let (status, answer) = app.post("/console/api/send", sent).await;
        assert_eq!((status, &answer["status"]), (StatusCode::OK, &200.into()));
        let rows = app.rows().await;
        assert_eq!(
            rows.len(),
            count,
            "nothing is listed but what reached the handler"
        );
        assert_eq!(app.detail(&rows[0]).await["response_body"], "handled");
    }

    let alone = Console::builder(receiver()).signer(signer()).build();
    let app = crate::support::App {
        router: axum::Router::new().nest("/console", alone.router()),
        handled: Arc::default(),
    };
    let (status, _) = app.post("/console/api/send", sent).await;
    assert_eq!(status, StatusCode::CONFLICT, "there is no handler");
}

async fn until_dead(inbox: SqliteInbox) {
    while inbox
        .stats()
        .await
        .unwrap()
        .iter()
        .all(|target| target.dead == 0)
    {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_dead_letter_is_shown_and_redriven() {
    let directory = tempfile::tempdir().unwrap();
    let inbox = SqliteInbox::open(directory.path().join("inbox.db")).unwrap();
    let store =
        WebhookLayer::<Bytes>::new(receiver()).layer(Enqueue::new(inbox.clone(), &receiver()));
    let accepted = store
        .oneshot(signer().request("msg_dead", now(), r#"{"type":"a"}"#))
        .await;
    assert_eq!(accepted.unwrap().status(), StatusCode::ACCEPTED);
    let failing = service_fn(async |_: Request<http_body_util::Full<Bytes>>| {
        let gone = http::Response::builder().status(StatusCode::UNPROCESSABLE_ENTITY);
        Ok::<_, std::convert::Infallible>(gone.body(()).unwrap())
    });
    let worker = Worker::new(inbox.clone(), receiver(), failing);
    let worker = worker
        .schedule(Schedule::new([]))
        .run(until_dead(inbox.clone()));
    worker.await;

    let app = app_of(Console::builder(receiver()).inbox(Arc::new(inbox.clone())));
    let shown = app.get("/console/api/inbox").await;
    assert_eq!(shown["dead"][0]["id"], "msg_dead");
    assert_eq!(shown["dead"][0]["last_status"], 422);
    assert_eq!(
        (
            &shown["targets"][0]["dead"],
            &shown["targets"][0]["waiting"]
        ),
        (&1.into(), &0.into())
    );
    let (status, _) = app
        .post("/console/api/inbox/redrive", r#"{"id":"msg_dead"}"#)
        .await;
    assert_eq!(status, StatusCode::OK);
    let shown = app.get("/console/api/inbox").await;
    assert_eq!(
        (
            &shown["targets"][0]["dead"],
            &shown["targets"][0]["waiting"]
        ),
        (&0.into(), &1.into())
    );
    let (status, _) = app
        .post("/console/api/inbox/redrive", r#"{"id":"msg_dead"}"#)
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
