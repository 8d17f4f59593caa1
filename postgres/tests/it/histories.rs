//! Random histories of the inbox and of the idempotency store beside models, the same as of the other backends.

use std::{sync::Arc, time::Duration};

use proptest::prelude::*;
use sqlx::{Connection, Executor, PgConnection, PgPool, postgres::PgPoolOptions};
use tokio::runtime::Runtime;
use tower_webhook::{idempotency::Detached, inbox::Inbox, testing::ManualClock};
use tower_webhook_postgres::{PgIdempotencyStore, PgInbox};

use crate::{
    model::{idempotency, inbox},
    server::url_or_skip,
};

/// Ends all other connections, and counts those that have not ended yet.
const END_OTHERS: &str = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
     WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()";

/// A process with connections of its own.
struct Process {
    url: String,
    pool: PgPool,
    clock: ManualClock,
}

impl Process {
    /// The first, which finds the tables empty.
    async fn first(url: &str) -> Self {
        let process = Self {
            pool: connect(url).await,
            url: url.to_owned(),
            clock: ManualClock::new(Duration::from_secs(1_614_265_330)),
        };
        process.inbox().migrate().await.unwrap();
        let empty = "TRUNCATE webhook_message, webhook_request, webhook_task, webhook_claim RESTART IDENTITY";
        process.pool.execute(empty).await.unwrap();
        process
    }

    fn inbox(&self) -> PgInbox {
        PgInbox::new(self.pool.clone()).clock(self.clock.clone())
    }

    /// The database ends what this process had begun, one way or the other, and another process takes its place.
    async fn crash(&mut self) {
        // What goes on in the background of the old one does not connect anew.
        let closing = self.pool.close();
        let mut admin = PgConnection::connect(&self.url).await.unwrap();
        loop {
            let others: i64 = sqlx::query_scalar(END_OTHERS)
                .fetch_one(&mut admin)
                .await
                .unwrap();
            if others == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        admin.close().await.unwrap();
        closing.await;
        self.pool = connect(&self.url).await;
    }
}

/// One connection is ready, and others come when it is in use.
async fn connect(url: &str) -> PgPool {
    let pool = PgPoolOptions::new().max_connections(2);
    pool.connect(url).await.unwrap()
}

impl inbox::World for Process {
    fn inbox(&self) -> Arc<dyn Inbox> {
        Arc::new(self.inbox())
    }

    async fn crash(&mut self) {
        self.crash().await;
    }
}

impl idempotency::World for Process {
    type Store = Detached<PgIdempotencyStore>;

    const OUTLIVES_THE_PROCESS: bool = true;
    const ABANDONS_AT_ONCE: bool = false;
    const REAL_TIME: Duration = Duration::ZERO;

    fn store(&self) -> Self::Store {
        let store = PgIdempotencyStore::new(self.pool.clone()).clock(self.clock.clone());
        Detached::new(store).timeout(Duration::from_secs(10))
    }

    async fn wait(&mut self, duration: Duration) {
        self.clock.advance(duration);
    }

    async fn crash(&mut self) {
        self.crash().await;
    }
}

/// Each step is a transaction.
fn cases() -> ProptestConfig {
    ProptestConfig::with_cases(ProptestConfig::default().cases.div_ceil(4))
}

#[test]
fn the_inbox_does_what_the_model_does() {
    let Some(url) = url_or_skip("random histories of the inbox") else {
        return;
    };
    let runtime = Runtime::new().unwrap();
    proptest!(cases(), |(steps in inbox::steps(60))| {
        runtime.block_on(async {
            let process = Process::first(&url).await;
            let clock = process.clock.clone();
            inbox::follow(process, &clock, &steps).await;
        });
    });
}

#[test]
fn the_idempotency_store_does_what_the_model_does() {
    let Some(url) = url_or_skip("random histories of the idempotency store") else {
        return;
    };
    let runtime = Runtime::new().unwrap();
    proptest!(cases(), |(steps in idempotency::steps(60))| {
        runtime.block_on(async {
            idempotency::follow(Process::first(&url).await, &steps).await;
        });
    });
}
