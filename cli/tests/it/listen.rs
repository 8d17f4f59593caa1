use reqwest::blocking::Client;
use serde_json::json;

use crate::support::{Listening, OTHER_SECRET, SECRET, run, run_with_input};

pub(crate) fn client() -> Client {
    Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

fn send(url: &str, args: &[&str]) -> crate::support::Output {
    run(&[&["send", url], args].concat())
}

#[test]
fn the_console_shows_what_came() {
    let mut listening = Listening::start(&["--secret", SECRET]);
    assert!(listening.console.ends_with("/console"));
    let page = client().get(&listening.console).send().unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.text().unwrap().contains("<title>"));
    let slash = client()
        .get(format!("{}/", listening.console))
        .send()
        .unwrap();
    assert_eq!(slash.headers()["location"], "/console");

    assert_eq!(
        send(&listening.url, &["contact.created", "--secret", SECRET]).code,
        0
    );
    assert_eq!(listening.line()["verdict"], "verified");
    let listed = client()
        .get(format!("{}/api/deliveries", listening.console))
        .send()
        .unwrap();
    let listed = listed.text().unwrap();
    assert!(listed.contains("contact.created"), "{listed}");
}

#[test]
fn every_path_takes_deliveries_and_a_rejected_one_has_its_cause() {
    let mut listening = Listening::start(&["--secret", OTHER_SECRET, "--secret", SECRET]);
    let root = listening.url.strip_suffix("/webhooks").unwrap().to_owned();
    for path in ["", "/", "/a/b?c=d", "/consoles"] {
        assert_eq!(
            send(&format!("{root}{path}"), &["--secret", SECRET]).code,
            0,
            "{path}"
        );
        assert_eq!(listening.line()["status"], 200);
    }
    let signed = run_with_input(&["sign", "--secret", SECRET, "--json"], "{\"a\":1}").json();
    let mut request = client().post(&root).body("{\"a\": 1}");
    for (name, value) in signed["headers"].as_object().unwrap() {
        request = request.header(name, value.as_str().unwrap());
    }
    assert_eq!(request.send().unwrap().status(), 401);
    let line = listening.line();
    assert_eq!(line["verdict"], "signature_mismatch");
    assert!(
        line["causes"][0]
            .as_str()
            .unwrap()
            .starts_with("body_reserialized: "),
        "{line}"
    );
}

#[test]
fn without_a_secret_one_is_made_and_shown() {
    for provider in ["standard-webhooks", "github", "adyen", "postmark", "klarna"] {
        let mut listening = Listening::start(&["--provider", provider]);
        let secret = listening.secret.clone().unwrap();
        let args = ["--provider", provider, "--secret", secret.as_str()];
        assert_eq!(send(&listening.url, &args).code, 0, "{provider}");
        assert_eq!(listening.line()["verdict"], "verified", "{provider}");
    }
    let public = run(&["listen", "--port", "0", "--provider", "discord"]);
    assert_eq!(public.code, 2);
    assert!(public.stderr.contains("--secret"), "{}", public.stderr);
}

#[test]
fn a_forwarded_request_arrives_unchanged_and_its_response_comes_back() {
    let target = axum_target();
    let mut listening =
        Listening::start(&["--secret", SECRET, "--forward", &format!("{target}/hooks")]);
    let body = "{ \"type\" : \"a.b\" }\n";
    let signed = run_with_input(&["sign", "--secret", SECRET, "--json"], body).json();
    let mut request = client()
        .post(&listening.url)
        .body(body)
        .header("content-type", "application/json; charset=utf-8")
        .header("connection", "close, x-hop")
        .header("x-hop", "1")
        .header("x-end", "2");
    for (name, value) in signed["headers"].as_object().unwrap() {
        request = request.header(name, value.as_str().unwrap());
    }
    let response = request.send().unwrap();
    assert_eq!(response.status(), 418);
    assert_eq!(response.headers()["x-target"], "yes");
    let seen: serde_json::Value = serde_json::from_str(&response.text().unwrap()).unwrap();
    assert_eq!(seen["method"], "POST");
    assert_eq!(seen["uri"], "/hooks");
    assert_eq!(seen["body"], body);
    let headers = &seen["headers"];
    assert_eq!(headers["content-type"], "application/json; charset=utf-8");
    assert_eq!(headers["x-end"], "2");
    assert_eq!(headers["x-hop"], json!(null));
    assert_eq!(
        headers["webhook-signature"],
        signed["headers"]["webhook-signature"]
    );
    assert_eq!(headers["host"], target.strip_prefix("http://").unwrap());
    let line = listening.line();
    assert_eq!(
        (&line["forwarded"], &line["status"]),
        (&json!(418), &json!(418))
    );

    // What is not genuine does not get there.
    assert_eq!(send(&listening.url, &["--secret", OTHER_SECRET]).code, 1);
    let line = listening.line();
    assert_eq!(
        (&line["forwarded"], &line["status"]),
        (&json!(null), &json!(401))
    );
}

#[test]
fn a_target_that_is_not_there_is_502() {
    let mut listening = Listening::start(&["--secret", SECRET, "--forward", "http://127.0.0.1:1/"]);
    assert!(
        send(&listening.url, &["--secret", SECRET])
            .stdout
            .starts_with("502: 1\n")
    );
    let line = listening.line();
    assert_eq!(line["verdict"], "verified");
    assert!(
        line["forward_error"].as_str().unwrap().contains("refused"),
        "{line}"
    );
}

#[test]
fn it_ends_with_exit_code_0_and_says_when_it_cannot_start() {
    let listening = Listening::start(&["--secret", SECRET]);
    let port = listening
        .url
        .rsplit(':')
        .next()
        .unwrap()
        .split('/')
        .next()
        .unwrap()
        .to_owned();
    let taken = run(&["listen", "--port", &port, "--secret", SECRET]);
    assert_eq!(taken.code, 2);
    assert!(taken.stderr.contains("cannot listen"), "{}", taken.stderr);
    for (signal, listening) in [
        ("TERM", listening),
        ("INT", Listening::start(&["--secret", SECRET])),
    ] {
        assert_eq!(listening.end(signal), (Some(0), String::new()));
    }
    assert_eq!(
        run(&["listen", "--port", "0", "--secret", "whsec_%%"]).code,
        2
    );
    let no_terminal = run(&["listen", "--port", "0", "--tui"]);
    assert_eq!(no_terminal.code, 2);
    assert!(no_terminal.stderr.contains("terminal"));
}

#[test]
fn a_body_over_the_limit_is_413() {
    let mut listening = Listening::start(&["--secret", SECRET]);
    let response = client()
        .post(&listening.url)
        .body(vec![b' '; 1024 * 1024 + 1])
        .send()
        .unwrap();
    assert_eq!(response.status(), 413);
    assert_eq!(listening.line()["verdict"], "body_too_large");
}

#[test]
fn the_terminal_view_shows_the_urls_and_q_quits() {
    use std::{
        io::{Read, Write},
        process::{Command, Stdio},
    };

    let binary = env!("CARGO_BIN_EXE_tower-webhook");
    let in_terminal =
        format!("stty rows 40 cols 120; {binary} listen --port 0 --tui --secret {SECRET}");
    let mut child = Command::new("script")
        .args([
            "--quiet",
            "--flush",
            "--return",
            "--command",
            &in_terminal,
            "/dev/null",
        ])
        .env("TERM", "xterm")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut shown = Vec::new();
    let mut stdout = child.stdout.take().unwrap();
    let mut buffer = [0; 4096];
    while !String::from_utf8_lossy(&shown).contains("Nothing") {
        let read = stdout.read(&mut buffer).unwrap();
        assert!(read > 0, "{}", String::from_utf8_lossy(&shown));
        shown.extend_from_slice(&buffer[..read]);
    }
    assert!(String::from_utf8_lossy(&shown).contains("/console"));
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"q").unwrap();
    stdout.read_to_end(&mut shown).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// A server that responds 418 with what it saw.
fn axum_target() -> String {
    use axum::{
        Router,
        body::Bytes,
        http::{HeaderMap, Method, StatusCode, Uri},
        response::IntoResponse,
    };

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async move {
            let target = async |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
                let headers: serde_json::Map<_, _> = headers
                    .iter()
                    .map(|(name, value)| (name.to_string(), value.to_str().unwrap().into()))
                    .collect();
                let body = String::from_utf8(body.to_vec()).unwrap();
                let seen = json!({ "method": method.as_str(), "uri": uri.to_string(), "headers": headers, "body": body });
                (StatusCode::IM_A_TEAPOT, [("x-target", "yes")], seen.to_string()).into_response()
            };
            let app = Router::new().fallback(target);
            axum::serve(tokio::net::TcpListener::from_std(listener).unwrap(), app).await.unwrap();
        });
    });
    url
}
