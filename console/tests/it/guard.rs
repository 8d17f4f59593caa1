use axum::{body::Body, extract::ConnectInfo};
use http::{Request, StatusCode, Version};
use std::net::SocketAddr;
use tower_webhook_console::Console;

use crate::support::{App, app, app_of, own, receiver};

const PATHS: [&str; 5] = [
    "/console",
    "/console/console.js",
    "/console/api/events",
    "/console/api/deliveries",
    "/console/api/inbox",
];

async fn status(app: &App, request: http::request::Builder) -> StatusCode {
    app.call(request.body(Body::empty()).unwrap())
        .await
        .status()
}

#[tokio::test]
async fn a_foreign_host_is_rejected_everywhere() {
    let app = app();
    let foreign = [
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "127.0.0.1.nip.io",
        "localhost@evil.example",
        "evil.example@localhost",
        "localhost.",
        "0.0.0.0",
        "127.0.0.2",
        "[::2]",
        "",
        "local host",
    ];
    for path in PATHS {
        for host in foreign {
            let request = Request::builder().uri(path).header("host", host);
            let status = status(&app, request).await;
            assert_eq!(status, StatusCode::MISDIRECTED_REQUEST, "{path} of {host}");
        }
        let none = Request::builder().uri(path);
        assert_eq!(
            status(&app, none).await,
            StatusCode::MISDIRECTED_REQUEST,
            "{path}"
        );
        let two = own(path).header("host", "evil.example");
        assert_eq!(
            status(&app, two).await,
            StatusCode::MISDIRECTED_REQUEST,
            "{path}"
        );
    }
}

#[tokio::test]
async fn this_machine_is_let_in_by_each_of_its_names() {
    let app = app();
    for host in [
        "127.0.0.1",
        "localhost",
        "LOCALHOST:8080",
        "[::1]",
        "[::1]:3000",
        "127.0.0.1:1",
    ] {
        let request = Request::builder().uri("/console").header("host", host);
        assert_eq!(status(&app, request).await, StatusCode::OK, "{host}");
    }
}

#[tokio::test]
async fn an_absolute_uri_cannot_hide_a_foreign_host() {
    let app = app();
    let hidden = Request::builder()
        .uri("http://localhost/console")
        .header("host", "evil.example");
    assert_eq!(status(&app, hidden).await, StatusCode::MISDIRECTED_REQUEST);
    let h2 = Request::builder()
        .version(Version::HTTP_2)
        .uri("http://localhost/console");
    assert_eq!(status(&app, h2).await, StatusCode::OK);
    let h2 = Request::builder()
        .version(Version::HTTP_2)
        .uri("http://evil.example/console");
    assert_eq!(status(&app, h2).await, StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn another_site_is_rejected_for_pages_data_streams_and_actions() {
    let app = app();
    for path in PATHS {
        for (name, value) in [
            ("origin", "http://evil.example"),
            ("origin", "http://localhost:9999"),
            ("origin", "null"),
            ("origin", "localhost"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            let request = own(path).header(name, value);
            let status = status(&app, request).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{path} with {name} {value}");
        }
    }
    for path in [
        "/console/api/clear",
        "/console/api/send",
        "/console/api/deliveries/1/replay",
    ] {
        let request = own(path)
            .method("POST")
            .header("origin", "http://evil.example");
        assert_eq!(status(&app, request).await, StatusCode::FORBIDDEN, "{path}");
        // A form of another page, in a browser that says nothing of it: it cannot send JSON.
        let request = own(path)
            .method("POST")
            .header("content-type", "text/plain");
        assert_eq!(
            status(&app, request).await,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_own_page_and_typed_addresses_are_let_in() {
    let app = app();
    for (name, value) in [
        ("origin", "http://localhost"),
        ("origin", "https://LOCALHOST"),
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-site", "none"),
    ] {
        let request = own("/console/api/deliveries").header(name, value);
        assert_eq!(
            status(&app, request).await,
            StatusCode::OK,
            "{name} {value}"
        );
    }
    let link = own("/console")
        .header("sec-fetch-site", "same-site")
        .header("sec-fetch-mode", "navigate");
    assert_eq!(status(&app, link).await, StatusCode::OK);
}

#[tokio::test]
async fn other_machines_are_rejected_where_they_are_known() {
    let from = |peer: &str| {
        let peer: SocketAddr = peer.parse().unwrap();
        own("/console/api/deliveries").extension(ConnectInfo(peer))
    };
    let app = app();
    assert_eq!(
        status(&app, from("192.0.2.1:5000")).await,
        StatusCode::FORBIDDEN
    );
    assert_eq!(status(&app, from("127.0.0.1:5000")).await, StatusCode::OK);
    assert_eq!(status(&app, from("[::1]:5000")).await, StatusCode::OK);
    assert_eq!(
        status(&app, from("[::ffff:127.0.0.1]:5000")).await,
        StatusCode::OK
    );
    let proxied = from("127.0.0.1:5000").header("x-forwarded-for", "192.0.2.1");
    assert_eq!(status(&app, proxied).await, StatusCode::FORBIDDEN);

    let open = Console::builder(receiver())
        .danger_bind_anywhere()
        .danger_allow_host("dev.example");
    let app = app_of(open);
    assert_eq!(status(&app, from("192.0.2.1:5000")).await, StatusCode::OK);
    let named = Request::builder()
        .uri("/console")
        .header("host", "dev.example:81");
    assert_eq!(status(&app, named).await, StatusCode::OK);
}

#[tokio::test]
async fn it_binds_to_loopback_only_unless_told() {
    let console = Console::builder(receiver()).build();
    let error = console
        .serve("0.0.0.0:0".parse().unwrap())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    let console = Console::builder(receiver()).danger_bind_anywhere().build();
    let serving = console.serve("0.0.0.0:0".parse().unwrap());
    let waited = tokio::time::timeout(std::time::Duration::from_millis(100), serving).await;
    assert!(waited.is_err(), "it serves until it is dropped: {waited:?}");
}

#[tokio::test]
async fn every_response_has_the_headers_of_a_careful_page() {
    let app = app();
    for path in PATHS {
        let response = app.call(own(path).body(Body::empty()).unwrap()).await;
        let headers = response.headers();
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none';"), "{path}");
        assert!(
            !policy.contains("unsafe") && !policy.contains("http"),
            "{path}"
        );
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["cache-control"], "no-store", "{path}");
        assert_eq!(headers["referrer-policy"], "same-origin", "{path}");
    }
}
