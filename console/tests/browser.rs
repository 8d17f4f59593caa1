//! The page in Chromium, through Playwright: what a person and a screen reader get, and what a page of another site can do.
//!
//! It needs `node`, `npm` and `chromium` (or `CHROMIUM`, its path). Without them it says what was skipped; with `CI` set
//! that is a failure. `PICTURES`, a directory, keeps pictures of the page.

use std::{
    convert::Infallible,
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use axum::{
    Json as JsonResponse, Router,
    response::Html,
    routing::{get, post},
};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use serde_json::Value;
use tokio::net::TcpListener;
use tower::{Layer, ServiceExt, service_fn};
use tower_webhook::{
    Delivery, Json, Receiver, Timestamp, WebhookLayer,
    inbox::{Enqueue, Inbox, Schedule, SqliteInbox, Worker},
    testing::Signer,
};
use tower_webhook_console::{Console, Sample};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const PACKAGES: [&str; 2] = ["playwright-core@1.65.1", "axe-core@4.14.1"];
const CHECKS: [&str; 11] = [
    "a delivery appears within a second",
    "a payload is laid out and nothing else of it changes",
    "a rejected one shows its cause",
    "replay reaches the handler, as the same and as a new message",
    "a payload with HTML and script is shown as text",
    "the list is searched and filtered",
    "a dead letter is redriven",
    "the keyboard alone does everything",
    "axe finds nothing serious",
    "it fits at both widths, light and dark",
    "a page of another site does nothing",
];

#[tokio::test(flavor = "multi_thread")]
async fn the_page_works_in_a_browser() {
    let tools = match tools() {
        Ok(tools) => tools,
        Err(missing) => {
            assert!(env::var_os("CI").is_none(), "{missing}");
            eprintln!("SKIPPED, the console was not tested in a browser: {missing}");
            return;
        }
    };
    let directory = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let app = app(SqliteInbox::open(directory.path().join("inbox.db")).unwrap()).await;
    let serving = tokio::spawn(async { axum::serve(listener, app).await });

    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/run.mjs");
    let pictures = env::var("PICTURES").unwrap_or_default();
    let run = tokio::task::spawn_blocking(move || {
        Command::new("node")
            .arg(script)
            .args([&origin, SECRET, &pictures])
            .env("NODE_MODULES", tools.modules)
            .env("CHROMIUM", tools.chromium)
            .output()
    });
    let run = run.await.unwrap().unwrap();
    serving.abort();
    let (out, err) = (
        String::from_utf8_lossy(&run.stdout),
        String::from_utf8_lossy(&run.stderr),
    );
    assert!(run.status.success(), "{out}{err}");
    for check in CHECKS
        .into_iter()
        .chain(["no console error, and no request to another host"])
    {
        assert!(
            out.contains(&format!("passed: {check}\n")),
            "{check} did not run: {out}"
        );
    }
}

/// Webhooks, the console, the ids that were handled, a page of another site, and one dead letter that the next attempt
/// delivers.
async fn app(inbox: SqliteInbox) -> Router {
    let receiver = Receiver::builder(SECRET).build().unwrap();
    let signer = Signer::new(SECRET).unwrap();
    let now = Timestamp::from(SystemTime::now());

    let store = Enqueue::new(inbox.clone(), &receiver);
    let store = WebhookLayer::<Bytes>::new(receiver.clone()).layer(store);
    store
        .oneshot(signer.request("msg_dead", now, r#"{"type":"order.stored"}"#))
        .await
        .unwrap();
    let has_failed = Arc::new(AtomicBool::new(false));
    let target = service_fn(move |_: Request<Full<Bytes>>| {
        let is_known = has_failed.swap(true, Ordering::Relaxed);
        let status = if is_known {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        };
        async move { Ok::<_, Infallible>(Response::builder().status(status).body(()).unwrap()) }
    });
    let worker = Worker::new(inbox.clone(), receiver.clone(), target)
        .schedule(Schedule::new([]))
        .poll_interval(Duration::from_millis(100));
    tokio::spawn(worker.run(std::future::pending()));

    let console = Console::builder(receiver.clone())
        .event::<Json<Value>>()
        .signer(signer)
        .samples([
            Sample::new("order.paid", r#"{"type":"order.paid"}"#),
            Sample::new("order.sent", r#"{"type":"order.sent"}"#),
        ])
        .inbox(Arc::new(inbox) as Arc<dyn Inbox>)
        .build();
    let handled = Arc::new(Mutex::new(Vec::new()));
    let ids = Arc::clone(&handled);
    let on_event = async move |delivery: Delivery<Json<Value>>| {
        ids.lock().unwrap().push(delivery.id().to_string());
    };
    let webhooks = WebhookLayer::new(receiver).decode::<Json<Value>>();
    Router::new()
        .route(
            "/webhooks",
            post(on_event).layer(webhooks).layer(console.layer()),
        )
        .route(
            "/handled",
            get(async move || JsonResponse(handled.lock().unwrap().clone())),
        )
        .route(
            "/other-site",
            get(async || Html("<!doctype html><title>Another site</title>")),
        )
        .nest("/console", console.router())
}

struct Tools {
    chromium: PathBuf,
    modules: PathBuf,
}

fn tools() -> Result<Tools, String> {
    let chromium =
        env::var_os("CHROMIUM").map_or_else(|| "/usr/bin/chromium".into(), PathBuf::from);
    if !chromium.exists() {
        return Err(format!("there is no chromium at {}", chromium.display()));
    }
    // Below `target/`, beside what Cargo keeps there.
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("console-browser");
    let modules = directory.join("node_modules");
    if !PACKAGES.iter().all(|package| {
        let name = package.split('@').next().unwrap_or_default();
        modules.join(name).exists()
    }) {
        std::fs::create_dir_all(&directory).map_err(|error| error.to_string())?;
        let npm = Command::new("npm")
            .args([
                "install",
                "--no-audit",
                "--no-fund",
                "--no-save",
                "--prefix",
            ])
            .arg(&directory)
            .args(PACKAGES)
            .output()
            .map_err(|error| format!("npm does not run: {error}"))?;
        if !npm.status.success() {
            return Err(format!(
                "npm installs nothing: {}",
                String::from_utf8_lossy(&npm.stderr)
            ));
        }
    }
    Ok(Tools { chromium, modules })
}
