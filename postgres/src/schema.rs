//! The tables.

use sqlx::{PgConnection, PgPool};
use tower_webhook::inbox::{InboxError, InboxErrorKind};

use crate::{error::inbox_error, transaction::begin};

/// Each migration brings the tables from the version that is its position to the next.
const MIGRATIONS: [&str; 1] = [include_str!("schema_1.sql")];

/// Locks out other processes that migrate. Any number will do that nobody else uses: "webhook".
const LOCK: i64 = i64::from_be_bytes(*b"\0webhook");

/// Makes or migrates the tables, in one transaction. Those of a newer version are left as they are.
pub(crate) async fn migrate(pool: &PgPool) -> Result<(), InboxError> {
    let to_error = |error: sqlx::Error| inbox_error(&error);
    let mut transaction = begin(pool).await.map_err(to_error)?;
    let version = version(&mut transaction).await.map_err(to_error)?;
    let known = MIGRATIONS.len();
    let Some(missing) = usize::try_from(version)
        .ok()
        .and_then(|version| MIGRATIONS.get(version..))
    else {
        let detail = format!("version {version} of the tables, where {known} is known");
        return Err(InboxError::with_source(
            InboxErrorKind::NewerVersion,
            detail,
        ));
    };
    for migration in missing {
        let migrated = sqlx::raw_sql(*migration).execute(&mut *transaction).await;
        migrated.map_err(to_error)?;
    }
    if !missing.is_empty() {
        sqlx::query("UPDATE webhook_inbox_version SET version = $1")
            .bind(i32::try_from(known).unwrap_or(i32::MAX))
            .execute(&mut *transaction)
            .await
            .map_err(to_error)?;
    }
    transaction.commit().await.map_err(to_error)
}

async fn version(connection: &mut PgConnection) -> Result<i32, sqlx::Error> {
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(LOCK)
        .execute(&mut *connection)
        .await?;
    sqlx::raw_sql(
        // A table that is there already is nothing to be told.
        "SET LOCAL client_min_messages TO warning;
         CREATE TABLE IF NOT EXISTS webhook_inbox_version (
             only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
             version integer NOT NULL);
         INSERT INTO webhook_inbox_version (version) VALUES (0) ON CONFLICT DO NOTHING;",
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query_scalar("SELECT version FROM webhook_inbox_version")
        .fetch_one(connection)
        .await
}
