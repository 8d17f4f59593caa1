//! The configurations of the guide "behind a proxy", run by a real nginx and a real `HAProxy` in front of an axum app.

use std::{
    convert::Infallible,
    env, fs,
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    pin::Pin,
    process::{Child, Command, Stdio},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use axum::{Router, routing::post};
use bytes::Bytes;
use http_body::{Body, Frame};
use reqwest::{Client, StatusCode};
use tower_webhook::{Delivery, Receiver, SourceIp, Timestamp, WebhookLayer};

use crate::support::{ID, NOW, SECRET, signer, skip};

const NGINX: &str = include_str!("../../docs/guides/proxy/nginx.conf");
const HAPROXY: &str = include_str!("../../docs/guides/proxy/haproxy.cfg");

/// The address that the proxies have, at both of their sides.
const PROXY: Ipv4Addr = Ipv4Addr::LOCALHOST;
/// Where genuine deliveries come from.
const SENDER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
const STRANGER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 3);

/// The app on a port of its own: it answers with the body that its handler got.
async fn serve_app() -> u16 {
    let receiver = Receiver::builder([SECRET])
        .clock(|| Duration::from_secs(NOW))
        .source_ip(SourceIp::allow(SENDER.to_string()).trusted_proxies(PROXY.to_string()))
        .build()
        .unwrap();
    let handler = |delivery: Delivery<Bytes>| async move { delivery.event().clone() };
    let layer = WebhookLayer::new(receiver);
    let app = Router::new().route("/webhooks/engage", post(handler).layer(layer));
    let listener = tokio::net::TcpListener::bind((PROXY, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async { axum::serve(listener, service).await });
    port
}

/// A proxy that runs the guide's configuration, with other ports, until it is dropped.
struct Proxy {
    port: u16,
    process: Child,
    directory: PathBuf,
}

impl Proxy {
    fn nginx(upstream: u16) -> Option<Self> {
        let main = "daemon off; master_process off; pid nginx.pid; error_log stderr;
            events {}
            http {
                access_log off;
                client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi; scgi_temp_path scgi;
                include webhooks.conf;
            }";
        Self::start_or_skip("nginx", "-v", upstream, |port, upstream, directory| {
            let server = edited(NGINX, "listen 80;", &format!("listen {PROXY}:{port};"));
            let server = edited(&server, "127.0.0.1:8080;", &format!("{PROXY}:{upstream};"));
            fs::write(directory.join("webhooks.conf"), server).unwrap();
            fs::write(directory.join("nginx.conf"), main).unwrap();
            let mut command = Command::new("nginx");
            command
                .arg("-p")
                .arg(directory)
                .args(["-c", "nginx.conf", "-e", "stderr"]);
            command
        })
    }

    fn haproxy(upstream: u16) -> Option<Self> {
        Self::start_or_skip("haproxy", "-v", upstream, |port, upstream, directory| {
            let config = edited(HAPROXY, "bind :80\n", &format!("bind {PROXY}:{port}\n"));
            let config = edited(
                &config,
                "127.0.0.1:8080\n",
                &format!("{PROXY}:{upstream}\n"),
            );
            let path = directory.join("haproxy.cfg");
            fs::write(&path, config).unwrap();
            let mut command = Command::new("haproxy");
            command.arg("-db").arg("-f").arg(path);
            command
        })
    }

    /// Without the program on this machine it says loudly what is skipped; in CI that is a failure.
    fn start_or_skip(
        program: &str,
        version: &str,
        upstream: u16,
        configure: impl FnOnce(u16, u16, &Path) -> Command,
    ) -> Option<Self> {
        let installed = Command::new(program)
            .arg(version)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if installed.is_err() {
            skip("the guide's proxies", &format!("there is no {program}"));
            return None;
        }
        let port = free_port();
        let directory = env::temp_dir().join(format!("tower-webhook-{program}-{port}"));
        fs::create_dir_all(&directory).unwrap();
        let process = configure(port, upstream, &directory)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let proxy = Self {
            port,
            process,
            directory,
        };
        let started = Instant::now();
        while TcpStream::connect((PROXY, port)).is_err() {
            assert!(started.elapsed() < Duration::from_secs(10), "no {program}");
            std::thread::sleep(Duration::from_millis(10));
        }
        Some(proxy)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// The configuration with one thing changed that it has exactly once.
fn edited(config: &str, from: &str, to: &str) -> String {
    assert_eq!(config.matches(from).count(), 1, "{from}");
    config.replace(from, to)
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((PROXY, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// What comes of a genuine request from an address, with headers of the sender's own.
async fn post_from(
    source: Ipv4Addr,
    port: u16,
    forged: &[(&'static str, &str)],
    body: reqwest::Body,
    signed: &Bytes,
) -> (StatusCode, Bytes) {
    let client = Client::builder()
        .no_proxy()
        .local_address(IpAddr::V4(source))
        .build()
        .unwrap();
    let at = Timestamp::from_unix_seconds(NOW);
    let headers = signer().request(ID, at, signed.clone()).headers().clone();
    let mut request = client
        .post(format!("http://{PROXY}:{port}/webhooks/engage"))
        .headers(headers)
        .header("content-type", "application/json")
        .body(body);
    for (name, value) in forged {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    (response.status(), response.bytes().await.unwrap())
}

/// Bodies that something on the way would change if it read them as text, as JSON or as a form.
fn bodies() -> [Bytes; 5] {
    [
        Bytes::from_static(b"{ \"a\" : 1.50,\r\n\t\"\\u00e9\": \"\xc3\xa9\" }\n"),
        Bytes::from_static(b"\xef\xbb\xbf{}"),
        Bytes::from_static(b"\xff\x00\xfe a=b&c=%20+"),
        Bytes::new(),
        Bytes::from(vec![b'x'; 900 * 1024]),
    ]
}

/// A body without a length, last chunk first.
struct Chunks(Vec<Bytes>);

impl Body for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop().map(|chunk| Ok(Frame::data(chunk))))
    }
}

/// The proxy, or the chain of them, tells the app who connected and leaves the body alone.
async fn assert_guarded(port: u16) {
    for body in bodies() {
        let (status, seen) = post_from(SENDER, port, &[], body.clone().into(), &body).await;
        assert_eq!((status, &seen), (StatusCode::OK, &body));
    }

    let body = Bytes::from_static(br#"{"chunked": true}"#);
    let chunked = reqwest::Body::wrap(Chunks(vec![body.slice(5..), body.slice(..5)]));
    let (status, seen) = post_from(SENDER, port, &[], chunked, &body).await;
    assert_eq!((status, seen), (StatusCode::OK, body.clone()));

    let sender = SENDER.to_string();
    let forged = format!("for={sender}");
    for headers in [
        &[][..],
        &[("x-forwarded-for", sender.as_str())],
        &[("x-forwarded-for", "127.0.0.2, 127.0.0.1")],
        &[
            ("x-forwarded-for", "127.0.0.2"),
            ("x-forwarded-for", "127.0.0.2"),
        ],
        &[
            ("x-real-ip", sender.as_str()),
            ("forwarded", forged.as_str()),
        ],
    ] {
        let (status, seen) = post_from(STRANGER, port, headers, body.clone().into(), &body).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{headers:?}");
        assert_eq!(seen, Bytes::new(), "{headers:?}");
    }

    let stranger = STRANGER.to_string();
    let headers = &[("x-forwarded-for", stranger.as_str())];
    let (status, _) = post_from(SENDER, port, headers, body.clone().into(), &body).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn the_guides_nginx_tells_who_connected_and_leaves_the_body_alone() {
    let app = serve_app().await;
    if let Some(nginx) = Proxy::nginx(app) {
        assert_guarded(nginx.port).await;
    }
}

#[tokio::test]
async fn the_guides_haproxy_tells_who_connected_and_leaves_the_body_alone() {
    let app = serve_app().await;
    if let Some(haproxy) = Proxy::haproxy(app) {
        assert_guarded(haproxy.port).await;
    }
}

#[tokio::test]
async fn haproxy_in_front_of_nginx_tells_who_connected_and_leaves_the_body_alone() {
    let app = serve_app().await;
    let Some(nginx) = Proxy::nginx(app) else {
        return;
    };
    if let Some(haproxy) = Proxy::haproxy(nginx.port) {
        assert_guarded(haproxy.port).await;
    }
}

#[tokio::test]
async fn a_stranger_that_gets_past_the_proxy_speaks_for_nobody() {
    let app = serve_app().await;
    let body = Bytes::from_static(b"{}");
    let sender = SENDER.to_string();
    let headers = &[("x-forwarded-for", sender.as_str())];
    let (status, _) = post_from(STRANGER, app, headers, body.clone().into(), &body).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}
