//! The idempotency store over the same pool.

use std::time::Duration;

use tower_webhook::{
    idempotency::Detached,
    testing::{ManualClock, idempotency_conformance},
};
use tower_webhook_postgres::{PgIdempotencyStore, PgInbox};

use crate::database::database_or_skip;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_conforms() {
    let Some(pool) = database_or_skip("conformance of the idempotency store").await else {
        return;
    };
    PgInbox::new(pool.clone()).migrate().await.unwrap();
    let clock = ManualClock::new(Duration::from_secs(1_614_265_330));
    let store = PgIdempotencyStore::new(pool).clock(clock.clone());
    let store = Detached::new(store).timeout(Duration::from_secs(10));
    let wait = |duration| {
        clock.advance(duration);
        // What goes on behind a dropped future needs real time.
        tokio::time::sleep(Duration::from_millis(50))
    };
    idempotency_conformance(&store, "conformance", wait).await;
}
