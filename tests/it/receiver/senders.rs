//! Senders other than Voyado, over HTTP.

use std::{
    fmt::Write as _,
    io::{BufRead, BufReader, Write},
    process::Stdio,
    thread,
    time::{Duration, SystemTime},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tower_webhook::{Timestamp, provider, scheme::Scheme, testing::Signer};

use super::process::{Process, command, whole};

const SECRET: &str = "a secret of the sender";
/// Older than every vector, younger than 1970.
const LONG: (&str, &str) = ("TOLERANCE_SECS", "1000000000");

fn vectors() -> Vec<Value> {
    serde_json::from_str(include_str!("../../vectors/providers.json")).unwrap()
}

/// The bytes of a vector's request, to the path of the receiver, with the query of the vector's URL if it is signed as it comes.
fn request(vector: &Value) -> Vec<u8> {
    let body = match (&vector["body"], &vector["body_base64"]) {
        (Value::String(text), _) => text.as_bytes().to_vec(),
        (_, Value::String(encoded)) => STANDARD.decode(encoded).unwrap(),
        _ => panic!("{vector}"),
    };
    let slug = vector["provider"].as_str().unwrap();
    let url = vector["url"].as_str().unwrap_or_default();
    let query = url.split_once('?').map(|(_, query)| format!("?{query}"));
    let query = query.filter(|query| query.contains("bodySHA256"));
    let method = vector["method"].as_str().unwrap_or("POST");
    let query = query.unwrap_or_default();
    let mut head = format!("{method} /webhooks/{slug}{query} HTTP/1.1\r\n");
    let headers = vector["headers"].as_object().unwrap();
    if !headers.keys().any(|name| name.eq_ignore_ascii_case("host")) {
        head.push_str("host: receiver\r\n");
    }
    for (name, value) in headers {
        let lines = match value {
            Value::Array(lines) => lines.clone(),
            line => vec![line.clone()],
        };
        for line in lines {
            write!(head, "{name}: {}\r\n", line.as_str().unwrap()).unwrap();
        }
    }
    write!(head, "content-length: {}\r\n\r\n", body.len()).unwrap();
    [head.into_bytes(), body].concat()
}

/// Sends a vector to a receiver of its own.
fn status(vector: &Value, position: usize) -> u16 {
    let name = vector["name"].as_str().unwrap();
    let slug = vector["provider"].as_str().unwrap();
    let secret = vector["secret"].as_str().unwrap();
    let mut variables = vec![("PROVIDER", slug)];
    if !name.ends_with("-stale") && name != "paddle-node-6s" {
        variables.push(LONG);
    }
    for (variable, member) in [("PUBLIC_URL", "url"), ("WEBHOOK_ID", "webhook_id")] {
        if let Some(value) = vector[member].as_str() {
            variables.push((variable, value));
        }
    }
    let file = std::env::temp_dir().join(format!("vector-{}-{position}", std::process::id()));
    // In a file, a comma is a part of the secret, and PEM spans lines; half of the others are read from one too.
    if position % 2 == 1 || (secret.contains(',') && slug != "supabase") {
        std::fs::write(&file, format!("{secret}\n")).unwrap();
        variables.push(("SIGNING_SECRETS", ""));
        variables.push(("SIGNING_SECRETS_FILE", file.to_str().unwrap()));
    } else {
        variables.push(("SIGNING_SECRETS", secret));
    }
    let receiver = Process::try_start(command(&variables));
    let receiver = receiver.unwrap_or_else(|error| panic!("{name}: {error:?}"));
    let status = receiver.send(&request(vector));
    let _ = std::fs::remove_file(&file);
    status
}

#[test]
fn every_vector_gets_its_stated_result_over_http() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 148);
    let numbered: Vec<_> = vectors.iter().enumerate().collect();
    let wrong: Vec<String> = thread::scope(|scope| {
        let parts = numbered.chunks(37).map(|part| {
            scope.spawn(move || {
                let wrong = part.iter().filter_map(|(position, vector)| {
                    let status = status(vector, *position);
                    let is_right = match vector["expect"].as_str().unwrap() {
                        "valid" => (200..300).contains(&status),
                        _ => (400..500).contains(&status),
                    };
                    (!is_right).then(|| format!("{}: {status}, {}", vector["name"], vector["why"]))
                });
                wrong.collect::<Vec<_>>()
            })
        });
        let parts: Vec<_> = parts.collect();
        parts
            .into_iter()
            .flat_map(|part| part.join().unwrap())
            .collect()
    });
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// A signed request, as bytes.
fn signed(scheme: Scheme, path: &str, extra: &[(&'static str, &str)], body: &[u8]) -> Vec<u8> {
    let mut request = http::Request::post(path)
        .body(bytes::Bytes::copy_from_slice(body))
        .unwrap();
    for &(name, value) in extra {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    let now = Timestamp::from(SystemTime::now());
    let signer = Signer::for_scheme(scheme, SECRET).unwrap();
    signer.sign(&mut request, "msg_1", now).unwrap();
    let mut head = format!("POST {path} HTTP/1.1\r\nhost: receiver\r\n");
    for (name, value) in request.headers() {
        if name != "content-length" {
            write!(head, "{name}: {}\r\n", value.to_str().unwrap()).unwrap();
        }
    }
    write!(head, "content-length: {}\r\n\r\n", body.len()).unwrap();
    [head.as_bytes(), body].concat()
}

/// The line that is printed for a request.
fn printed(variables: &[(&str, &str)], request: &[u8]) -> Value {
    let mut command = command(variables);
    command
        .env("SIGNING_SECRETS", SECRET)
        .stdout(Stdio::piped());
    let mut receiver = Process::try_start(command).unwrap();
    let mut output = BufReader::new(receiver.take_output());
    assert_eq!(receiver.send(request), 204);
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap()
}

#[test]
fn what_a_sender_says_is_printed_and_what_it_does_not_say_is_null() {
    let github = |extra: &[(&'static str, &str)], body: &[u8]| {
        let mut request = signed(provider::github(), "/webhooks/github", extra, body);
        if extra.is_empty() {
            // The signer gives an id, which nothing signs.
            let text = String::from_utf8_lossy(&request).into_owned();
            let without = text.lines().filter(|line| !line.starts_with("x-github-"));
            let head: Vec<_> = without.take_while(|line| !line.is_empty()).collect();
            request = [head.join("\r\n").as_bytes(), b"\r\n\r\n", body].concat();
        }
        printed(&[("PROVIDER", "github")], &request)
    };
    assert_eq!(
        github(
            &[("x-github-event", "push")],
            b"{\r\n \"ref\": \"a\\nb\", \"n\": 1.50 }"
        ),
        json!({"id": "msg_1", "timestamp": null, "event_type": "push", "event": {"ref": "a\nb", "n": 1.5}}),
    );
    let untyped =
        |event: Value| json!({"id": null, "timestamp": null, "event_type": null, "event": event});
    assert_eq!(
        github(&[], b"payload=%7B%7D&a=1"),
        untyped(json!("payload=%7B%7D&a=1"))
    );
    assert_eq!(github(&[], b""), untyped(json!("")));
    assert_eq!(github(&[], b"\xff\x00"), untyped(json!({"base64": "/wA="})));

    let body = br#"{"id":"evt_1","type":"charge.succeeded"}"#;
    let line = printed(
        &[("PROVIDER", "stripe")],
        &signed(provider::stripe(), "/webhooks/engage", &[], body),
    );
    assert_eq!(line["id"], "evt_1");
    assert_eq!(line["event_type"], "charge.succeeded");
    assert!(
        line["timestamp"].as_u64().unwrap() > 1_700_000_000,
        "{line}"
    );
    assert_eq!(
        line["event"],
        serde_json::from_slice::<Value>(body).unwrap()
    );
}

#[test]
fn a_sender_that_signs_no_time_is_remembered_unless_replays_are_accepted() {
    let start = |variables: &[(&str, &str)]| {
        let mut command = command(variables);
        command.env("SIGNING_SECRETS", SECRET);
        Process::try_start(command).unwrap()
    };
    let request = signed(
        provider::github(),
        "/webhooks/github",
        &[("x-github-event", "push")],
        b"{}",
    );
    // A replay under another id, which is not signed.
    let text = String::from_utf8(request.clone()).unwrap();
    let replay = text.replace("x-github-delivery: msg_1", "x-github-delivery: msg_2");
    assert_ne!(text, replay);
    for variables in [
        &[("PROVIDER", "github")][..],
        &[("PROVIDER", "github"), ("IDEMPOTENCY", "memory")],
    ] {
        let receiver = start(variables);
        assert_eq!(receiver.send(&request), 204, "{variables:?}");
        assert_eq!(receiver.send(replay.as_bytes()), 200, "{variables:?}");
    }
    let accepting = start(&[("PROVIDER", "github"), ("IDEMPOTENCY", "off")]);
    accepting.wait_for_log("REPLAYS ARE ACCEPTED");
    assert_eq!(accepting.send(&request), 204);
    assert_eq!(accepting.send(replay.as_bytes()), 204);

    // Equal bodies are two events at Dropbox.
    let dropbox = start(&[("PROVIDER", "dropbox")]);
    let request = signed(provider::dropbox(), "/webhooks/dropbox", &[], b"{}");
    assert_eq!(dropbox.send(&request), 204);
    assert_eq!(dropbox.send(&request), 204);
}

#[test]
fn handshakes_are_responded_to_where_they_are_asked_for() {
    let start = |variables: &[(&str, &str)]| {
        let mut command = command(variables);
        command.env("SIGNING_SECRETS", SECRET);
        Process::try_start(command).unwrap()
    };
    let exchange = |receiver: &Process, request: &[u8]| {
        let mut stream = receiver.connect();
        stream.write_all(request).unwrap();
        whole(&mut stream)
    };
    let get =
        |target: &str| format!("GET {target} HTTP/1.1\r\nhost: receiver\r\n\r\n").into_bytes();

    let meta = [
        ("PROVIDER", "meta"),
        ("HANDSHAKES", "true"),
        ("VERIFY_TOKEN", "verify me"),
    ];
    let query = "?hub.mode=subscribe&hub.verify_token=verify+me&hub.challenge=%3Cb%3E1158201444";
    let receiver = start(&meta);
    for path in ["/webhooks/meta", "/webhooks/engage"] {
        let (status, head, body) = exchange(&receiver, &get(&format!("{path}{query}")));
        assert_eq!((status, body.as_str()), (200, "<b>1158201444"), "{path}");
        assert!(head.contains("content-type: text/plain"), "{head}");
    }
    assert_eq!(
        exchange(
            &receiver,
            &get(&format!("/webhooks/meta{}", query.replace("+me", "")))
        )
        .0,
        403
    );
    assert_eq!(
        exchange(&receiver, &get(&format!("/webhooks/other{query}"))).0,
        404
    );
    let without = start(&[("PROVIDER", "meta")]);
    assert_eq!(
        exchange(&without, &get(&format!("/webhooks/meta{query}"))).0,
        405
    );

    let slack = start(&[("PROVIDER", "slack"), ("HANDSHAKES", "true")]);
    let body = br#"{"type":"url_verification","challenge":"3eZbrw1aB"}"#;
    let request = signed(provider::slack(), "/webhooks/slack", &[], body);
    assert_eq!(exchange(&slack, &request).2, "3eZbrw1aB");
    let forged = String::from_utf8(request)
        .unwrap()
        .replace("3eZbrw1aB", "3eZbrw1aC");
    assert_eq!(exchange(&slack, forged.as_bytes()).0, 401);

    let file = std::env::temp_dir().join(format!("hook-secrets-{}", std::process::id()));
    let path = file.to_str().unwrap();
    let asana = start(&[
        ("PROVIDER", "asana"),
        ("HANDSHAKES", "true"),
        ("HANDSHAKE_SECRETS_FILE", path),
    ]);
    let request = b"POST /webhooks/asana HTTP/1.1\r\nhost: receiver\r\nx-hook-secret: b537207f20cbfa02\r\ncontent-length: 0\r\n\r\n";
    let (status, head, _) = exchange(&asana, request);
    assert_eq!(status, 200);
    assert!(head.contains("x-hook-secret: b537207f20cbfa02"), "{head}");
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        "b537207f20cbfa02\n"
    );
    std::fs::remove_file(&file).unwrap();
    assert!(asana.logged("b537207f20cbfa02").is_empty());
}

#[test]
fn rejections_are_explained_in_the_log_at_most_one_a_second() {
    let genuine = br#"{"id": "evt_1", "amount": 10}"#;
    let request = signed(provider::stripe(), "/webhooks/stripe", &[], genuine);
    let text = String::from_utf8(request).unwrap();
    let start = |explain: &str| {
        let mut command = command(&[("PROVIDER", "stripe"), ("EXPLAIN", explain)]);
        command.env("SIGNING_SECRETS", SECRET);
        Process::try_start(command).unwrap()
    };
    // A proxy wrote the JSON anew, as long as it was.
    let rewritten = text.replace(
        r#"{"id": "evt_1", "amount": 10}"#,
        r#"{"id":"evt_1","amount":10}"#,
    );
    let rewritten = rewritten.replace("content-length: 29", "content-length: 26");
    assert_ne!(text, rewritten);

    let receiver = start("true");
    assert_eq!(receiver.send(rewritten.as_bytes()), 401);
    let line = receiver.wait_for_log("\"verdict\":\"rejected\"");
    assert!(line.contains("body_reserialized"), "{line}");
    assert!(!line.contains(SECRET), "{line}");
    // Within the second.
    assert_eq!(receiver.send(rewritten.as_bytes()), 401);
    assert_eq!(receiver.logged("\"verdict\"").len(), 1);

    // A rejected head, whose body the layer never reads.
    thread::sleep(Duration::from_millis(1100));
    let head = text.replace("stripe-signature", "x-signature");
    assert_eq!(receiver.send(head.as_bytes()), 400);
    let line = receiver.wait_for_log("header_missing");
    assert!(line.contains("left_out=1"), "{line}");
    assert_eq!(
        receiver.send(text.as_bytes()),
        204,
        "what is genuine is delivered"
    );

    let silent = start("false");
    assert_eq!(silent.send(rewritten.as_bytes()), 401);
    silent.terminate();
    silent.wait_for_log("stopping");
    assert!(silent.logged("\"verdict\"").is_empty());
}
