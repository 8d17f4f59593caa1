//! An inbox in a directory of its own, filled as a sender fills it.

use std::{
    env, fs,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body_util::Full;
use tokio::{sync::oneshot, task::JoinHandle, time::sleep};
use tower::{Layer, ServiceExt};
use tower_webhook::{
    Receiver, Timestamp, WebhookLayer,
    inbox::{DeadLetter, Enqueue, Inbox, Schedule, SqliteInbox, Target, TargetStats, Worker},
    layer::ResponseBody,
};

use crate::support::{NOW, receiver_at, signer};

/// A directory that goes with the test.
pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("tower-webhook-inbox-{}-{number}", std::process::id());
        let path = env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.join("inbox.db")
    }

    pub(crate) fn path(&self) -> &std::path::Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn receiver() -> Receiver {
    receiver_at(NOW)
}

/// Sends a genuine delivery through the layer to an `Enqueue`.
pub(crate) async fn send(
    enqueue: &Enqueue,
    id: &str,
    body: impl Into<Bytes>,
) -> Response<ResponseBody<Full<Bytes>>> {
    let request = signer().request(id, Timestamp::from_unix_seconds(NOW), body);
    let service = WebhookLayer::new(receiver()).layer(enqueue.clone());
    service.oneshot(request).await.unwrap()
}

/// Stores genuine deliveries for these targets.
pub(crate) async fn store(inbox: &SqliteInbox, targets: &[&str], ids: &[&str]) {
    let enqueue =
        Enqueue::new(inbox.clone(), &receiver()).targets(targets.iter().map(ToString::to_string));
    for id in ids {
        let stored = send(&enqueue, id, format!("body of {id}")).await;
        assert_eq!(stored.status(), StatusCode::ACCEPTED);
    }
}

/// A worker with settings for tests.
pub(crate) fn worker(inbox: &SqliteInbox, target: impl Into<Target>) -> Worker {
    Worker::new(inbox.clone(), receiver(), target)
        .schedule(Schedule::new([Duration::from_millis(30); 3]))
        .poll_interval(Duration::from_millis(50))
        .grace(Duration::from_secs(5))
}

/// A worker that runs.
pub(crate) struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    pub(crate) fn start(worker: Worker) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async {
            let _ = stopped.await;
        };
        Self {
            task: tokio::spawn(worker.run(shutdown)),
            stop,
        }
    }

    pub(crate) async fn stop(self) {
        self.stop.send(()).unwrap();
        self.task.await.unwrap();
    }

    /// As `kill -9` does: nothing is settled, nothing is given back.
    pub(crate) async fn kill(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
    }
}

/// Waits until something is so.
pub(crate) async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !is_so().await {
        assert!(
            started.elapsed() < Duration::from_secs(10),
            "not in time: {what}"
        );
        sleep(Duration::from_millis(5)).await;
    }
}

pub(crate) async fn stats(inbox: &SqliteInbox) -> Vec<TargetStats> {
    inbox.stats().await.unwrap()
}

/// Waits until nothing waits any more.
pub(crate) async fn drained(inbox: &SqliteInbox) {
    until("everything handled", async || {
        stats(inbox).await.iter().all(|target| target.waiting == 0)
    })
    .await;
}

pub(crate) async fn dead(inbox: &SqliteInbox) -> Vec<DeadLetter> {
    inbox.dead_letters(None, 1000).await.unwrap()
}
