//! Files that are not an inbox, or not one any more.

use std::fs;

use rusqlite::Connection;
use tower_webhook::inbox::{InboxErrorKind, SqliteInbox};

use super::support::Directory;

#[test]
fn a_database_with_half_of_our_marks_is_no_inbox() {
    let ours: i32 = {
        let directory = Directory::new();
        drop(SqliteInbox::open(directory.file()).unwrap());
        let database = Connection::open(directory.file()).unwrap();
        database
            .pragma_query_value(None, "application_id", |row| row.get(0))
            .unwrap()
    };
    for (application_id, version) in [(0, 1), (ours + 1, 1), (ours, 0)] {
        let directory = Directory::new();
        let database = Connection::open(directory.file()).unwrap();
        database
            .pragma_update(None, "application_id", application_id)
            .unwrap();
        database
            .pragma_update(None, "user_version", version)
            .unwrap();
        database.close().unwrap();
        let error = SqliteInbox::open(directory.file()).unwrap_err();
        assert_eq!(error.kind(), InboxErrorKind::NotAnInbox);
    }
}

#[test]
fn what_somebody_else_has_in_a_journal_stays_there() {
    let (theirs, copy) = (Directory::new(), Directory::new());
    let database = Connection::open(theirs.file()).unwrap();
    database
        .pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))
        .unwrap();
    database
        .execute_batch("CREATE TABLE somebody_elses (a)")
        .unwrap();
    // As after a crash: while it is open, its change is only in the journal.
    let journal = |directory: &Directory| directory.path().join("inbox.db-wal");
    fs::copy(theirs.file(), copy.file()).unwrap();
    fs::copy(journal(&theirs), journal(&copy)).unwrap();
    let before = [copy.file(), journal(&copy)].map(|file| fs::read(file).unwrap());
    let error = SqliteInbox::open(copy.file()).unwrap_err();
    assert_eq!(error.kind(), InboxErrorKind::NotAnInbox);
    let after = [copy.file(), journal(&copy)].map(|file| fs::read(file).unwrap());
    assert_eq!(after, before);
    assert_eq!(fs::read_dir(copy.path()).unwrap().count(), 2);
}

/// What is wrong with an inbox whose file was changed at a place.
fn changed(at: usize, bytes: &[u8]) -> InboxErrorKind {
    let directory = Directory::new();
    drop(SqliteInbox::open(directory.file()).unwrap());
    let mut file = fs::read(directory.file()).unwrap();
    file[at..at + bytes.len()].copy_from_slice(bytes);
    fs::write(directory.file(), file).unwrap();
    SqliteInbox::open(directory.file()).unwrap_err().kind()
}

#[test]
fn a_damaged_file_is_named_as_such() {
    // The size of a page, which is none.
    assert_eq!(changed(16, &[0, 3]), InboxErrorKind::NotAnInbox);
    // The table of all tables, on the first page.
    assert_eq!(changed(100, &[0xff; 64]), InboxErrorKind::Damaged);
}
