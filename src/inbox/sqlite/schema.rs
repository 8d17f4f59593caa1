//! The tables, and what is looked at before they are touched.

use std::{fs::File, io::Read, path::Path};

use rusqlite::Connection;

use super::error::inbox_error;
use crate::inbox::{InboxError, InboxErrorKind};

/// Marks a database as an inbox: "twib", in the header's field for it (<https://www.sqlite.org/fileformat.html>, 1.3).
const APPLICATION_ID: i32 = i32::from_be_bytes(*b"twib");

/// Each migration brings the database from the version that is its position to the next.
const MIGRATIONS: [&str; 1] = [include_str!("schema_1.sql")];

/// The version that this crate writes.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "there are few migrations"
)]
const VERSION: i32 = MIGRATIONS.len() as i32;

/// Looks at the first bytes of the file: opening a database already changes it, if a journal of another process is beside it.
pub(super) fn check_file(path: &Path) -> Result<(), InboxError> {
    const MAGIC: &[u8] = b"SQLite format 3\0";
    let mut header = [0; 72];
    let Ok(mut file) = File::open(path) else {
        // It is made, or SQLite says why it cannot be.
        return Ok(());
    };
    let mut length = 0;
    while let Some(rest) = header.get_mut(length..) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) => return Err(InboxError::with_source(InboxErrorKind::CannotOpen, error)),
        }
    }
    if length == 0 {
        return Ok(());
    }
    if length < header.len() || !header.starts_with(MAGIC) {
        return Err(InboxError::new(InboxErrorKind::NotAnInbox));
    }
    let number = |at: usize| {
        let bytes = header
            .get(at..at + 4)
            .and_then(|bytes| bytes.try_into().ok());
        i32::from_be_bytes(bytes.unwrap_or_default())
    };
    check(number(68), number(60), false)
}

/// Makes or migrates the tables. A newer version's database is left as it is.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), InboxError> {
    let to_error = |error: rusqlite::Error| inbox_error(&error);
    let pragma = |connection: &Connection, name: &str| {
        connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0))
    };
    // Two processes can start at once, so what is read has to stay true until it is written.
    let transaction = connection
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .map_err(to_error)?;
    let id = pragma(&transaction, "application_id").map_err(to_error)?;
    let version = pragma(&transaction, "user_version").map_err(to_error)?;
    let tables: i64 = transaction
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(to_error)?;
    check(id, version, tables == 0)?;
    let missing = usize::try_from(version)
        .ok()
        .and_then(|version| MIGRATIONS.get(version..));
    for migration in missing.unwrap_or_default() {
        transaction.execute_batch(migration).map_err(to_error)?;
    }
    if version != VERSION {
        transaction
            .pragma_update(None, "application_id", APPLICATION_ID)
            .and_then(|()| transaction.pragma_update(None, "user_version", VERSION))
            .map_err(to_error)?;
    }
    transaction.commit().map_err(to_error)
}

fn check(application_id: i32, version: i32, is_empty: bool) -> Result<(), InboxError> {
    let is_new = is_empty && application_id == 0 && version == 0;
    if is_new {
        Ok(())
    } else if application_id != APPLICATION_ID || version < 1 {
        Err(InboxError::new(InboxErrorKind::NotAnInbox))
    } else if version > VERSION {
        let detail = format!("version {version} of the tables, where {VERSION} is known");
        Err(InboxError::with_source(
            InboxErrorKind::NewerVersion,
            detail,
        ))
    } else {
        Ok(())
    }
}
