use rusqlite::ErrorCode;

use crate::inbox::{InboxError, InboxErrorKind};

/// SQLite's messages name tables and paths, never values.
pub(super) fn inbox_error(error: &rusqlite::Error) -> InboxError {
    let kind = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => InboxErrorKind::Full,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => InboxErrorKind::Locked,
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
            InboxErrorKind::CannotOpen
        }
        Some(ErrorCode::NotADatabase) => InboxErrorKind::NotAnInbox,
        Some(ErrorCode::DatabaseCorrupt) => InboxErrorKind::Damaged,
        _ => InboxErrorKind::Unavailable,
    };
    InboxError::with_source(kind, error.to_string())
}
