//! The forms in which a request can be captured.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;

use crate::support::{SECRET, run, run_with_input, signed_request};

const BODY: &str = "{\"name\": \"Åsa\"}\n";
const EXPLAIN: [&str; 4] = ["explain", "--secret", SECRET, "--json"];

fn request() -> String {
    signed_request(&["--secret", SECRET], BODY)
}

/// Its headers, name and value.
fn headers() -> Vec<(String, String)> {
    let request = request();
    let (head, _) = request.split_once("\r\n\r\n").unwrap();
    let lines = head
        .lines()
        .skip(1)
        .map(|line| line.split_once(": ").unwrap());
    lines
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn assert_verified(capture: impl AsRef<[u8]>) {
    let explained = run_with_input(&EXPLAIN, &capture);
    let shown = String::from_utf8_lossy(capture.as_ref());
    assert_eq!(explained.code, 0, "{explained:?}\n{shown}");
    assert_eq!(explained.json()["verdict"], "verified");
}

#[test]
fn raw_http_with_either_end_of_line_is_read() {
    assert_verified(request());
    let (head, body) = request()
        .split_once("\r\n\r\n")
        .map(|(head, body)| (head.to_owned(), body.to_owned()))
        .unwrap();
    assert_verified(format!("{}\n\n{body}", head.replace("\r\n", "\n")));
    // As a tool shows it.
    assert_verified(format!(
        "{}\n\n{body}",
        head.replace("\r\n", "\n").replace("HTTP/1.1", "HTTP/2")
    ));
}

#[test]
fn a_chunked_body_is_put_together() {
    let (head, body) = request()
        .split_once("\r\n\r\n")
        .map(|(head, body)| (head.to_owned(), body.to_owned()))
        .unwrap();
    let (first, second) = body.split_at(5);
    let chunked = format!(
        "{head}\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{first}\r\n{:X};a=b\r\n{second}\r\n0\r\n\r\n",
        first.len(),
        second.len()
    );
    assert_verified(&chunked);
    // As an editor leaves it.
    assert_verified(chunked.replace("\r\n", "\n"));
}

#[test]
fn a_har_is_read_with_text_and_with_base64() {
    let headers: Vec<_> = headers()
        .iter()
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect();
    for post_data in [
        json!({ "mimeType": "application/json", "text": BODY }),
        json!({ "mimeType": "application/json", "text": STANDARD.encode(BODY), "encoding": "base64" }),
    ] {
        let post = json!({ "request": {
            "method": "POST", "url": "https://shop.example/webhooks", "headers": headers, "postData": post_data,
        } });
        let get = json!({ "request": { "method": "GET", "url": "https://shop.example/", "headers": [] } });
        assert_verified(json!({ "log": { "entries": [get, post] } }).to_string());
    }
}

#[test]
fn the_export_of_the_console_is_read() {
    for (name, body) in [
        ("body", BODY.to_owned()),
        ("body_base64", STANDARD.encode(BODY)),
    ] {
        let mut export = json!({ "method": "POST", "uri": "/webhooks", "headers": headers() });
        export[name] = body.into();
        assert_verified(export.to_string());
    }
}

#[test]
fn what_curl_shows_is_read_with_a_body_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let body = folder.path().join("body");
    std::fs::write(&body, BODY).unwrap();
    let lines: Vec<_> = headers()
        .iter()
        .map(|(name, value)| format!("> {name}: {value}\n"))
        .collect();
    let sent = lines.concat();
    let trace = format!(
        "*   Trying 127.0.0.1:4400...\n* Connected to localhost\n> POST /webhooks HTTP/1.1\n{sent}> \n}} [17 bytes data]\n< HTTP/1.1 401 Unauthorized\n< date: Thu\n< \n"
    );
    let with_body = run_with_input(
        &[&EXPLAIN[..], &["--data", body.to_str().unwrap()]].concat(),
        &trace,
    );
    assert_eq!(with_body.code, 0, "{with_body:?}");
    let without = run_with_input(&EXPLAIN, &trace);
    assert_eq!(without.code, 2);
    assert!(without.stderr.contains("--data"), "{}", without.stderr);
}

#[test]
fn a_file_is_read_and_a_missing_one_is_exit_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("request.http");
    std::fs::write(&file, request()).unwrap();
    let explained = run(&["explain", "--secret", SECRET, file.to_str().unwrap()]);
    assert_eq!(explained.code, 0, "{explained:?}");
    assert!(explained.stdout.starts_with("verified\n"));
    let missing = run(&["explain", "--secret", SECRET, "/no/such/file"]);
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("/no/such/file"));
}

#[test]
fn what_is_no_request_is_exit_code_2() {
    for input in [
        "",
        "\n\n",
        "hello",
        "{",
        "{}",
        r#"{"log":{}}"#,
        r#"{"log":{"entries":[]}}"#,
        "POST /\n",
        "HTTP/1.1 200 OK\ncontent-length: 0\n\n",
        "POST / HTTP/1.1\nno colon\n\n{}",
        "\u{0}\u{1}\u{2}",
    ] {
        let explained = run_with_input(&EXPLAIN, input);
        assert_eq!(explained.code, 2, "{input:?}: {explained:?}");
        assert!(
            explained.stderr.contains("no request"),
            "{input:?}: {}",
            explained.stderr
        );
        assert_eq!(explained.stdout, "");
    }
}
