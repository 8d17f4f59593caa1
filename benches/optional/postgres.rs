//! The inbox in PostgreSQL beside what one would write at first: a row for each delivery, by one `INSERT`.

use std::{convert::Infallible, sync::Arc};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use sqlx::{PgPool, postgres::PgPoolOptions};
use tokio::runtime::Runtime;
use tower::{Layer, service_fn};
use tower_webhook::{Delivery, WebhookLayer, inbox::Enqueue, layer::RequestBody};
use tower_webhook_postgres::PgInbox;

use benches::{Case, receiver};

use crate::{accepting, postgres_server::url_or_skip};

const CONNECTIONS: u32 = 10;
const AT_A_TIME: usize = 64;

/// None where there is no PostgreSQL.
pub(crate) fn cases() -> Vec<Case> {
    let Some(url) = url_or_skip("the inbox in PostgreSQL") else {
        return Vec::new();
    };
    let runtime = Arc::new(Runtime::new().expect("a runtime"));
    let pool = runtime.block_on(async {
        let pool = PgPoolOptions::new().max_connections(CONNECTIONS);
        let pool = pool.connect(&url).await.expect("a database");
        let inbox = PgInbox::new(pool.clone());
        inbox.migrate().await.expect("the inbox's tables");
        for statement in [
            "CREATE TABLE delivery (message_id text PRIMARY KEY, body bytea NOT NULL)",
            // The server of the tests does not wait for its disk; what is measured here does.
            "ALTER SYSTEM SET fsync = on",
            "SELECT pg_reload_conf()",
        ] {
            let done = sqlx::query(statement).execute(&pool).await;
            done.expect("a statement of our own");
        }
        pool
    });
    let enqueue = Enqueue::new(PgInbox::new(pool.clone()), &receiver());
    let inbox = WebhookLayer::new(receiver()).layer(enqueue);
    let bare = WebhookLayer::new(receiver()).layer(service_fn(move |request| {
        let pool = pool.clone();
        async move { Ok::<_, Infallible>(insert(&pool, request).await) }
    }));
    vec![
        accepting::case("PostgreSQL", "the inbox", &runtime, inbox, AT_A_TIME),
        accepting::case("PostgreSQL", "a bare `INSERT`", &runtime, bare, AT_A_TIME),
    ]
}

async fn insert(pool: &PgPool, request: Request<RequestBody>) -> Response<String> {
    let delivery: &Delivery<Bytes> = request.extensions().get().expect("a delivery");
    sqlx::query("INSERT INTO delivery (message_id, body) VALUES ($1, $2)")
        .bind(delivery.id().as_str())
        .bind(&delivery.body()[..])
        .execute(pool)
        .await
        .expect("a row");
    let mut response = Response::default();
    *response.status_mut() = StatusCode::ACCEPTED;
    response
}
