//! Senders whose token travels with each request: it is accepted, and no middleware inside shows it.

use std::{
    collections::BTreeSet,
    convert::Infallible,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tower::{Layer, ServiceExt, service_fn};
use tower_webhook::{
    Delivery, Receiver, Rejection, RejectionKind, Timestamp, WebhookLayer,
    provider::{KeyKind, Preset, PresetSettings, presets},
    receiver::IdOrigin,
    scheme::Scheme,
    testing::Signer,
};

/// Of Postmark a user and a password; of the others one text.
const TOKEN: &str = "user:a token of the sender";
const OTHER: &str = "user:another token";

/// Each of these is some preset's id or event type.
const BODY: &str = r#"{"update_id":5,"id":"evt_5","event":"a","RecordType":"b","event_type":"c"}"#;

/// The presets of plain tokens, and the header that has the token.
const PLAIN: [(&str, Option<&str>); 5] = [
    ("figma", None),
    ("gitlab", Some("x-gitlab-token")),
    ("nexi-checkout", Some("authorization")),
    ("postmark", Some("authorization")),
    ("telegram", Some("x-telegram-bot-api-secret-token")),
];

fn scheme_of(slug: &str) -> Scheme {
    let preset = Preset::find(slug).unwrap();
    preset.scheme(&PresetSettings::new()).unwrap()
}

fn layer_of(slug: &str) -> WebhookLayer<Bytes, Full<Bytes>> {
    let receiver = Receiver::builder(TOKEN)
        .scheme(scheme_of(slug))
        .danger_accept_replays();
    WebhookLayer::new(receiver.build().unwrap()).inner_body()
}

/// A request as a server reads it: no value is marked yet, and beside the sender's headers there are others of every kind.
fn request(slug: &str, token: &str) -> Request<Full<Bytes>> {
    let signer = Signer::for_scheme(scheme_of(slug), token).unwrap();
    let at = Timestamp::from_unix_seconds(1_700_000_000);
    let mut request = signer.request("evt_4", at, BODY);
    for value in request.headers_mut().values_mut() {
        *value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
    }
    for name in ["authorization", "cookie", "x-gitlab-token", "x-token"] {
        let line = HeaderValue::from_static("of a stranger");
        request.headers_mut().entry(name).or_insert(line);
    }
    request
}

/// What the inner service sees: why the request is to be rejected, and the names of the headers that are marked.
async fn seen(
    layer: WebhookLayer<Bytes, Full<Bytes>>,
    request: Request<Full<Bytes>>,
) -> (Option<RejectionKind>, BTreeSet<String>) {
    let seen = Arc::new(Mutex::new(None));
    let see = Arc::clone(&seen);
    let inner = service_fn(move |request: Request<Full<Bytes>>| {
        let rejection = request.extensions().get::<Rejection>();
        let kind = rejection.map(Rejection::kind);
        let delivery = request.extensions().get::<Delivery<Bytes>>();
        assert_eq!(delivery.is_some(), kind.is_none());
        let (marked, others): (Vec<_>, Vec<_>) = request
            .headers()
            .iter()
            .partition(|(_, value)| value.is_sensitive());
        let names = |lines: &[(&http::HeaderName, &HeaderValue)]| -> BTreeSet<String> {
            lines.iter().map(|(name, _)| name.to_string()).collect()
        };
        let (marked, others) = (names(&marked), names(&others));
        assert!(marked.is_disjoint(&others), "every line of it: {marked:?}");
        assert!(others.contains("cookie"));
        *see.lock().unwrap() = Some((kind, marked));
        async { Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())) }
    });
    let response = layer.layer(inner).oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let seen = seen.lock().unwrap().take();
    seen.expect("the inner service was reached")
}

#[test]
fn the_list_has_every_preset_of_plain_tokens() {
    let tokens = presets()
        .iter()
        .filter(|preset| preset.key_kind() == KeyKind::Token);
    let mut slugs: Vec<_> = tokens.map(|preset| preset.slug()).collect();
    slugs.sort_unstable();
    assert_eq!(slugs, PLAIN.map(|(slug, _)| slug));
}

#[tokio::test]
async fn the_header_of_a_plain_token_goes_on_as_sensitive_and_no_other() {
    for (slug, header) in PLAIN {
        let marked: BTreeSet<_> = header.into_iter().map(ToOwned::to_owned).collect();
        let genuine = request(slug, TOKEN);
        let enforced = seen(layer_of(slug), genuine.clone()).await;
        assert_eq!(enforced, (None, marked.clone()), "{slug}");
        let monitored = seen(layer_of(slug).danger_monitor_only(), genuine).await;
        assert_eq!(monitored, (None, marked), "{slug}");
    }
}

#[tokio::test]
async fn a_layer_that_only_monitors_marks_a_wrong_token_too_in_every_line() {
    for (slug, header) in PLAIN {
        let mut forged = request(slug, OTHER);
        if let Some(name) = header {
            let second = HeaderValue::from_static("a token in a second line");
            forged.headers_mut().append(name, second);
        }
        let monitored = seen(layer_of(slug).danger_monitor_only(), forged).await;
        let marked: BTreeSet<_> = header.into_iter().map(ToOwned::to_owned).collect();
        let wrong = Some(RejectionKind::HeaderTokenMismatch);
        assert_eq!(monitored, (wrong, marked), "{slug}");
    }
}

/// Why a receiver rejects a request whole.
async fn verdict(slug: &str, request: Request<Full<Bytes>>) -> Result<(), RejectionKind> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let receiver = Receiver::builder(TOKEN)
        .scheme(scheme_of(slug))
        .danger_accept_replays()
        .build()
        .unwrap();
    let verified = receiver
        .check_head(&head)
        .and_then(|head| head.check_signature(body));
    verified.map(drop).map_err(|rejection| rejection.kind())
}

#[tokio::test]
async fn the_id_and_the_type_are_read_where_the_sender_has_them() {
    for (slug, id, event_type) in [
        ("figma", None, Some("c")),
        ("gitlab", Some("of-a-header"), Some("Push Hook")),
        ("nexi-checkout", Some("evt_5"), Some("a")),
        ("postmark", None, Some("b")),
        ("telegram", Some("5"), None),
    ] {
        let mut request = request(slug, TOKEN);
        let headers = request.headers_mut();
        headers.insert("x-gitlab-event-uuid", "of-a-header".parse().unwrap());
        headers.insert("x-gitlab-event", "Push Hook".parse().unwrap());
        let (head, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let receiver = Receiver::builder(TOKEN)
            .scheme(scheme_of(slug))
            .danger_accept_replays()
            .build()
            .unwrap();
        let head = receiver.check_head(&head).unwrap();
        let verified = head.check_signature(body).unwrap();
        let found = match verified.id_origin() {
            IdOrigin::Digest => None,
            _ => Some(verified.id().to_string()),
        };
        assert_eq!(found.as_deref(), id, "{slug}");
        assert_eq!(verified.event_type(), event_type, "{slug}");
    }
}

#[tokio::test]
async fn a_signer_gives_each_of_them_its_token_where_the_receiver_looks_for_it() {
    let at = Timestamp::from_unix_seconds(1_700_000_000);
    for (slug, header) in PLAIN {
        let signed = |token: &str| {
            let signer = Signer::for_scheme(scheme_of(slug), token).unwrap();
            signer.request("evt_4", at, BODY)
        };
        assert_eq!(verdict(slug, signed(TOKEN)).await, Ok(()), "{slug}");
        let mismatch = Err(RejectionKind::HeaderTokenMismatch);
        assert_eq!(verdict(slug, signed(OTHER)).await, mismatch, "{slug}");

        let mut without = signed(TOKEN);
        match header {
            Some(name) => drop(without.headers_mut().remove(name).expect("its token")),
            None => *without.body_mut() = Full::from(BODY),
        }
        let missing = Err(RejectionKind::HeaderTokenMissing);
        assert_eq!(verdict(slug, without).await, missing, "{slug}");
    }
}

#[tokio::test]
async fn a_signer_of_basic_authentication_encodes_and_one_of_figma_keeps_the_other_members() {
    let at = Timestamp::from_unix_seconds(1_700_000_000);
    // The example of RFC 7617, section 2.
    let postmark = Signer::for_scheme(scheme_of("postmark"), "Aladdin:open sesame").unwrap();
    let request = postmark.request("", at, BODY);
    let expected = "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==";
    assert_eq!(request.headers()["authorization"], expected);

    let figma = Signer::for_scheme(scheme_of("figma"), "open sesame").unwrap();
    let request = figma.request("", at, r#"{"event_type":"PING","passcode":"of another"}"#);
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let expected = serde_json::json!({"event_type": "PING", "passcode": "open sesame"});
    assert_eq!(body, expected);
}
