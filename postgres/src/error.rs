use std::time::Duration;

use tokio::time::timeout;
use tower_webhook::inbox::{InboxError, InboxErrorKind};

/// PostgreSQL's messages name tables, never values: those are in the details, which are left out.
pub(crate) fn inbox_error(error: &sqlx::Error) -> InboxError {
    let kind = match error {
        sqlx::Error::PoolTimedOut => InboxErrorKind::TimedOut,
        // https://www.postgresql.org/docs/current/errcodes-appendix.html
        sqlx::Error::Database(database) => match database.code().as_deref() {
            Some("42P01" | "42703") => InboxErrorKind::NotMigrated,
            Some("53100") => InboxErrorKind::Full,
            Some("55P03") => InboxErrorKind::Locked,
            Some(code) if code.starts_with("XX") => InboxErrorKind::Damaged,
            _ => InboxErrorKind::Unavailable,
        },
        _ => InboxErrorKind::Unavailable,
    };
    InboxError::with_source(kind, error.to_string())
}

/// Ends by itself, as an inbox has to.
pub(crate) async fn within<T>(
    limit: Duration,
    query: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, InboxError> {
    match timeout(limit, query).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(inbox_error(&error)),
        Err(_) => Err(InboxError::new(InboxErrorKind::TimedOut)),
    }
}
