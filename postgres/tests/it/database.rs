use sqlx::{PgPool, postgres::PgPoolOptions};

use crate::server::url_or_skip;

/// A pool over a new database, if there is a PostgreSQL.
pub(crate) async fn database_or_skip(what: &str) -> Option<PgPool> {
    let url = url_or_skip(what)?;
    let pool = PgPoolOptions::new().max_connections(12);
    Some(pool.connect(&url).await.unwrap())
}
