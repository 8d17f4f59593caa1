//! Senders with schemes of their own: what their signatures need is stored, and verified again.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{
    super::right::inbox_url,
    assert_silent, next, start,
    target::{self, Server},
    wait_for_dead,
};

const SECRET: &str = "It's a Secret to Everybody";
const BODY: &str = r#"{"zen": "Keep it logically awesome."}"#;

fn github(path: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(BODY.as_bytes());
    let signature = hex::encode(mac.finalize().into_bytes());
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: receiver\r\ncontent-type: application/json\r\n\
         x-github-delivery: 72d3162e-cc78-11e3-81ab-4c9367dc0958\r\nx-github-event: ping\r\n\
         x-hub-signature-256: sha256={signature}\r\nauthorization: hush\r\n\
         content-length: {}\r\n\r\n{BODY}",
        BODY.len()
    );
    request.into_bytes()
}

#[test]
fn a_delivery_of_another_sender_is_stored_once_and_printed_from_there() {
    let url = inbox_url();
    let variables = [
        ("PROVIDER", "github"),
        ("SIGNING_SECRETS", SECRET),
        ("INBOX_URL", &url),
    ];
    let (receiver, lines) = start(&variables);
    assert_eq!(receiver.send(&github("/webhooks/github")), 202);
    assert_eq!(next(&lines)["event"]["zen"], "Keep it logically awesome.");
    assert_eq!(receiver.send(&github("/webhooks/engage")), 200, "again");
    assert_silent(&lines);
    assert!(wait_for_dead(&url, 0).is_empty());
}

#[test]
fn a_delivery_of_another_sender_is_forwarded_by_standard_webhooks_and_without_its_other_headers() {
    let (url, target) = (inbox_url(), Server::start(|_| http::StatusCode::OK));
    let target_url = target.url();
    let variables = [
        ("PROVIDER", "github"),
        ("SIGNING_SECRETS", SECRET),
        ("INBOX_URL", &url),
        ("FORWARD_URLS", &target_url),
        ("FORWARD_SECRET", target::SECRET),
    ];
    let (receiver, lines) = start(&variables);
    assert_eq!(receiver.send(&github("/webhooks/github")), 202);
    let forwarded = &target.wait_for(1)[0];
    assert_eq!(forwarded.body, BODY);
    assert_eq!(forwarded.verified().id().as_str(), forwarded.id());
    assert_eq!(forwarded.headers["content-type"], "application/json");
    assert_eq!(forwarded.headers.get("authorization"), None);
    assert_silent(&lines);
    let path = url.strip_prefix("sqlite:").unwrap();
    let stored = std::fs::read(format!("{path}-wal")).unwrap();
    let has = |text: &str| stored.windows(text.len()).any(|at| at == text.as_bytes());
    assert!(has(BODY) && has("x-hub-signature-256"), "it is in the file");
    assert!(!has("hush"), "what no signature needs is not stored");
}
