//! A system that takes what is forwarded: a real server.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use tokio::{net::TcpListener, runtime::Runtime};
use tower_webhook::{Receiver, receiver::Verified};

use super::super::{process::PATIENCE, right::OTHER_SECRET};

/// The secret that it shares with the receiver under test.
pub(super) const SECRET: &str = OTHER_SECRET;

/// What came in one attempt.
#[derive(Clone, Debug)]
pub(super) struct Forwarded {
    pub(super) at: Instant,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Forwarded {
    pub(super) fn id(&self) -> &str {
        self.headers["webhook-id"].to_str().unwrap()
    }

    /// As the target itself verifies it.
    pub(super) fn verified(&self) -> Verified {
        let receiver = Receiver::builder([SECRET]).build().unwrap();
        let head = receiver.check_head(&self.headers).unwrap();
        head.check_signature(self.body.clone()).unwrap()
    }
}

pub(super) struct Server {
    address: SocketAddr,
    attempts: Arc<Mutex<Vec<Forwarded>>>,
    runtime: Option<Runtime>,
}

type Answer = dyn Fn(usize) -> (Duration, Response) + Send + Sync;

#[derive(Clone)]
struct Shared {
    attempts: Arc<Mutex<Vec<Forwarded>>>,
    answer: Arc<Answer>,
}

impl Server {
    /// Responds to each attempt, of whatever delivery, with what `answer` makes of its number from 1.
    pub(super) fn start<R: IntoResponse>(
        answer: impl Fn(usize) -> R + Send + Sync + 'static,
    ) -> Self {
        Self::start_slow(move |attempt| (Duration::ZERO, answer(attempt)))
    }

    /// The same, after a while.
    pub(super) fn start_slow<R: IntoResponse>(
        answer: impl Fn(usize) -> (Duration, R) + Send + Sync + 'static,
    ) -> Self {
        let attempts = Arc::<Mutex<Vec<Forwarded>>>::default();
        let shared = Shared {
            attempts: Arc::clone(&attempts),
            answer: Arc::new(move |attempt| {
                let (delay, response) = answer(attempt);
                (delay, response.into_response())
            }),
        };
        let runtime = Runtime::new().unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let listener = runtime.block_on(listener).unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(take).with_state(shared);
        runtime.spawn(async { axum::serve(listener, router).await });
        Self {
            address,
            attempts,
            runtime: Some(runtime),
        }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/hooks", self.address)
    }

    pub(super) fn attempts(&self) -> Vec<Forwarded> {
        self.attempts.lock().unwrap().clone()
    }

    /// Waits until so many attempts have come, and no more.
    pub(super) fn wait_for(&self, count: usize) -> Vec<Forwarded> {
        self.wait_until("attempts", || self.attempts().len() >= count);
        let attempts = self.attempts();
        assert_eq!(attempts.len(), count);
        attempts
    }

    pub(super) fn wait_until(&self, what: &str, is_so: impl Fn() -> bool) {
        let start = Instant::now();
        while !is_so() {
            let attempts = self.attempts().len();
            assert!(
                start.elapsed() < PATIENCE,
                "waited for {what}: {attempts} came"
            );
            thread::sleep(Duration::from_millis(10));
        }
    }
}

async fn take(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let number = {
        let mut attempts = shared.attempts.lock().unwrap();
        attempts.push(Forwarded {
            at: Instant::now(),
            headers,
            body,
        });
        attempts.len()
    };
    let (delay, response) = (shared.answer)(number);
    tokio::time::sleep(delay).await;
    response
}

impl Drop for Server {
    fn drop(&mut self) {
        self.runtime.take().unwrap().shutdown_background();
    }
}
