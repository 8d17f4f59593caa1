//! What the operator is told of the inbox.

use std::{collections::BTreeMap, time::Duration};

use http::Request;
use http_body_util::Full;
use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use tower::ServiceExt;
use tower_webhook::inbox::{Enqueue, Inbox, Schedule, SqliteInbox, Target, Worker};

use super::{
    support::{Directory, Running, receiver, send, store, until},
    worker::{Calls, hang, respond, status},
};
use crate::support::log_of;

/// On this thread, where the log and the metrics are caught.
fn run<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(future)
}

fn assert_line(log: &str, text: &str, parts: &[&str]) {
    let line = log.lines().find(|line| line.contains(text));
    let line = line.unwrap_or_else(|| panic!("no line {text} in {log}"));
    for part in parts {
        assert!(line.contains(part), "no {part} in {line}");
    }
}

#[test]
fn a_delivery_that_is_not_stored_is_logged_with_its_id_and_the_reason() {
    let directory = Directory::new();
    let inbox = SqliteInbox::builder(directory.file()).max_bytes(100_000);
    let enqueue = Enqueue::new(inbox.open().unwrap(), &receiver());
    let log = log_of(|| {
        run(async {
            assert_eq!(send(&enqueue, "msg_1", "{}").await.status(), 202);
            assert_eq!(send(&enqueue, "msg_1", "[]").await.status(), 422);
            let large = vec![b'x'; 200_000];
            assert_eq!(send(&enqueue, "msg_2", large).await.status(), 503);
        });
    });
    let text = "a delivery has the id of another message: its body is not the one that was stored";
    assert_line(&log, text, &["WARN", "message_id=\"msg_1\""]);
    let parts = [
        "ERROR",
        "message_id=\"msg_2\"",
        "error=\"the inbox has no space left: ",
    ];
    assert_line(&log, "a delivery could not be stored", &parts);
}

#[test]
fn a_route_without_the_layer_is_an_error_in_the_log() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    let enqueue = Enqueue::new(inbox, &receiver());
    let log = log_of(|| {
        let request = Request::new(Full::<bytes::Bytes>::default());
        assert_eq!(run(enqueue.oneshot(request)).unwrap().status(), 500);
    });
    let text = "no delivery of this event type for the inbox: put `WebhookLayer` in front of `Enqueue`, \
                and give both the same `decode`";
    let event = format!("event=\"{}\"", std::any::type_name::<bytes::Bytes>());
    assert_line(&log, text, &["ERROR", &event]);
}

/// A worker with one target that succeeds, one that fails for now, one that fails for good, and one that hangs.
fn of_every_fate(inbox: &SqliteInbox, calls: &Calls) -> Worker {
    let target =
        |name: &'static str, code| Target::new(name, respond(calls, move |_| status(code)));
    Worker::new(inbox.clone(), receiver(), target("good", 200))
        .target(target("busy", 503))
        .target(target("bad", 400))
        .target(Target::new("hanging", hang(calls)))
        .endpoint("engage")
        .schedule(Schedule::new([Duration::from_secs(3600)]))
        .maintenance_interval(Duration::from_millis(20))
        .grace(Duration::ZERO)
}

const TARGETS: [&str; 4] = ["good", "busy", "bad", "hanging"];

/// Lets a worker come to every fate, and stops it.
async fn every_fate() {
    let directory = Directory::new();
    let inbox = SqliteInbox::open(directory.file()).unwrap();
    let enqueue = Enqueue::new(inbox.clone(), &receiver())
        .endpoint("engage")
        .targets(TARGETS);
    assert_eq!(send(&enqueue, "msg_1", "body of msg_1").await.status(), 202);
    // Of another endpoint, and nobody's.
    store(&inbox, &TARGETS, &["msg_2", "msg_3"]).await;
    let calls = Calls::default();
    let running = Running::start(of_every_fate(&inbox, &calls));
    until("each was attempted", async || {
        let stats = inbox.stats().await.unwrap();
        let of = |name: &str| {
            let mut ours = stats.iter().filter(|stats| stats.endpoint == "engage");
            ours.find(|stats| stats.target == name)
                .map_or((0, 0), |stats| (stats.waiting, stats.dead))
        };
        calls.of("msg_1") == 4 && (of("good"), of("bad")) == ((0, 0), (0, 1))
    })
    .await;
    // Nothing shows from outside that a retry is settled: a second is long for that.
    tokio::time::sleep(Duration::from_secs(1)).await;
    running.stop().await;
}

#[test]
fn each_attempt_is_logged_with_its_outcome() {
    let log = log_of(|| run(every_fate()));
    for (target, level, text, parts) in [
        (
            "good",
            "INFO",
            "webhook handled from the inbox",
            ["outcome=\"done\"", "status=200"],
        ),
        (
            "busy",
            "WARN",
            "webhook not handled from the inbox",
            ["outcome=\"retry\"", "status=503"],
        ),
        (
            "bad",
            "WARN",
            "webhook not handled from the inbox",
            ["outcome=\"dead\"", "status=400"],
        ),
        (
            "hanging",
            "WARN",
            "a delivery was given back unfinished: the worker stops",
            ["", ""],
        ),
    ] {
        let name = format!("target_name=\"{target}\"");
        let mut lines = log.lines().filter(|line| line.contains(&name));
        let line = lines.next().unwrap_or_else(|| panic!("{target}: {log}"));
        for part in [level, text, "message_id=\"msg_1\"", parts[0], parts[1]] {
            assert!(line.contains(part), "no {part} in {line}");
        }
        assert_eq!(lines.next(), None);
    }
}

#[test]
fn attempts_are_counted_and_what_waits_and_is_dead_is_a_gauge_of_each_target() {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, || run(every_fate()));
    let metrics: BTreeMap<String, DebugValue> = snapshotter
        .snapshot()
        .into_vec()
        .into_iter()
        .map(|(key, _unit, _description, value)| {
            let key = key.key();
            let labels = key.labels().map(|label| format!(" {}", label.value()));
            (key.name().to_owned() + &labels.collect::<String>(), value)
        })
        .collect();
    for (outcome, target) in [("done", "good"), ("retry", "busy"), ("dead", "bad")] {
        let name = format!("tower_webhook_inbox_attempts_total {outcome} {target}");
        assert_eq!(metrics[&name], DebugValue::Counter(1), "{metrics:?}");
    }
    for (target, waiting, dead) in [
        ("good", 0.0, 0.0),
        ("busy", 1.0, 0.0),
        ("bad", 0.0, 1.0),
        ("hanging", 1.0, 0.0),
    ] {
        for (gauge, expected) in [("waiting", waiting), ("dead", dead)] {
            let name = format!("tower_webhook_inbox_{gauge} engage {target}");
            assert_eq!(metrics[&name], DebugValue::Gauge(expected.into()), "{name}");
        }
        let name = format!("tower_webhook_inbox_oldest_seconds engage {target}");
        let DebugValue::Gauge(oldest) = metrics[&name] else {
            panic!("{metrics:?}");
        };
        assert_eq!(oldest.into_inner() > 0.0, waiting > 0.0, "{name}");
    }
}
