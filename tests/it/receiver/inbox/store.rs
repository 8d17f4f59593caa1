//! Files that are no inbox of this version.

use std::{fs, path::Path};

use rusqlite::Connection;

use super::{
    super::{
        process::{Delivery, NotStarted, Process, command},
        right::inbox_url,
    },
    inbox, next, start,
};

fn path(url: &str) -> &Path {
    Path::new(url.strip_prefix("sqlite:").unwrap())
}

fn assert_untouched(url: &str, mistake: &str) {
    let before = fs::read(path(url)).unwrap();
    let Err(NotStarted { code, stderr }) = Process::try_start(command(&[("INBOX_URL", url)]))
    else {
        panic!("started");
    };
    assert_eq!(code, Some(2), "{stderr}");
    assert!(stderr.starts_with("INBOX_URL: "), "{stderr}");
    assert!(stderr.contains(mistake), "{stderr}");
    let (code, _, stderr) = inbox(url, &["purge"]);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains(mistake), "{stderr}");
    assert!(fs::read(path(url)).unwrap() == before, "it was changed");
}

#[test]
fn the_file_of_a_newer_version_is_left_untouched() {
    let url = inbox_url();
    let (receiver, lines) = start(&[("INBOX_URL", &url)]);
    assert_eq!(receiver.send(&Delivery::default().bytes()), 202);
    next(&lines);
    assert!(receiver.stop().0.success());
    let connection = Connection::open(path(&url)).unwrap();
    connection
        .pragma_update(None, "user_version", 1000)
        .unwrap();
    connection
        .pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))
        .unwrap();
    drop(connection);
    assert_untouched(&url, "newer version");
}

#[test]
fn another_database_and_what_is_no_database_are_left_untouched() {
    let url = inbox_url();
    let connection = Connection::open(path(&url)).unwrap();
    connection
        .execute_batch("CREATE TABLE customer (name TEXT)")
        .unwrap();
    drop(connection);
    assert_untouched(&url, "not an inbox");
    let url = inbox_url();
    fs::write(
        path(&url),
        "a letter that is longer than the header of a database".repeat(9),
    )
    .unwrap();
    assert_untouched(&url, "not an inbox");
}
