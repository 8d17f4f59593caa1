//! A system that deliveries are forwarded to.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle, time::sleep};
use tower_webhook::Receiver;

use super::Kill;
use crate::receiver::SECRET;

/// Fails the first attempts of each event, and takes the next.
pub(super) struct Target {
    address: SocketAddr,
    shared: Arc<Shared>,
    serving: Option<Serving>,
}

struct Serving {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

struct Shared {
    failures: usize,
    verifier: Receiver,
    book: Mutex<HashMap<String, Entry>>,
}

/// What came of one event.
#[derive(Default)]
struct Entry {
    attempts: usize,
    successes: Vec<Instant>,
}

impl Target {
    pub(super) async fn start(failures: usize) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.expect("a free port");
        let verifier = Receiver::builder([SECRET]).build();
        let shared = Arc::new(Shared {
            failures,
            verifier: verifier.expect("a secret"),
            book: Mutex::default(),
        });
        Self {
            address: listener.local_addr().expect("an address"),
            serving: Some(serve(listener, Arc::clone(&shared))),
            shared,
        }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Ends what is in progress, closes its connections and its port.
    pub(super) async fn go_down(&mut self) {
        let Serving { stop, task } = self.serving.take().expect("it was up");
        stop.send(()).expect("it serves");
        task.await.expect("it ended");
    }

    pub(super) async fn come_back(&mut self) {
        let listener = TcpListener::bind(self.address).await;
        let listener = listener.expect("nobody has taken its port");
        self.serving = Some(serve(listener, Arc::clone(&self.shared)));
    }

    pub(super) async fn until_reached(&self, count: usize) {
        let reached = || {
            let book = self.shared.book();
            let entries = book.values();
            entries.filter(|entry| !entry.successes.is_empty()).count()
        };
        while reached() < count {
            sleep(Duration::from_millis(20)).await;
        }
    }

    pub(super) fn assert_reached_by(&self, ids: &[String]) {
        let book = self.shared.book();
        for id in ids {
            let entry = book.get(id);
            let is_there = entry.is_some_and(|entry| !entry.successes.is_empty());
            assert!(is_there, "{id} was acknowledged and lost");
        }
    }

    pub(super) fn attempts(&self) -> usize {
        self.shared
            .book()
            .values()
            .map(|entry| entry.attempts)
            .sum()
    }

    /// How many came again after a success, for each kill in which they were in flight. Any other fails the run.
    pub(super) fn repeated(&self, kills: &[Kill]) -> Vec<usize> {
        let mut repeated = vec![0; kills.len()];
        for (id, entry) in &*self.shared.book() {
            for pair in entry.successes.windows(2) {
                let between = |kill: &Kill| pair[0] <= kill.to && kill.from <= pair[1];
                let kill = kills.iter().position(between);
                let kill = kill.unwrap_or_else(|| panic!("{id} was sent twice without a kill"));
                repeated[kill] += 1;
            }
        }
        repeated
    }
}

impl Shared {
    fn book(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        self.book.lock().expect("no check of the target failed")
    }
}

fn serve(listener: TcpListener, shared: Arc<Shared>) -> Serving {
    let (stop, stopped) = oneshot::channel();
    let router = Router::new().fallback(take).with_state(shared);
    let serving = axum::serve(listener, router).with_graceful_shutdown(async {
        let _ = stopped.await;
    });
    let task = tokio::spawn(async { serving.await.expect("it serves") });
    Serving { stop, task }
}

async fn take(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let head = shared.verifier.check_head(&headers);
    let verified = head.and_then(|head| head.check_signature(body));
    let Ok(verified) = verified else {
        return StatusCode::UNAUTHORIZED;
    };
    let mut book = shared.book();
    let entry = book.entry(verified.id().to_string()).or_default();
    entry.attempts += 1;
    if entry.attempts <= shared.failures {
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    entry.successes.push(Instant::now());
    StatusCode::OK
}
