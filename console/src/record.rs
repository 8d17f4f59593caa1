//! The requests that are kept: the last 500, within a bound of bytes.

#[cfg(not(test))]
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{
    collections::VecDeque,
    sync::{Arc, OnceLock},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{Extensions, HeaderMap, Method, Request, StatusCode, request::Parts};
use serde_json::Value;
// The tests try the orders of threads.
#[cfg(test)]
use shuttle::sync::{Mutex, MutexGuard, PoisonError};
#[cfg(not(test))]
use tokio::sync::broadcast;
use tower_webhook::Rejection;

use crate::replay::{FromConsole, Target};

/// How many requests are kept.
const MAX_RECORDS: usize = 500;
/// How many bytes the kept requests may have in all: headers and bodies.
const MAX_BYTES: usize = 64 * 1024 * 1024;
/// How many changes a page may be behind before it has to load the list anew.
const MAX_BEHIND: usize = 1024;
/// How many services that the layer was put around are remembered. A router puts it around its own responses too, and
/// around everything again for each connection.
const MAX_SERVICES: usize = 32;
/// What a header line takes besides its value, and a record besides its parts.
const OVERHEAD: usize = 64;

/// A request without its body.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) method: Method,
    pub(crate) uri: String,
    pub(crate) headers: HeaderMap,
    /// What the server knew of the request, such as the peer's address.
    pub(crate) extensions: Extensions,
}

/// What became of a request.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// `None` if there was no response.
    pub(crate) status: Option<StatusCode>,
    pub(crate) rejection: Option<Rejection>,
    pub(crate) duration: Duration,
    pub(crate) body: Bytes,
}

/// A request and what became of it.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) id: u64,
    pub(crate) at: SystemTime,
    pub(crate) head: Head,
    /// The body, or its beginning.
    pub(crate) body: Bytes,
    /// More came than is kept, or less than was announced.
    pub(crate) is_truncated: bool,
    /// Sent from this page, as a replay or a sample.
    pub(crate) from_console: Option<FromConsole>,
    pub(crate) outcome: Outcome,
    /// The service that handled it.
    pub(crate) target: Arc<dyn Target>,
    /// Its row in the list, once somebody looked.
    pub(crate) row: OnceLock<Value>,
}

impl Record {
    /// The head as it came.
    pub(crate) fn parts(&self) -> Parts {
        let mut request = Request::new(());
        *request.method_mut() = self.head.method.clone();
        // It was the text of a URI.
        *request.uri_mut() = self.head.uri.parse().unwrap_or_default();
        *request.headers_mut() = self.head.headers.clone();
        *request.extensions_mut() = self.head.extensions.clone();
        request.into_parts().0
    }

    fn bytes(&self) -> usize {
        let headers: usize = self
            .head
            .headers
            .values()
            .map(|value| value.len() + OVERHEAD)
            .sum();
        let bodies = self.body.len() + self.outcome.body.len();
        size_of::<Self>() + headers + bodies + self.head.uri.len()
    }

    fn reached_a_handler(&self) -> bool {
        let status = self.outcome.status;
        self.head.method == Method::POST
            && status.is_some_and(|status| !is_of_router(status, self.outcome.rejection.is_some()))
    }
}

/// Whether a response is the router's own, so that there is no handler for webhooks.
pub(crate) fn is_of_router(status: StatusCode, is_rejection: bool) -> bool {
    !is_rejection
        && matches!(
            status,
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED
        )
}

/// What the pages are told.
#[derive(Clone, Copy, Debug)]
pub(crate) enum News {
    /// The number of a new request. Not the request itself: a slow page would keep it in memory.
    Recorded(u64),
    Cleared,
}

/// The kept requests, newest last, and who is told of new ones.
#[derive(Debug)]
pub(crate) struct Ring {
    kept: Mutex<Kept>,
    news: broadcast::Sender<News>,
}

#[derive(Debug, Default)]
struct Kept {
    next_id: u64,
    bytes: usize,
    records: VecDeque<Arc<Record>>,
    /// The last that came to a handler.
    reached: Option<Arc<Record>>,
    /// What the layer was put around, the last one last.
    services: VecDeque<Arc<dyn Target>>,
}

impl Kept {
    fn put_around(&mut self, target: Arc<dyn Target>) {
        if self.services.len() == MAX_SERVICES {
            self.services.pop_front();
        }
        self.services.push_back(target);
    }
}

impl Default for Ring {
    fn default() -> Self {
        Self {
            kept: Mutex::default(),
            news: broadcast::Sender::new(MAX_BEHIND),
        }
    }
}

impl Ring {
    /// Keeps a record under the next number, and drops the oldest beyond the bounds.
    pub(crate) fn push(&self, mut record: Record) {
        if record.from_console == Some(FromConsole::Probe) && !record.reached_a_handler() {
            return;
        }
        let mut kept = self.lock();
        kept.next_id += 1;
        record.id = kept.next_id;
        kept.bytes += record.bytes();
        let record = Arc::new(record);
        if record.reached_a_handler() {
            kept.reached = Some(Arc::clone(&record));
        }
        kept.records.push_back(record);
        while kept.records.len() > MAX_RECORDS || kept.bytes > MAX_BYTES {
            let Some(oldest) = kept.records.pop_front() else {
                break;
            };
            kept.bytes -= oldest.bytes();
        }
        self.tell(&kept, News::Recorded(kept.next_id));
    }

    /// Everything that is kept, newest first.
    pub(crate) fn newest_first(&self) -> Vec<Arc<Record>> {
        self.lock().records.iter().rev().cloned().collect()
    }

    pub(crate) fn get(&self, id: u64) -> Option<Arc<Record>> {
        let kept = self.lock();
        let at = kept.records.binary_search_by_key(&id, |record| record.id);
        at.ok().and_then(|at| kept.records.get(at).cloned())
    }

    pub(crate) fn clear(&self) {
        let mut kept = self.lock();
        kept.records.clear();
        kept.bytes = 0;
        if let Some(reached) = kept.reached.take() {
            kept.put_around(Arc::clone(&reached.target));
        }
        self.tell(&kept, News::Cleared);
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<News> {
        self.news.subscribe()
    }

    /// Remembers a service that the layer was put around.
    pub(crate) fn put_around(&self, target: Arc<dyn Target>) {
        self.lock().put_around(target);
    }

    /// The last request that came to a handler.
    pub(crate) fn reached(&self) -> Option<Arc<Record>> {
        self.lock().reached.clone()
    }

    /// The services that the layer was put around, the last one first.
    pub(crate) fn services(&self) -> Vec<Arc<dyn Target>> {
        self.lock().services.iter().rev().cloned().collect()
    }

    /// Under the lock, so that the pages hear of everything in the order in which it happened.
    fn tell(&self, _: &MutexGuard<'_, Kept>, news: News) {
        // Nobody may be looking.
        let _ = self.news.send(news);
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[path = "../tests/interleavings/broadcast.rs"]
mod broadcast;
#[cfg(test)]
#[path = "../tests/interleavings/ring.rs"]
mod interleavings;
