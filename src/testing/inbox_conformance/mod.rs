//! What every inbox has to do.

mod accepting;
mod claiming;
mod dead_letters;
mod order;
mod time;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::ManualClock;
use crate::{
    idempotency::OwnerToken,
    inbox::{
        Accepted, Claimed, Claims, DueTasks, Failure, Fate, HeaderLines, Inbox, StoredRequest,
    },
    message::timestamp::Timestamp,
};

/// The lease of the checks.
const LEASE: Duration = Duration::from_secs(60);
const TARGET: &str = "crm";

/// Checks that an inbox does what [`Inbox`] documents, the same for every inbox: duplicates, concurrent duplicates, a crash
/// between claim and settlement, due times, dead letters, redriving, purging, order by key and jumps of the clock.
///
/// `inbox` has to be empty, and `clock` has to be the clock that it was given.
///
/// ```
/// # #[cfg(feature = "sqlite")]
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// use std::{sync::Arc, time::Duration};
/// use tower_webhook::{inbox::SqliteInbox, testing::{ManualClock, inbox_conformance}};
///
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("inbox.db");
/// let clock = ManualClock::new(Duration::from_secs(1_614_265_330));
/// let inbox = SqliteInbox::builder(path).clock(clock.clone()).open()?;
/// inbox_conformance(Arc::new(inbox), &clock).await;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// # Panics
///
/// If the inbox does anything else: it is a test. It has to run within a Tokio runtime.
pub async fn inbox_conformance(inbox: Arc<dyn Inbox>, clock: &ManualClock) {
    let bench = Bench {
        inbox,
        clock: clock.clone(),
        owners: AtomicU64::new(1),
    };
    accepting::check(&bench).await;
    claiming::check(&bench).await;
    time::check(&bench).await;
    order::check(&bench).await;
    // Last, since it looks at the dead letters of all endpoints.
    dead_letters::check(&bench).await;
}

struct Bench {
    inbox: Arc<dyn Inbox>,
    clock: ManualClock,
    owners: AtomicU64,
}

impl Bench {
    async fn accept(&self, endpoint: &str, id: &str) -> Accepted {
        self.accept_for(&[TARGET], request(endpoint, id)).await
    }

    async fn accept_for(&self, targets: &[&str], request: StoredRequest) -> Accepted {
        let targets: Vec<Arc<str>> = targets.iter().map(|target| (*target).into()).collect();
        let accepted = self.inbox.accept(request, &targets).await;
        accepted.expect("the inbox accepts")
    }

    async fn claims(&self, endpoint: &str, target: &str, limit: usize) -> Claims {
        self.claims_with(endpoint, target, limit, LEASE).await
    }

    async fn claims_with(
        &self,
        endpoint: &str,
        target: &str,
        limit: usize,
        lease: Duration,
    ) -> Claims {
        let owner = self.owner();
        let due = DueTasks {
            endpoint,
            target,
            owner,
            limit,
            lease,
        };
        let claims = self.inbox.claim(due).await.expect("the inbox claims");
        assert!(
            claims
                .claimed
                .iter()
                .all(|claimed| claimed.key.owner == owner),
            "what is claimed is the claimant's"
        );
        claims
    }

    /// The ids of what is due, claimed.
    async fn claimed_ids(&self, endpoint: &str, target: &str) -> Vec<String> {
        let claims = self.claims(endpoint, target, 100).await;
        ids(&claims.claimed)
    }

    /// Claims the only one that is due.
    async fn claim_one(&self, endpoint: &str, target: &str) -> Claimed {
        let mut claims = self.claims(endpoint, target, 100).await;
        assert_eq!(claims.claimed.len(), 1, "one task is due");
        claims.claimed.remove(0)
    }

    async fn settle(&self, claimed: &Claimed, fate: Fate) -> crate::inbox::Settled {
        let settled = self.inbox.settle(&claimed.key, fate).await;
        settled.expect("the inbox settles")
    }

    fn owner(&self) -> OwnerToken {
        OwnerToken::from_u128(self.owners.fetch_add(1, Ordering::Relaxed).into())
    }
}

fn ids(claimed: &[Claimed]) -> Vec<String> {
    let ids = claimed.iter().map(|claimed| &claimed.request.message_id);
    ids.cloned().collect()
}

fn retry(after: Duration) -> Fate {
    Fate::Retry {
        after,
        failure: failure("busy"),
    }
}

fn failure(reason: &str) -> Failure {
    Failure {
        status: Some(500),
        reason: reason.to_owned(),
    }
}

const DONE: Fate = Fate::Done { status: 200 };

fn request(endpoint: &str, id: &str) -> StoredRequest {
    let mut headers = HeaderMap::new();
    let name = HeaderName::from_static("webhook-id");
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(&name, value);
    }
    StoredRequest {
        endpoint: endpoint.to_owned(),
        tenant: String::new(),
        message_id: id.to_owned(),
        event_type: Some("contact.created".to_owned()),
        order_key: None,
        timestamp: Some(Timestamp::from_unix_seconds(1_614_265_330)),
        uri: "/webhooks?a=1".to_owned(),
        headers: HeaderLines::select(&headers, [&name]),
        body: Bytes::from(format!("body of {id}")),
    }
}
