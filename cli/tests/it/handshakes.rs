//! What senders ask `listen` for before they deliver.

use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

use serde_json::Value;

use crate::{
    listen::client,
    support::{Listening, command, run, run_with_input},
};

#[test]
fn a_signed_handshake_is_responded_to() {
    let args = [
        "--provider",
        "slack",
        "--secret",
        "8f742231b10e8888abcd99yyyzzz85a5",
    ];
    let mut listening = Listening::start(&args);
    let body = r#"{"type":"url_verification","challenge":"3eZbrw1a"}"#;
    let signed = run_with_input(&[&["sign", "--json"], &args[..]].concat(), body).json();
    let mut request = client().post(&listening.url).body(body);
    for (name, value) in signed["headers"].as_object().unwrap() {
        request = request.header(name, value.as_str().unwrap());
    }
    let response = request.send().unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.text().unwrap(), "3eZbrw1a");
    assert_eq!(listening.line()["verdict"], "handshake");
}

#[test]
fn handshakes_without_a_signature_are_responded_to_on_their_path() {
    for (args, query, response) in [
        (&["dropbox"][..], "challenge=3eZbrw1a", "3eZbrw1a"),
        (
            &["meta", "--verify-token", "meatyhamhock"],
            "hub.mode=subscribe&hub.verify_token=meatyhamhock&hub.challenge=1158201444",
            "1158201444",
        ),
        (
            &["twitter"],
            "crc_token=challenge",
            // HMAC-SHA256 of the token, with the secret.
            r#"{"response_token":"sha256=GOOAhq8wRDSjZXWHBxh+JPpFvanSkTSalINqMSw1fsM="}"#,
        ),
    ] {
        let args = [
            &["--provider"],
            args,
            &["--secret", "a consumer secret", "--handshake-path", "/hook"],
        ]
        .concat();
        let mut listening = Listening::start(&args);
        let origin = listening.url.trim_end_matches("/webhooks").to_owned();
        let get = |path: &str| {
            client()
                .get(format!("{origin}{path}?{query}"))
                .send()
                .unwrap()
        };
        let responded = get("/hook");
        assert_eq!(responded.status(), 200, "{args:?}");
        assert_eq!(responded.text().unwrap(), response, "{args:?}");
        assert_eq!(listening.line()["verdict"], "handshake");
        assert_eq!(get("/webhooks").status(), 405, "{args:?}");
        assert_eq!(listening.line()["verdict"], "method_not_allowed");
    }
    for token in [&[][..], &["--verify-token", " "]] {
        let args = [&["--provider", "meta", "--secret", "an app secret"], token].concat();
        let mut without_token = Listening::start(&args);
        let query = "hub.mode=subscribe&hub.verify_token=&hub.challenge=1";
        let url = format!("{}?{query}", without_token.url);
        assert_eq!(client().get(url).send().unwrap().status(), 405);
        assert_eq!(without_token.line()["verdict"], "method_not_allowed");
    }
}

/// What `listen` says of the secret that an `x-hook-secret` or a `verification_token` brings.
fn note_on(provider: &str, header: &str, body: &str) -> String {
    let mut listen = command(&["listen", "--port", "0", "--json", "--provider", provider]);
    let mut child = listen
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let deliveries: Value = serde_json::from_str(&lines.nth(1).unwrap().unwrap()).unwrap();
    let url = deliveries["deliveries"].as_str().unwrap();
    let request = client()
        .post(url)
        .header("x-hook-secret", header)
        .body(body.to_owned());
    assert_eq!(request.send().unwrap().status(), 200);
    let mut note = String::new();
    BufReader::new(child.stderr.take().unwrap())
        .read_line(&mut note)
        .unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    note
}

#[test]
fn a_secret_that_a_sender_brings_is_shown_if_it_is_plain() {
    let plain = "b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81";
    let note = note_on("asana", plain, "");
    assert!(
        note.ends_with(&format!("give --secret {plain}\n")),
        "{note}"
    );
    for note in [
        note_on("asana", "$(touch /tmp/x)", ""),
        note_on("notion", "", r#"{"verification_token":"\u001b]0;x"}"#),
    ] {
        let right = "note: a sender brought a secret with characters that no sender uses\n";
        assert_eq!(note, right);
    }
}

#[test]
fn a_path_of_handshakes_that_is_none_is_exit_code_2() {
    for path in ["hook", "https://example.com/hook", "/hook?a=b", ""] {
        let refused = run(&["listen", "--port", "0", "--handshake-path", path]);
        assert_eq!(refused.code, 2, "{path}: {refused:?}");
        assert!(
            refused.stderr.contains("expected a path such as /webhooks"),
            "{refused:?}"
        );
    }
}
