//! What senders ask for before they deliver, over the layer.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full};
use tower::{Layer as _, ServiceExt};
use tower_webhook::{
    Idempotency, Receiver, SourceIp, Timestamp, WebhookLayer,
    idempotency::MemoryStore,
    layer,
    provider::{self, Handshake},
    scheme::Scheme,
    testing::Signer,
};

use crate::{
    layer::{echo, unreachable_inner},
    support::{NOW, log_of, now},
};

const SECRET: &str = "a secret of the sender";
const PATH: &str = "/webhooks";
/// The seed of Discord's key pair.
const SEED: [u8; 32] = [7; 32];

fn receiver(scheme: Scheme) -> Receiver {
    let key = match scheme.name() {
        "discord" => {
            let key = ed25519_dalek::SigningKey::from_bytes(&SEED);
            hex::encode(key.verifying_key().to_bytes())
        }
        _ => SECRET.to_owned(),
    };
    Receiver::builder(key)
        .scheme(scheme)
        .danger_accept_replays()
        .clock(|| Duration::from_secs(NOW))
        .build()
        .unwrap()
}

fn layer_of(scheme: Scheme, handshake: impl layer::Handshake) -> WebhookLayer<Bytes, Full<Bytes>> {
    WebhookLayer::new(receiver(scheme))
        .inner_body()
        .handshake(handshake)
}

fn signed(scheme: Scheme, body: &str) -> Request<Full<Bytes>> {
    let secret = match scheme.name() {
        "discord" => hex::encode(SEED),
        _ => SECRET.to_owned(),
    };
    let signer = Signer::for_scheme(scheme, secret).unwrap();
    signer.uri(PATH.parse().unwrap()).request(
        "msg_1",
        Timestamp::from_unix_seconds(NOW),
        body.to_owned(),
    )
}

fn get(target: &str) -> Request<Full<Bytes>> {
    Request::get(target).body(Full::default()).unwrap()
}

fn post(target: &str, body: &'static str) -> Request<Full<Bytes>> {
    Request::post(target).body(Full::from(body)).unwrap()
}

/// The response of a layer whose inner service must not be reached: status, type, body.
fn response(
    layer: &WebhookLayer<Bytes, Full<Bytes>>,
    request: Request<Full<Bytes>>,
) -> Response<Bytes> {
    let response = now(layer.layer(unreachable_inner()).oneshot(request)).unwrap();
    let (head, body) = response.into_parts();
    Response::from_parts(head, now(body.collect()).unwrap().to_bytes())
}

/// As [`response`], of what is delivered and echoed.
fn delivered(layer: &WebhookLayer<Bytes, Full<Bytes>>, request: Request<Full<Bytes>>) -> Bytes {
    let response = now(layer.layer(echo()).oneshot(request)).unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    now(response.into_body().collect()).unwrap().to_bytes()
}

/// A challenge that is echoed is text, whatever it says.
fn assert_text(response: &Response<Bytes>, challenge: &str) {
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(
        response.headers()[CONTENT_TYPE],
        "text/plain; charset=utf-8"
    );
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    assert_eq!(response.body(), challenge);
}

fn assert_json(response: &Response<Bytes>, body: &serde_json::Value) {
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
    let found: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(found, *body);
}

const HTML: &str = "<script>alert(1)</script>";

#[test]
fn slack_gets_its_challenge_back_once_it_is_verified() {
    let layer = layer_of(provider::slack(), Handshake::slack());
    let body =
        |challenge: &str| format!(r#"{{"type":"url_verification","challenge":"{challenge}"}}"#);
    for challenge in ["3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P", HTML] {
        let request = signed(provider::slack(), &body(challenge));
        assert_text(&response(&layer, request), challenge);
    }
    let forged = signed(provider::slack(), &body("right")).map(|_| Full::from(body("wrong")));
    assert_eq!(response(&layer, forged).status(), StatusCode::UNAUTHORIZED);
    let too_long = body(&"x".repeat(2049));
    assert_eq!(
        delivered(&layer, signed(provider::slack(), &too_long)),
        too_long
    );
    let event = r#"{"type":"event_callback","challenge":"3eZ"}"#;
    assert_eq!(delivered(&layer, signed(provider::slack(), event)), event);
}

#[test]
fn zoom_gets_the_hmac_of_its_token() {
    let layer = layer_of(provider::zoom(), Handshake::zoom(SECRET));
    let body =
        r#"{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}"#;
    let expected = serde_json::json!({
        "plainToken": "qgg8vlvZRS6UYooatFL8Aw",
        "encryptedToken": tag_hex("qgg8vlvZRS6UYooatFL8Aw"),
    });
    assert_json(&response(&layer, signed(provider::zoom(), body)), &expected);
    let forged = signed(provider::zoom(), "{}").map(|_| Full::from(body));
    assert_eq!(response(&layer, forged).status(), StatusCode::UNAUTHORIZED);
    let event = r#"{"event":"meeting.started","payload":{"plainToken":"a"}}"#;
    assert_eq!(delivered(&layer, signed(provider::zoom(), event)), event);
}

/// HMAC-SHA256, with a computation of the tests' own.
fn tag(text: &str) -> Vec<u8> {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn tag_hex(text: &str) -> String {
    hex::encode(tag(text))
}

#[test]
fn meta_gets_its_challenge_back_for_the_right_verify_token_alone() {
    let layer = layer_of(provider::meta(), Handshake::meta(PATH, "verify me"));
    let query = |token: &str, challenge: &str| {
        format!("{PATH}?hub.mode=subscribe&hub.verify_token={token}&hub.challenge={challenge}")
    };
    assert_text(
        &response(&layer, get(&query("verify%20me", "1158201444"))),
        "1158201444",
    );
    let html = "%3Cscript%3Ealert(1)%3C/script%3E";
    assert_text(&response(&layer, get(&query("verify+me", html))), HTML);
    for wrong in ["verify", "", "verify+me+", "VERIFY+ME"] {
        let response = response(&layer, get(&query(wrong, "1158201444")));
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{wrong}");
        assert_eq!(response.body(), "", "{wrong}");
    }
    let right = query("verify+me", "1158201444");
    for no_handshake in [
        format!("{right}&hub.challenge=2"),
        right.replace("hub.mode=subscribe", "hub.mode=unsubscribe"),
        right.replace("hub.challenge", "challenge"),
        query("verify+me", &"x".repeat(2049)),
        right.replace(PATH, "/webhooks/"),
        right.replace(PATH, "/other"),
        PATH.to_owned(),
    ] {
        let response = response(&layer, get(&no_handshake));
        assert_eq!(
            response.status(),
            StatusCode::METHOD_NOT_ALLOWED,
            "{no_handshake}"
        );
        assert_eq!(response.body(), "", "{no_handshake}");
    }
    let event = r#"{"object":"page"}"#;
    assert_eq!(delivered(&layer, signed(provider::meta(), event)), event);
}

#[test]
fn twitter_gets_the_hmac_of_its_token() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let layer = layer_of(provider::twitter(), Handshake::twitter(PATH, SECRET));
    let expected = format!("sha256={}", STANDARD.encode(tag("a token")));
    let response = |target: &str| response(&layer, get(target));
    let expected = serde_json::json!({ "response_token": expected });
    assert_json(
        &response("/webhooks?crc_token=a%20token&nonce=1"),
        &expected,
    );
    for target in [
        "/other?crc_token=a",
        "/webhooks?crc_token=a&crc_token=b",
        "/webhooks",
    ] {
        assert_eq!(
            response(target).status(),
            StatusCode::METHOD_NOT_ALLOWED,
            "{target}"
        );
    }
}

#[test]
fn discord_gets_its_ping_back_and_401_for_one_that_is_wrong_on_purpose() {
    let layer = layer_of(provider::discord(), Handshake::discord());
    let interaction = r#"{"type":1,"id":"1"}"#;
    let pong = response(&layer, signed(provider::discord(), interaction));
    assert_json(&pong, &serde_json::json!({ "type": 1 }));
    let event = response(
        &layer,
        signed(provider::discord(), r#"{"version":1,"type":0}"#),
    );
    assert_eq!(event.status(), StatusCode::NO_CONTENT);
    let forged = signed(provider::discord(), "{}").map(|_| Full::from(interaction));
    assert_eq!(response(&layer, forged).status(), StatusCode::UNAUTHORIZED);
    for delivery in [
        r#"{"type":1,"event":{"type":"APPLICATION_AUTHORIZED"}}"#,
        r#"{"type":2,"id":"1"}"#,
    ] {
        assert_eq!(
            delivered(&layer, signed(provider::discord(), delivery)),
            delivery
        );
    }
}

#[test]
fn twitch_gets_its_challenge_back_once_it_is_verified() {
    let layer = layer_of(provider::twitch(), Handshake::twitch());
    let with_type = |kind: &'static str, body: &str| {
        let mut request = signed(provider::twitch(), body);
        let value = http::HeaderValue::from_static(kind);
        request
            .headers_mut()
            .insert("twitch-eventsub-message-type", value);
        request
    };
    let body = r#"{"challenge":"pogchamp-kappa-360noscope-vohiyo"}"#;
    let verification = with_type("webhook_callback_verification", body);
    assert_text(
        &response(&layer, verification),
        "pogchamp-kappa-360noscope-vohiyo",
    );
    let notification = with_type("notification", body);
    assert_eq!(delivered(&layer, notification), body);
    // The header is not signed: with it a notification is still one.
    let event = r#"{"event":{}}"#;
    assert_eq!(
        delivered(&layer, with_type("webhook_callback_verification", event)),
        event
    );
    let forged = with_type("webhook_callback_verification", "{}").map(|_| Full::from(body));
    assert_eq!(response(&layer, forged).status(), StatusCode::UNAUTHORIZED);
}

#[test]
fn dropbox_gets_its_challenge_back() {
    let layer = layer_of(provider::dropbox(), Handshake::dropbox(PATH));
    assert_text(
        &response(
            &layer,
            get("/webhooks?challenge=%3Cscript%3Ealert(1)%3C/script%3E"),
        ),
        HTML,
    );
    for target in [
        "/webhooks/?challenge=a",
        "/?challenge=a",
        "/webhooks?challenge=a&challenge=a",
    ] {
        let status = response(&layer, get(target)).status();
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{target}");
    }
    let posted = response(&layer, post("/webhooks?challenge=a", ""));
    assert_eq!(posted.status(), StatusCode::BAD_REQUEST);
}

#[test]
fn microsoft_graph_gets_its_token_back() {
    let layer = layer_of(provider::github(), Handshake::microsoft_graph(PATH));
    let token = "Validation%3A+Testing+client+%3Cb%3E";
    let validation = post(&format!("{PATH}?validationToken={token}"), "");
    assert_text(
        &response(&layer, validation),
        "Validation: Testing client <b>",
    );
    let elsewhere = post(&format!("/other?validationToken={token}"), "");
    assert_eq!(
        response(&layer, elsewhere).status(),
        StatusCode::BAD_REQUEST
    );
}

#[test]
fn xero_gets_200_for_a_right_signature_and_401_for_a_wrong_one() {
    let layer = layer_of(provider::xero(), Handshake::xero());
    let intent =
        r#"{"events":[],"firstEventSequence":0,"lastEventSequence":0,"entropy":"S0m3r4nd0mt3xt"}"#;
    let right = response(&layer, signed(provider::xero(), intent));
    assert_eq!(
        (right.status(), right.body().as_ref()),
        (StatusCode::OK, b"".as_ref())
    );
    let wrong = signed(provider::xero(), "{}").map(|_| Full::from(intent));
    assert_eq!(response(&layer, wrong).status(), StatusCode::UNAUTHORIZED);
    let event = r#"{"events":[{"eventType":"CREATE"}]}"#;
    assert_eq!(delivered(&layer, signed(provider::xero(), event)), event);
}

type Kept = Arc<Mutex<Vec<String>>>;

fn kept() -> (Kept, impl Fn(&str) + Send + Sync + 'static) {
    let kept = Kept::default();
    let sink = Arc::clone(&kept);
    (kept, move |secret: &str| {
        sink.lock().unwrap().push(secret.to_owned());
    })
}

#[test]
fn asana_brings_a_secret_and_gets_it_back() {
    let (kept, sink) = kept();
    let layer = layer_of(provider::asana(), Handshake::asana(PATH, sink));
    let bring = |target: &str, secret: &str| {
        let mut request = post(target, "");
        request
            .headers_mut()
            .insert("x-hook-secret", secret.parse().unwrap());
        response(&layer, request)
    };
    let shaken = bring(PATH, "b537207f20cbfa02357cf448134da559");
    assert_eq!(shaken.status(), StatusCode::OK);
    assert_eq!(
        shaken.headers()["x-hook-secret"],
        "b537207f20cbfa02357cf448134da559"
    );
    assert_eq!(*kept.lock().unwrap(), ["b537207f20cbfa02357cf448134da559"]);
    assert_eq!(bring("/other", "a").status(), StatusCode::BAD_REQUEST);
    assert_eq!(
        bring(PATH, &"x".repeat(2049)).status(),
        StatusCode::BAD_REQUEST
    );
    assert_eq!(kept.lock().unwrap().len(), 1);
}

#[test]
fn notion_brings_a_token_in_a_body_that_nothing_signs() {
    let (kept, sink) = kept();
    let layer = layer_of(provider::notion(), Handshake::notion(PATH, sink));
    let shaken = response(
        &layer,
        post(PATH, r#"{"verification_token":"secret_tMrlL1q"}"#),
    );
    assert_eq!(
        (shaken.status(), shaken.body().as_ref()),
        (StatusCode::OK, b"".as_ref())
    );
    assert_eq!(*kept.lock().unwrap(), ["secret_tMrlL1q"]);
    for (target, body) in [
        ("/other", r#"{"verification_token":"secret_2"}"#),
        (
            PATH,
            r#"{"verification_token":"secret_2","type":"page.created"}"#,
        ),
        (PATH, r#"{"verification_token":2}"#),
        (PATH, "{}"),
        (PATH, ""),
    ] {
        let rejected = response(&layer, post(target, body));
        assert_eq!(
            rejected.status(),
            StatusCode::BAD_REQUEST,
            "{target} {body}"
        );
    }
    let mut signed_wrong = post(PATH, r#"{"verification_token":"secret_2"}"#);
    let signature = http::HeaderValue::from_static("sha256=00");
    signed_wrong
        .headers_mut()
        .insert("x-notion-signature", signature);
    assert_eq!(
        response(&layer, signed_wrong).status(),
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(kept.lock().unwrap().len(), 1);
    let event = r#"{"type":"page.created"}"#;
    assert_eq!(delivered(&layer, signed(provider::notion(), event)), event);
}

#[test]
fn a_body_that_may_be_a_handshake_is_read_within_the_limit() {
    let (kept, sink) = kept();
    let receiver = Receiver::builder(SECRET)
        .scheme(provider::notion())
        .danger_accept_replays()
        .max_body_bytes(10)
        .build()
        .unwrap();
    let layer = WebhookLayer::new(receiver)
        .inner_body()
        .handshake(Handshake::notion(PATH, sink));
    let too_large = response(&layer, post(PATH, r#"{"verification_token":"secret"}"#));
    assert_eq!(too_large.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(kept.lock().unwrap().is_empty());
}

#[test]
fn without_being_asked_to_the_layer_responds_to_no_handshake() {
    let layer = WebhookLayer::new(receiver(provider::slack())).inner_body();
    let body = r#"{"type":"url_verification","challenge":"3eZ"}"#;
    assert_eq!(delivered(&layer, signed(provider::slack(), body)), body);
    let layer = WebhookLayer::new(receiver(provider::meta())).inner_body();
    let target = "/webhooks?hub.mode=subscribe&hub.verify_token=verify&hub.challenge=1";
    assert_eq!(
        response(&layer, get(target)).status(),
        StatusCode::METHOD_NOT_ALLOWED
    );
}

#[test]
fn an_unsigned_handshake_is_responded_to_from_an_allowed_address_only() {
    let receiver = Receiver::builder(SECRET)
        .scheme(provider::dropbox())
        .danger_accept_replays()
        .source_ip(SourceIp::allow(["203.0.113.7"]))
        .build()
        .unwrap();
    let layer = WebhookLayer::new(receiver)
        .inner_body()
        .handshake(Handshake::dropbox(PATH));
    let from = |address: &str| {
        let mut request = get("/webhooks?challenge=a");
        let peer = tower_webhook::receiver::PeerAddr(std::net::SocketAddr::new(
            address.parse().unwrap(),
            443,
        ));
        request.extensions_mut().insert(peer);
        response(&layer, request).status()
    };
    assert_eq!(from("203.0.113.7"), StatusCode::OK);
    assert_eq!(from("203.0.113.8"), StatusCode::METHOD_NOT_ALLOWED);
}

#[test]
fn a_signed_handshake_is_not_claimed_and_a_handshake_is_an_outcome() {
    let layer = WebhookLayer::new(receiver(provider::slack()))
        .inner_body::<Full<Bytes>>()
        .handshake(Handshake::slack())
        .idempotency(Idempotency::new("test", MemoryStore::new(10).unwrap()))
        .unwrap();
    let service = layer.layer(unreachable_inner());
    let body = r#"{"type":"url_verification","challenge":"3eZbrw1aB"}"#;
    let log = log_of(|| {
        for _ in 0..2 {
            let again = service.clone().oneshot(signed(provider::slack(), body));
            let response = now(again).unwrap();
            assert_eq!(response.status(), StatusCode::OK);
            assert_eq!(
                now(response.into_body().collect()).unwrap().to_bytes(),
                "3eZbrw1aB"
            );
        }
    });
    assert_eq!(log.matches("outcome=\"handshake\"").count(), 2, "{log}");
    assert!(!log.contains("3eZbrw1aB"), "{log}");
}

/// One of a sender's own.
struct Greeting;

impl layer::Handshake for Greeting {
    fn unsigned(&self, head: &http::request::Parts) -> Option<Response<Bytes>> {
        (head.uri.path() == "/hello").then(|| Response::new("hi".into()))
    }
}

#[test]
fn a_handshake_of_ones_own_stands_beside_others_also_where_deliveries_run_to_completion() {
    let layer = layer_of(provider::slack(), Handshake::slack()).handshake(Greeting);
    assert_eq!(response(&layer, get("/hello")).body(), "hi");
    let service = layer.run_to_completion().layer(unreachable_inner());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let greeted = runtime.block_on(service.oneshot(get("/hello"))).unwrap();
    assert_eq!(greeted.status(), StatusCode::OK);
}
