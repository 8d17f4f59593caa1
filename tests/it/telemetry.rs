//! The contract of `docs/telemetry.md`.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    error::Error,
    future::{pending, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use metrics::{SharedString, Unit};
use metrics_util::{
    CompositeKey,
    debugging::{DebugValue, DebuggingRecorder},
};
use tower::{Layer as _, ServiceExt, service_fn};
use tower_webhook::{
    Idempotency, Receiver, Rejection,
    RejectionKind::{DecryptionFailed, HeaderTokenMismatch, MalformedEvent, SignatureMismatch},
    WebhookLayer,
    decrypt::{Aes256Gcm, Decrypt},
    idempotency::MemoryStore,
    provider,
    testing::sealed_envelope,
    voyado,
};

use crate::{
    layer::{Answer, Frames, Layer, builder, genuine, layer, layer_of, unreachable_inner},
    support::{ID, NOW, SECRET, log_of},
};

const BODY: &str = r#"{"eventType":"contact.deleted","tenant":"shop.example","payload":
    {"contactId":"c-1","email":"somebody@example.com"}}"#;

/// Sends a request through the layer to a service that answers with `status`.
fn send<B: http_body::Body>(request: Request<B>, status: StatusCode) {
    send_through(new_layer(), request, status);
}

fn send_through<B: http_body::Body>(
    layer: Layer<voyado::Envelope>,
    request: Request<B>,
    status: StatusCode,
) -> Answer {
    let inner = service_fn(move |_: Request<Full<Bytes>>| async move {
        tracing::info!("handling");
        let mut response = Response::new(Full::<Bytes>::default());
        *response.status_mut() = status;
        Ok::<_, Infallible>(response)
    });
    run(async move { layer.layer(inner).oneshot(request).await.unwrap() })
}

fn new_layer() -> Layer<voyado::Envelope> {
    layer().decode()
}

/// On this thread, where the log and the metrics are caught.
fn run<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(future)
}

fn forged() -> Request<Full<Bytes>> {
    genuine(BODY).map(|_| Full::new(Bytes::from_static(b"forged")))
}

/// Drops a request whose body has not ended.
fn abandon() {
    abandon_midway(
        genuine(BODY).map(|_| Frames::new([Ok(Bytes::from_static(b"{"))]).then_pending()),
    );
}

/// Drops a request to a service that never answers.
fn abandon_midway<B: http_body::Body>(request: Request<B>) {
    run(async {
        let inner = service_fn(async |_: Request<Full<Bytes>>| {
            pending::<Result<Response<Full<Bytes>>, Infallible>>().await
        });
        let mut answer = pin!(new_layer().layer(inner).oneshot(request));
        poll_fn(|cx| {
            assert!(answer.as_mut().poll(cx).is_pending());
            Poll::Ready(())
        })
        .await;
    });
}

fn assert_has(log: &str, parts: &[&str]) {
    for part in parts {
        assert!(log.contains(part), "no {part} in {log}");
    }
}

#[test]
fn a_delivery_is_one_event_at_info_with_its_fields_and_the_handler_runs_in_its_span() {
    let log = log_of(|| send(genuine(BODY), StatusCode::OK));
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(lines.len(), 2, "{log}");
    let id = format!("message_id={ID}");
    let span = [
        "INFO",
        "webhook{",
        &id,
        "event_type=\"contact.deleted\"",
        "claimed_tenant=\"shop.example\"",
    ];
    assert_has(lines[0], &[&span[..], &["handling"]].concat());
    let bytes = format!("body_bytes={}", BODY.len());
    let fields = [
        "outcome=\"delivered\"",
        &bytes,
        "status=200",
        "receive_us=",
        "open_us=",
        "handle_us=",
    ];
    let once = [
        &id,
        "event_type=\"contact.deleted\"",
        "claimed_tenant=\"shop.example\"",
    ];
    let told = ["INFO tower_webhook: webhook delivered"];
    assert_has(lines[1], &[&told[..], &once[..], &fields[..]].concat());
    for field in once {
        assert_eq!(lines[1].matches(field).count(), 1, "{field} in {log}");
    }
}

#[test]
fn a_genuine_delivery_that_is_not_handled_is_a_warning() {
    let log = log_of(|| send(genuine(BODY), StatusCode::INTERNAL_SERVER_ERROR));
    assert_has(&log, &["WARN", "outcome=\"handler_refused\"", "status=500"]);
    let log = log_of(|| send(genuine("{}"), StatusCode::OK));
    assert_has(
        &log,
        &["WARN", "outcome=\"malformed_event\"", "status=422", ID],
    );
}

#[test]
fn a_stranger_fills_one_line_a_minute_and_no_id() {
    let log = log_of(|| {
        let inner = service_fn(async |_: Request<Full<Bytes>>| {
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
        });
        let service = new_layer().layer(inner);
        run(async move {
            for _ in 0..100 {
                service.clone().oneshot(forged()).await.unwrap();
            }
        });
    });
    let loud: Vec<&str> = log.lines().filter(|line| line.contains("WARN")).collect();
    assert_eq!(loud.len(), 1, "{loud:?}");
    assert_has(loud[0], &["outcome=\"signature_mismatch\"", "status=401"]);
    let quiet = log.lines().filter(|line| line.contains("DEBUG")).count();
    assert_eq!(quiet, 99);
    assert!(!log.contains(ID), "{log}");
}

#[test]
fn a_layer_that_only_monitors_tells_what_it_would_have_refused_and_strangers_fill_no_log() {
    for status in [StatusCode::OK, StatusCode::INTERNAL_SERVER_ERROR] {
        let monitored = || {
            let inner = service_fn(move |_: Request<Full<Bytes>>| async move {
                let mut response = Response::new(Full::<Bytes>::default());
                *response.status_mut() = status;
                Ok::<_, Infallible>(response)
            });
            let service = new_layer().danger_monitor_only().layer(inner);
            run(async move {
                for _ in 0..10 {
                    service.clone().oneshot(forged()).await.unwrap();
                }
            });
        };
        let log = log_of(monitored);
        let loud: Vec<&str> = log.lines().filter(|line| line.contains("WARN")).collect();
        assert_eq!(loud.len(), 1, "{log}");
        let status = format!("status={}", status.as_u16());
        assert_has(loud[0], &["outcome=\"signature_mismatch\"", &status]);
        let counted = &metrics_of(monitored)["tower_webhook_deliveries_total signature_mismatch"];
        assert_eq!(*counted, DebugValue::Counter(10));
    }
}

#[test]
fn what_the_sender_says_of_an_event_is_shown_up_to_128_characters() {
    let tenant = "é".repeat(10_000);
    let body = format!(r#"{{"eventType":"contact.merged","tenant":"{tenant}","payload":{{}}}}"#);
    let log = log_of(|| send(genuine(body.clone()), StatusCode::OK));
    assert_has(&log, &[&format!("tenant=\"{}\"", "é".repeat(128))]);
    assert!(log.len() < 2_000, "{}", log.len());
}

#[test]
fn a_request_dropped_before_its_answer_is_abandoned() {
    let log = log_of(|| abandon_midway(genuine(BODY)));
    assert_has(&log, &["INFO", "outcome=\"abandoned\"", ID]);
}

#[test]
fn a_handler_that_panics_has_failed_whoever_catches_it() {
    let panicking = || {
        service_fn(
            async |_: Request<Full<Bytes>>| -> Result<Answer, Infallible> {
                panic!("a handler's panic")
            },
        )
    };
    let layer = new_layer();
    let caught = log_of(|| {
        let mut response = Box::pin(layer.layer(panicking()).oneshot(genuine(BODY)));
        let mut context = Context::from_waker(Waker::noop());
        let poll = AssertUnwindSafe(|| drop(response.as_mut().poll(&mut context)));
        assert!(catch_unwind(poll).is_err_and(|panic| panic.is::<&str>()));
    });
    let in_a_task = log_of(|| {
        let layer = new_layer().run_to_completion();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let response = runtime.block_on(layer.layer(panicking()).oneshot(genuine(BODY)));
        assert_eq!(response.unwrap().status(), 500);
    });
    for log in [caught, in_a_task] {
        assert_has(&log, &["WARN", "outcome=\"handler_failed\"", ID]);
        assert!(!log.contains("abandoned"), "{log}");
    }
}

#[test]
fn a_stranger_who_leaves_midway_fills_no_line_of_the_log() {
    let log = log_of(abandon);
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(lines.len(), 1, "{log}");
    assert_has(lines[0], &["DEBUG", "outcome=\"abandoned\""]);
    assert!(!log.contains(ID), "{log}");
}

#[test]
fn no_secret_and_no_payload_is_in_a_log_of_any_level_or_a_metric_or_an_error() {
    const TOKEN: &str = "the-token-of-this-test";
    const KEY: &str = "the-key-of-this-test-of-32-bytes";
    let cipher = || Aes256Gcm::new(KEY).unwrap();
    let layer = || layer_of(builder().header_token("x-token", [TOKEN]).decrypt(cipher())).decode();
    let with_token = |token: &str, mut request: Request<Full<Bytes>>| {
        let token = token.parse().unwrap();
        request.headers_mut().insert("x-token", token);
        request
    };
    let sealed = sealed_envelope(BODY, |payload| cipher().seal(payload, [7; 12])).unwrap();
    let mangled = sealed.replace(r#""payload":""#, r#""payload":"not-opened"#);
    let mut responses = Vec::new();
    let mut send_each = || {
        for (token, request, status) in [
            (TOKEN, genuine(BODY), StatusCode::OK),
            (TOKEN, genuine(BODY), StatusCode::BAD_GATEWAY),
            (TOKEN, genuine(sealed.clone()), StatusCode::OK),
            (TOKEN, genuine(mangled.clone()), StatusCode::OK),
            (
                TOKEN,
                genuine("not json, somebody@example.com"),
                StatusCode::OK,
            ),
            (TOKEN, forged(), StatusCode::OK),
            ("a-token-of-a-stranger", genuine(BODY), StatusCode::OK),
        ] {
            responses.push(send_through(layer(), with_token(token, request), status));
        }
        abandon();
    };
    let log = log_of(&mut send_each);
    let metrics = format!("{:?}", recorded(&mut send_each));

    let rejections: Vec<Rejection> = responses
        .iter()
        .filter_map(|response| response.extensions().get().cloned())
        .collect();
    let kinds: Vec<_> = rejections.iter().map(Rejection::kind).collect();
    let refused = [
        DecryptionFailed,
        MalformedEvent,
        SignatureMismatch,
        HeaderTokenMismatch,
    ];
    assert_eq!(kinds, [refused, refused].concat());
    let texts = |error: &dyn Error| format!("{error} {error:?}\n");
    let mut errors = texts(&Receiver::builder([TOKEN]).build().unwrap_err());
    errors += &texts(&Aes256Gcm::new(&KEY[1..]).unwrap_err());
    errors += &texts(&cipher().decrypt("not-opened").unwrap_err());
    for rejection in &rejections {
        errors += &texts(rejection);
    }

    let signature = genuine(BODY).headers()["svix-signature"].clone();
    for hidden in [
        "somebody@example.com",
        "c-1",
        &SECRET[6..],
        &signature.to_str().unwrap()[3..],
        "forged",
        "not-opened",
        TOKEN,
        "a-token-of-a-stranger",
        &KEY[1..],
    ] {
        for shown in [&log, &metrics, &errors] {
            assert!(!shown.contains(hidden), "{hidden} in {shown}");
        }
    }
}

/// All that is recorded while `act` runs.
fn recorded(
    act: impl FnOnce(),
) -> Vec<(CompositeKey, Option<Unit>, Option<SharedString>, DebugValue)> {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, act);
    snapshotter.snapshot().into_vec()
}

/// The metrics that are recorded while `act` runs: by name and label.
fn metrics_of(act: impl FnOnce()) -> BTreeMap<String, DebugValue> {
    recorded(act)
        .into_iter()
        .map(|(key, _unit, _description, value)| {
            let key = key.key();
            let labels = key.labels().map(|label| format!(" {}", label.value()));
            (key.name().to_owned() + &labels.collect::<String>(), value)
        })
        .collect()
}

#[test]
fn every_request_is_counted_by_its_outcome() {
    let metrics = metrics_of(|| {
        send(genuine(BODY), StatusCode::OK);
        send(genuine(BODY), StatusCode::NO_CONTENT);
        send(genuine(BODY), StatusCode::BAD_GATEWAY);
        send(forged(), StatusCode::OK);
        abandon();
    });
    for (outcome, count) in [
        ("delivered", 2),
        ("handler_refused", 1),
        ("signature_mismatch", 1),
        ("abandoned", 1),
    ] {
        let name = format!("tower_webhook_deliveries_total {outcome}");
        assert_eq!(metrics[&name], DebugValue::Counter(count), "{outcome}");
    }
}

#[test]
fn sizes_and_phases_are_histograms_and_the_last_verified_delivery_is_a_gauge() {
    let metrics = metrics_of(|| send(genuine(BODY), StatusCode::OK));
    #[expect(clippy::cast_precision_loss, reason = "as exact as the metric itself")]
    let size = [(BODY.len() as f64).into()];
    let expected = DebugValue::Histogram(size.to_vec());
    assert_eq!(metrics["tower_webhook_body_bytes"], expected);
    for phase in ["receive", "open", "handle"] {
        let phase = &metrics[&format!("tower_webhook_phase_seconds {phase}")];
        assert!(matches!(phase, DebugValue::Histogram(values) if values.len() == 1));
    }
    #[expect(clippy::cast_precision_loss, reason = "as exact as the metric itself")]
    let now = DebugValue::Gauge((NOW as f64).into());
    let gauge = "tower_webhook_last_verified_timestamp_seconds";
    assert_eq!(metrics[gauge], now);
    assert!(!metrics_of(|| send(forged(), StatusCode::OK)).contains_key(gauge));
}

#[test]
fn a_name_of_the_layer_is_in_the_span_the_event_and_each_metric_and_no_name_is_nowhere() {
    let send_named = || {
        drop(send_through(
            new_layer().name("engage"),
            genuine(BODY),
            StatusCode::OK,
        ));
    };
    let log = log_of(send_named);
    let lines: Vec<&str> = log.lines().collect();
    assert_has(lines[0], &["webhook{layer=\"engage\"", "handling"]);
    assert_has(lines[1], &["webhook delivered", "layer=\"engage\""]);
    let metrics = metrics_of(send_named);
    for name in metrics.keys() {
        assert!(name.contains(" engage"), "{name}");
    }
    assert!(!log_of(|| send(genuine(BODY), StatusCode::OK)).contains("layer="));
}

#[test]
fn every_metric_is_described() {
    for (key, unit, description, _) in recorded(|| send(genuine(BODY), StatusCode::OK)) {
        let name = key.key().name().to_owned();
        assert!(unit.is_some(), "{name}");
        assert!(description.is_some_and(|text| !text.is_empty()), "{name}");
    }
}

#[test]
fn the_secret_that_was_used_last_is_a_gauge_by_its_position() {
    let other = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    let rotated = || {
        let receiver =
            Receiver::builder([other, SECRET]).clock(|| std::time::Duration::from_secs(NOW));
        drop(send_through(
            layer_of(receiver).decode(),
            genuine(BODY),
            StatusCode::OK,
        ));
    };
    let metrics = metrics_of(rotated);
    let gauge = "tower_webhook_secret_last_used_timestamp_seconds";
    #[expect(clippy::cast_precision_loss, reason = "as exact as the metric itself")]
    let now = DebugValue::Gauge((NOW as f64).into());
    assert_eq!(metrics[&format!("{gauge} 2")], now);
    assert!(!metrics.contains_key(&format!("{gauge} 1")));
}

#[test]
fn bytes_in_flight_are_a_gauge_that_returns_to_nothing() {
    let metrics = metrics_of(|| send(genuine(BODY), StatusCode::OK));
    let gauge = DebugValue::Gauge(0.0.into());
    assert_eq!(metrics["tower_webhook_bytes_in_flight"], gauge);
}

#[test]
fn a_rejection_is_logged_with_its_facts_and_its_hint() {
    let log = log_of(|| {
        let mut unsigned = genuine(BODY);
        unsigned.headers_mut().remove("svix-timestamp");
        send(unsigned, StatusCode::OK);
    });
    assert_has(
        &log,
        &[
            "tower_webhook: webhook rejected",
            "detail=missing header `svix-timestamp`",
            "hint=\"",
        ],
    );
    let log = log_of(|| send(genuine("[1,\n 2]"), StatusCode::OK));
    assert_has(&log, &["outcome=\"malformed_event\"", "detail=", "line "]);
}

#[test]
fn the_verified_tenant_and_the_claimed_one_have_names_of_their_own() {
    let log = log_of(|| {
        let secrets = tower_webhook::receiver::Secrets::builder([SECRET]).tenant("ours");
        let secrets = std::sync::Arc::new(secrets.build().unwrap());
        let source = move |_: &tower_webhook::receiver::RequestHead<'_>| Some(secrets.clone());
        let receiver =
            Receiver::builder_with_source(source).clock(|| std::time::Duration::from_secs(NOW));
        drop(send_through(
            layer_of(receiver).decode(),
            genuine(BODY),
            StatusCode::OK,
        ));
    });
    assert_has(
        &log,
        &[" tenant=\"ours\"", "claimed_tenant=\"shop.example\""],
    );
}

#[test]
fn of_an_event_without_a_type_and_a_tenant_none_is_told() {
    let log = log_of(|| {
        let inner = service_fn(async |_: Request<Full<Bytes>>| {
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
        });
        drop(run(layer().layer(inner).oneshot(genuine(BODY))));
    });
    assert_has(&log, &["outcome=\"delivered\""]);
    assert!(!log.contains("tenant"), "{log}");
    assert!(!log.contains("event_type"), "{log}");
}

#[test]
fn a_handler_without_the_layer_is_an_error_in_the_log() {
    let log = log_of(|| {
        async fn handler(_: tower_webhook::Delivery<Bytes>) {}
        let app = axum::Router::new().route("/", axum::routing::post(handler));
        let response = run(app.oneshot(genuine(BODY).map(axum::body::Body::new))).unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    });
    assert_has(
        &log,
        &["ERROR tower_webhook", "WebhookLayer::new(receiver).decode"],
    );
}

#[test]
fn a_delivery_of_a_test_has_what_it_is_given() {
    let delivery = tower_webhook::testing::delivery(7);
    assert_eq!(delivery.id().as_str(), "msg_test");
    assert_eq!(delivery.into_event(), 7);
    let at = tower_webhook::Timestamp::from_unix_seconds(9);
    let delivery = tower_webhook::testing::delivery_of("msg_9", at, "{}", ());
    assert_eq!(delivery.id().as_str(), "msg_9");
    assert_eq!(delivery.timestamp(), Some(at));
    assert_eq!(delivery.body(), "{}");
}

#[test]
fn a_receiver_that_relies_on_a_store_is_warned_of_a_layer_without_one() {
    let receiver = || {
        let receiver = Receiver::builder("a secret").scheme(provider::github());
        receiver.deduplicated().build().unwrap()
    };
    let without = WebhookLayer::<Bytes>::new(receiver());
    let log = log_of(|| drop(without.layer(unreachable_inner())));
    assert!(
        log.contains("WARN")
            && log.contains("this layer has no idempotency store")
            && log.contains("github"),
        "{log}"
    );
    let store = MemoryStore::new(10).unwrap();
    let with =
        WebhookLayer::<Bytes>::new(receiver()).idempotency(Idempotency::new("github", store));
    let with = with.unwrap();
    assert_eq!(log_of(|| drop(with.layer(unreachable_inner()))), "");
}
