use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
};

use serde_json::Value;

use crate::support::{Listening, OTHER_SECRET, SECRET, command, run, run_with_input};

/// Responds to one request with a status, and gives the request back.
fn respond_once(status: &'static str) -> (String, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/webhooks", listener.local_addr().unwrap());
    let responding = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            let read = stream.read(&mut buffer).unwrap();
            request.extend_from_slice(&buffer[..read]);
            let text = String::from_utf8_lossy(&request);
            let Some((head, body)) = text.split_once("\r\n\r\n") else {
                continue;
            };
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                break;
            }
        }
        let response =
            format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        stream.write_all(response.as_bytes()).unwrap();
        String::from_utf8(request).unwrap()
    });
    (url, responding)
}

fn body_of(request: &str) -> Value {
    serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[test]
fn every_sample_of_voyado_is_accepted() {
    let mut listening = Listening::start(&["--secret", SECRET]);
    let sent = run(&[
        "send",
        &listening.url,
        "--secret",
        SECRET,
        "--all",
        "--json",
    ]);
    assert_eq!(sent.code, 0, "{sent:?}");
    assert_eq!(sent.json()["statuses"]["200"], 11);
    let types: Vec<_> = (0..11)
        .map(|_| listening.line()["type"].as_str().unwrap().to_owned())
        .collect();
    let listed = run(&["send", "--list"]);
    assert_eq!(types, listed.stdout.lines().collect::<Vec<_>>());
}

#[test]
fn samples_of_other_senders_are_accepted_by_their_scheme() {
    for (provider, secret, event_type) in [
        ("github", "secret", "push"),
        ("stripe", "whsec_of_stripe", "invoice.paid"),
        ("shopify", "secret", "orders/create"),
        ("linear", "secret", "Issue"),
        ("mailgun", "secret", "example.created"),
        ("square", "secret", "payment.updated"),
        ("klarna", "key-1=secret", "example.created"),
    ] {
        let args = ["--provider", provider, "--secret", secret];
        let mut listening = Listening::start(&args);
        let sent = run(&[&["send", listening.url.as_str()], &args[..]].concat());
        assert_eq!(sent.code, 0, "{provider}: {sent:?}");
        let line = listening.line();
        assert_eq!(line["verdict"], "verified", "{provider}: {line}");
        assert_eq!(line["type"], event_type, "{provider}: {line}");
    }
}

#[test]
fn the_url_and_the_types_may_be_given_by_name() {
    let mut listening = Listening::start(&["--secret", SECRET]);
    let url = listening.url.clone();
    for args in [
        &["--url", url.as_str(), "--type", "contact.deleted"][..],
        &["--url", url.as_str(), "contact.deleted"],
        &[url.as_str(), "contact.deleted"],
    ] {
        let sent = run(&[&["send", "--secret", SECRET], args].concat());
        assert_eq!(sent.code, 0, "{sent:?}");
        assert_eq!(listening.line()["type"], "contact.deleted");
    }
}

#[test]
fn members_are_overridden_and_headers_are_added() {
    let (url, responding) = respond_once("204 No Content");
    let sent = run(&[
        "send",
        &url,
        "contact.created",
        "--secret",
        SECRET,
        "--id",
        "msg_mine",
        "--override",
        "payload.id=42",
        "--override",
        "payload.attributes.firstName=Ann=e",
        "--override",
        r#"payload.new.deep={"a":[1]}"#,
        "--override",
        "payload.attributes.retail.keyvalue.recency=1",
        "--override",
        "payload.consents.0.value=false",
        "--override",
        r#"tenant="7""#,
        "--header",
        "x-test: a value",
        "--header",
        "user-agent:Svix-Webhooks/1",
        "--token",
        "correct horse, another",
    ]);
    assert_eq!(sent.code, 0, "{sent:?}");
    let request = responding.join().unwrap();
    for line in [
        "webhook-id: msg_mine\r\n",
        "x-test: a value\r\n",
        "user-agent: Svix-Webhooks/1\r\n",
        "x-engage-token: correct horse\r\n",
        "content-type: application/json\r\n",
    ] {
        assert!(request.contains(line), "{line}: {request}");
    }
    let body = body_of(&request);
    assert_eq!(body["payload"]["id"], 42);
    assert_eq!(body["payload"]["attributes"]["firstName"], "Ann=e");
    assert_eq!(body["payload"]["new"]["deep"]["a"][0], 1);
    assert_eq!(body["payload"]["attributes"]["retail.keyvalue.recency"], 1);
    assert_eq!(body["payload"]["consents"][0]["value"], false);
    assert_eq!(body["tenant"], "7");
}

#[test]
fn data_comes_from_standard_input_or_a_file_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("body.json");
    std::fs::write(&file, "{ \"type\" : \"from.file\" }\n").unwrap();
    let path = file.to_str().unwrap();
    for (data, body) in [
        ("-", "{ \"a\" : 1 }\r\n"),
        (path, "{ \"type\" : \"from.file\" }\n"),
        (&format!("@{path}"), "{ \"type\" : \"from.file\" }\n"),
    ] {
        let (url, responding) = respond_once("200 OK");
        let sent = run_with_input(
            &["send", &url, "--secret", SECRET, "--data", data],
            "{ \"a\" : 1 }\r\n",
        );
        assert_eq!(sent.code, 0, "{sent:?}");
        let request = responding.join().unwrap();
        assert_eq!(request.split_once("\r\n\r\n").unwrap().1, body);
    }
}

#[test]
fn a_payload_is_sealed_with_either_cipher() {
    let key = "DaqfT7Ys6tGqM3zbesEKpmacTJEqBCp2";
    for cipher in ["aes-256-cbc", "aes-256-gcm"] {
        let (url, responding) = respond_once("200 OK");
        let sent = run(&[
            "send",
            &url,
            "contact.deleted",
            "--secret",
            SECRET,
            "--encryption-key",
            key,
            "--cipher",
            cipher,
        ]);
        assert_eq!(sent.code, 0, "{sent:?}");
        let body = body_of(&responding.join().unwrap());
        assert_eq!(body["isEncrypted"], true);
        assert!(body["payload"].is_string());
    }
}

#[test]
fn a_rejected_delivery_is_exit_code_1_with_a_hint() {
    let mut listening = Listening::start(&["--secret", SECRET]);
    let sent = run(&["send", &listening.url, "--secret", OTHER_SECRET]);
    assert_eq!(sent.code, 1);
    assert!(sent.stdout.starts_with("401: 1\n"), "{sent:?}");
    assert!(
        sent.stdout.contains("hint: 401: ")
            && sent.stdout.contains("secret")
            && sent.stdout.contains("tower-webhook explain")
    );
    assert_eq!(listening.line()["verdict"], "signature_mismatch");
    for (status, word) in [
        ("400 Bad Request", "headers"),
        ("403 Forbidden", "address"),
        ("404 Not Found", "path"),
        ("413 Too Large", "limit"),
        ("422 Unprocessable", "event"),
        ("308 Moved", "redirect"),
        ("500 Oops", "handler"),
        ("503 Busy", "store"),
    ] {
        let (url, responding) = respond_once(status);
        let sent = run(&["send", &url, "--secret", SECRET, "--json"]);
        responding.join().unwrap();
        assert_eq!(sent.code, 1, "{status}");
        let hint = sent.json()["hints"][0].as_str().unwrap().to_owned();
        assert!(
            hint.starts_with(&status[..3]) && hint.contains(word),
            "{hint}"
        );
    }
    let nobody = run(&["send", "http://127.0.0.1:1/", "--secret", SECRET]);
    assert_eq!(nobody.code, 1);
    assert!(
        nobody
            .stdout
            .contains("http://127.0.0.1:1: nothing listens there"),
        "{nobody:?}"
    );
}

#[test]
fn mistakes_are_exit_code_2_and_nothing_is_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    for args in [
        &["no.such.type", "--secret", SECRET][..],
        &["--secret", "whsec_%%%"],
        &["--secret", SECRET, "--override", "payload"],
        &["--secret", SECRET, "--override", "eventType.name=1"],
        &["--secret", SECRET, "--data", "/no/such/file"],
        &["--secret", SECRET, "--header", "no colon"],
        &["--secret", SECRET, "--encryption-key", "short"],
        &[
            "--secret",
            SECRET,
            "--cipher",
            "rot13",
            "--encryption-key",
            "DaqfT7Ys6tGqM3zbesEKpmacTJEqBCp2",
        ],
        &[
            "--secret",
            SECRET,
            "--type",
            "contact.created",
            "--data",
            "-",
        ],
        &["--secret", SECRET, "--provider", "paypal"],
        &[],
    ] {
        let sent = run(&[&["send", url.as_str()], args].concat());
        assert_eq!(sent.code, 2, "{args:?}: {sent:?}");
        assert!(!sent.stderr.is_empty());
    }
    assert_eq!(
        run(&["send", "ftp://127.0.0.1/", "--secret", SECRET]).code,
        2
    );
    let twice = run(&["send", &url, "--url", &url, "--secret", SECRET]);
    assert_eq!(twice.code, 2);
    assert!(
        twice.stderr.contains("more than one URL is given"),
        "{twice:?}"
    );
    assert!(listener.accept().is_err(), "something was sent");
}

#[test]
fn deliveries_are_counted_and_each_has_an_id_of_its_own() {
    let mut listening = Listening::start(&["--secret", SECRET]);
    let sent = run(&[
        "send",
        &listening.url,
        "--secret",
        SECRET,
        "--count",
        "20",
        "--concurrency",
        "4",
        "--json",
    ]);
    assert_eq!(sent.json()["deliveries"], 20);
    let mut ids: Vec<_> = (0..20)
        .map(|_| listening.line()["id"].as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 20);
}

#[test]
fn few_deliveries_are_listed_by_type_and_id_and_many_only_counted() {
    let listening = Listening::start(&["--secret", SECRET]);
    let send = |args: &[&str]| run(&[&["send", &listening.url, "--secret", SECRET], args].concat());
    let one = send(&["contact.created", "--id", "msg_1"]);
    assert!(
        one.stdout
            .contains("\nsent contact.created as msg_1: 200\n"),
        "{one:?}"
    );
    let lines = |sent: &str| {
        sent.lines()
            .filter(|line| line.starts_with("sent "))
            .count()
    };
    assert_eq!(lines(&send(&["--count", "20"]).stdout), 20);
    assert_eq!(lines(&send(&["--count", "21"]).stdout), 0);
    let nobody = ["send", "http://127.0.0.1:1/", "--secret", SECRET];
    let nobody = run(&[&nobody[..], &["--data", "-", "--id", "msg_2"]].concat());
    assert!(
        nobody
            .stdout
            .contains("\nsent the data as msg_2: no response\n"),
        "{nobody:?}"
    );
}

#[test]
fn the_url_of_the_variable_is_used_unless_another_one_is_given_and_is_not_shown() {
    let mut listening = Listening::start(&["--secret", SECRET]);
    let mut of_variable = command(&["send", "--secret", SECRET]);
    of_variable.env("WEBHOOK_URL", &listening.url);
    assert_eq!(of_variable.output().unwrap().status.code(), Some(0));
    assert_eq!(listening.line()["verdict"], "verified");
    let mut given = command(&["send", &listening.url, "--secret", SECRET]);
    given.env("WEBHOOK_URL", "http://127.0.0.1:1/?token=hush");
    assert_eq!(given.output().unwrap().status.code(), Some(0));
    assert_eq!(listening.line()["verdict"], "verified");
    let mut help = command(&["send", "--help"]);
    help.env("WEBHOOK_URL", "http://127.0.0.1:1/?token=hush");
    let help = String::from_utf8(help.output().unwrap().stdout).unwrap();
    assert!(
        help.contains("WEBHOOK_URL") && !help.contains("hush"),
        "{help}"
    );
}

#[test]
fn a_name_that_is_nearly_right_is_shown_the_right_one() {
    for (args, meant) in [
        (
            &["send", "contact.create", "--secret", SECRET][..],
            "contact.created",
        ),
        (
            &["send", "Contact.Deleted ", "--secret", SECRET],
            "contact.deleted",
        ),
        (
            &["send", "--provider", "git-hub", "--secret", SECRET],
            "github",
        ),
        (
            &["sign", "--provider", "Strip", "--secret", SECRET],
            "stripe",
        ),
    ] {
        let mistaken = run(args);
        assert_eq!(mistaken.code, 2, "{mistaken:?}");
        let hint = format!("did you mean `{meant}`?");
        assert!(mistaken.stderr.contains(&hint), "{mistaken:?}");
    }
    let strange = run(&["send", "xyz", "--secret", SECRET]);
    assert_eq!(strange.code, 2);
    assert!(!strange.stderr.contains("did you mean"), "{strange:?}");
}
