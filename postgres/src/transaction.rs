use sqlx::{PgPool, Postgres, Transaction};

/// Begins a transaction, whoever gives up waiting for it.
///
/// Where its `BEGIN` is cancelled half way, sqlx 0.9.0 returns a connection to the pool that is inside of a transaction, and
/// what the next one stores through it is never committed (<https://github.com/launchbadge/sqlx/issues/4393>). So it runs to
/// its end in a task of its own: a transaction that nobody takes is rolled back.
pub(crate) async fn begin(pool: &PgPool) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let pool = pool.clone();
    let begun = tokio::spawn(async move { pool.begin().await }).await;
    begun.unwrap_or(Err(sqlx::Error::WorkerCrashed))
}
