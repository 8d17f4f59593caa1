//! The requests that are kept: the last 500, within a bound of bytes.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{Extensions, HeaderMap, Method, StatusCode, Uri};
use tokio::sync::broadcast;
use tower_webhook::Rejection;

/// How many requests are kept.
const MAX_RECORDS: usize = 500;
/// How many bytes the kept requests may have in all: headers and bodies.
const MAX_BYTES: usize = 64 * 1024 * 1024;
/// How many changes a page may be behind before it has to load the list anew.
const MAX_BEHIND: usize = 1024;

/// A request and what became of it.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) id: u64,
    pub(crate) at: SystemTime,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    /// What the server knew of the request, such as the peer's address.
    pub(crate) extensions: Extensions,
    /// The body, or its beginning.
    pub(crate) body: Bytes,
    /// More came than is kept.
    pub(crate) is_truncated: bool,
    pub(crate) status: Option<StatusCode>,
    pub(crate) rejection: Option<Rejection>,
    pub(crate) duration: Duration,
    pub(crate) response_body: Bytes,
    /// Sent from this page, as a replay or a sample.
    pub(crate) from_console: bool,
}

impl Record {
    fn bytes(&self) -> usize {
        let headers: usize = self
            .headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len())
            .sum();
        headers + self.body.len() + self.response_body.len() + self.uri.path().len()
    }
}

/// The kept requests, newest last, and who is told of new ones.
#[derive(Debug)]
pub(crate) struct Ring {
    kept: Mutex<Kept>,
    news: broadcast::Sender<Arc<Record>>,
}

#[derive(Debug, Default)]
struct Kept {
    next_id: u64,
    bytes: usize,
    records: VecDeque<Arc<Record>>,
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
        let record = {
            let mut kept = self.lock();
            kept.next_id += 1;
            record.id = kept.next_id;
            kept.bytes += record.bytes();
            let record = Arc::new(record);
            kept.records.push_back(Arc::clone(&record));
            while kept.records.len() > MAX_RECORDS || kept.bytes > MAX_BYTES {
                let Some(oldest) = kept.records.pop_front() else {
                    break;
                };
                kept.bytes -= oldest.bytes();
            }
            record
        };
        // Nobody may be looking.
        let _ = self.news.send(record);
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
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Arc<Record>> {
        self.news.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
