use axum::{Router, body::Body, routing::get};
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use tower::ServiceExt;
use tower_webhook_console::Console;

use crate::support::{app, own, receiver};

async fn text(router: &Router, path: &str) -> (StatusCode, String) {
    let request = own(path).body(Body::empty()).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn the_page_finds_its_assets_wherever_it_is_mounted() {
    let console = Console::builder(receiver()).build();
    let nested = Router::new().nest("/a/b", console.router());
    let service = Router::new().nest_service("/c", console.router());
    for (router, page, base) in [
        (&nested, "/a/b", "/a/b"),
        (&service, "/c", "/c"),
        (&service, "/c/", "/c"),
        (&console.router(), "/", ""),
    ] {
        let (status, html) = text(router, page).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        for asset in [
            "console.css",
            "console.js",
            "common.js",
            "pretty.js",
            "icon.svg",
        ] {
            let path = format!("{base}/{asset}");
            assert!(html.contains(&format!("\"{path}\"")), "{page} names {path}");
            assert_eq!(text(router, &path).await.0, StatusCode::OK, "{path}");
        }
    }
}

#[tokio::test]
async fn it_names_no_external_address_and_has_nothing_inline() {
    let console = Console::builder(receiver()).build();
    for path in [
        "/",
        "/console.css",
        "/console.js",
        "/common.js",
        "/pretty.js",
        "/icon.svg",
    ] {
        let (_, asset) = text(&console.router(), path).await;
        let asset = asset.replace("http://www.w3.org/2000/svg", "");
        for external in [
            "http:",
            "https:",
            "\"//",
            "@import",
            "url(",
            "style=\"",
            "onclick",
            "innerHTML",
        ] {
            assert!(!asset.contains(external), "{path} has {external}");
        }
    }
}

#[tokio::test]
async fn it_can_stand_beside_routes_and_a_fallback_of_the_app() {
    let console = Console::builder(receiver()).build();
    let app: Router = Router::new()
        .route("/", get(async || "app"))
        .nest("/console", console.router())
        .fallback(async || (StatusCode::NOT_FOUND, "the app's own"));
    assert_eq!(text(&app, "/").await.1, "app");
    assert_eq!(text(&app, "/elsewhere").await.1, "the app's own");
    assert_eq!(text(&app, "/console").await.0, StatusCode::OK);
    assert_eq!(
        text(&app, "/console/nothing").await.0,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let app = app();
    for path in [
        "/console/api/deliveries/7",
        "/console/api/inbox",
        "/console/api/deliveries/7/export",
    ] {
        let response = app.call(own(path).body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
    }
    let request = Request::builder()
        .uri("/console/api/deliveries/x")
        .header("host", "localhost");
    let response = app.call(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
}
