//! Deliveries that go on while the store fails, and a ledger of what became of them.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use tokio::task::JoinSet;
use tower::{Layer as _, ServiceExt, service_fn};
use tower_webhook::{Delivery, Idempotency, RejectionKind, idempotency::IdempotencyStore};

use super::{delivery, empty, layer, outcome};

/// Messages that are on their way at a time.
const SENDERS: usize = 6;
/// How long a sender waits before it tries again.
const BACKOFF: Duration = Duration::from_millis(15);

pub(crate) struct Promises {
    senders: JoinSet<()>,
    stops: Arc<AtomicBool>,
    ledger: Arc<Ledger>,
}

#[derive(Default)]
struct Ledger {
    next: AtomicUsize,
    messages: Mutex<HashMap<String, Message>>,
}

#[derive(Default)]
struct Message {
    running: usize,
    ran: usize,
    is_acknowledged: bool,
}

impl Ledger {
    fn of<T>(&self, id: &str, act: impl FnOnce(&mut Message) -> T) -> T {
        act(self.messages.lock().unwrap().entry(id.into()).or_default())
    }

    async fn handle(&self, id: &str) {
        self.of(id, |message| {
            assert!(
                !message.is_acknowledged,
                "{id} ran after it was acknowledged"
            );
            assert_eq!(message.running, 0, "{id} runs twice at a time");
            message.running += 1;
        });
        tokio::time::sleep(Duration::from_millis(3)).await;
        self.of(id, |message| {
            message.running -= 1;
            message.ran += 1;
        });
    }

    fn acknowledge(&self, id: &str) {
        self.of(id, |message| {
            assert!(message.ran > 0, "{id} was acknowledged and has not run");
            message.is_acknowledged = true;
        });
    }
}

impl Promises {
    /// Delivers to two services, each with its store, until all of it is [checked](Self::assert_held).
    pub(crate) fn start<I: IdempotencyStore>(stores: &[I; 2]) -> Self {
        let stops = Arc::new(AtomicBool::new(false));
        let ledger = Arc::new(Ledger::default());
        let mut senders = JoinSet::new();
        for _ in 0..SENDERS {
            let (stores, stops) = (stores.clone(), Arc::clone(&stops));
            let ledger = Arc::clone(&ledger);
            senders.spawn(async move {
                while !stops.load(Ordering::Relaxed) {
                    let number = ledger.next.fetch_add(1, Ordering::Relaxed);
                    send(&stores, number, &ledger).await;
                }
            });
        }
        Self {
            senders,
            stops,
            ledger,
        }
    }

    /// Waits until what is on its way has arrived.
    ///
    /// # Panics
    ///
    /// If a message was acknowledged and had not run, ran twice at a time, or ran after it was acknowledged.
    pub(crate) async fn assert_held(mut self) {
        self.stops.store(true, Ordering::Relaxed);
        while let Some(sent) = self.senders.join_next().await {
            sent.unwrap();
        }
        let messages = self.ledger.messages.lock().unwrap();
        assert!(messages.len() > SENDERS * 5, "only {}", messages.len());
        for (id, message) in &*messages {
            assert!(message.is_acknowledged, "{id}");
            assert_eq!((message.running, message.ran), (0, 1), "{id}");
        }
    }
}

/// Delivers a message until it is acknowledged, to both services at a time, and once more.
async fn send<I: IdempotencyStore>(stores: &[I; 2], number: usize, ledger: &Arc<Ledger>) {
    let id = format!("msg_{number}");
    let deliver = async |to: usize| {
        let ledger = Arc::clone(ledger);
        let handler = service_fn(move |request: Request<Full<Bytes>>| {
            let ledger = Arc::clone(&ledger);
            async move {
                let delivery: &Delivery<Bytes> = request.extensions().get().unwrap();
                ledger.handle(delivery.id().as_str()).await;
                Ok::<_, Infallible>(empty(StatusCode::OK))
            }
        });
        // Longer than a handler and a call take, and short enough to be waited for where a claim was lost.
        let idempotency =
            Idempotency::new("promises", stores[to].clone()).lease(Duration::from_secs(3));
        let service = layer(idempotency).layer(handler);
        outcome(service.oneshot(delivery(&id)).await)
    };
    let mut is_acknowledged = false;
    while !is_acknowledged {
        let both = tokio::join!(deliver(0), deliver(1));
        for outcome in [both.0, both.1] {
            match outcome {
                (StatusCode::OK, None | Some(RejectionKind::AlreadyHandled)) => {
                    is_acknowledged = true;
                }
                (StatusCode::CONFLICT, Some(RejectionKind::ClaimedByAnother))
                | (StatusCode::SERVICE_UNAVAILABLE, Some(RejectionKind::StoreUnavailable)) => {}
                other => panic!("{id}: {other:?}"),
            }
        }
        tokio::time::sleep(BACKOFF).await;
    }
    ledger.acknowledge(&id);
    // The ledger panics if it runs once more.
    let again = deliver(number % 2).await;
    assert_ne!(again, (StatusCode::OK, None), "{id}");
}
