//! The group commit of the SQLite inbox: writers that share a transaction.

use std::{
    env, fs,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use rusqlite::Connection;
use shuttle::{future::block_on, thread};
use tokio::sync::oneshot;

use super::{InboxError, Writer};
use crate::interleavings::explore;

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Write {
    /// Writes its row.
    Row,
    /// Writes its row, and fails itself.
    Fails,
    /// Writes its row, with which no transaction can be committed.
    BreaksCommit,
}

/// A database in a file, and a connection that reads what was committed to it.
struct Database {
    directory: PathBuf,
    reading: Mutex<Connection>,
}

impl Database {
    fn new(name: &str) -> Self {
        let directory = format!("tower-webhook-{name}-{}", std::process::id());
        let directory = env::temp_dir().join(directory);
        fs::create_dir_all(&directory).expect("a directory");
        let reading = Connection::open(directory.join("written.db")).expect("a database");
        reading
            .execute_batch(
                "PRAGMA journal_mode = WAL;
                 CREATE TABLE parent (id INTEGER PRIMARY KEY);
                 CREATE TABLE written (
                     id INTEGER PRIMARY KEY,
                     parent INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)",
            )
            .expect("tables");
        Self {
            directory,
            reading: Mutex::new(reading),
        }
    }

    /// A writer, with nothing written yet.
    fn writer(&self) -> Writer {
        let connection = Connection::open(self.directory.join("written.db")).expect("a database");
        connection
            .execute_batch(
                "PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON; DELETE FROM written",
            )
            .expect("an empty table");
        Writer::start(connection).expect("a thread")
    }

    /// Which rows are committed.
    fn committed(&self) -> Vec<i64> {
        let reading = self.reading.lock().expect("no panic");
        let mut rows = reading
            .prepare_cached("SELECT id FROM written ORDER BY id")
            .expect("a statement");
        let rows = rows.query_map([], |row| row.get(0)).expect("rows");
        rows.collect::<Result<_, _>>().expect("rows")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}

type Reply = oneshot::Receiver<Result<i64, InboxError>>;

fn send(writer: &Writer, id: i64, write: Write) -> Reply {
    let (reply, replied) = oneshot::channel();
    let job = move |connection: &Connection| {
        let parent = (write == Write::BreaksCommit).then_some(1);
        connection
            .prepare_cached("INSERT INTO written (id, parent) VALUES (?1, ?2)")?
            .execute((id, parent))?;
        // Whoever waits may look in the middle of a transaction.
        thread::yield_now();
        if write == Write::Fails {
            return Err(rusqlite::Error::InvalidColumnName("its own".to_owned()));
        }
        Ok(id)
    };
    writer.send(job, reply);
    replied
}

/// Waits for a reply, and compares it with what a reader finds. Whether the row was committed.
fn outcome(database: &Database, id: i64, write: Write, reply: Reply) -> bool {
    // Without a reply the thread that sent it is gone, or this one waits for ever: the checker finds that.
    let replied = block_on(reply).expect("a reply");
    let is_committed = database.committed().contains(&id);
    assert_eq!(replied.is_ok(), is_committed, "{write:?} {id}: {replied:?}");
    match (write, replied) {
        (Write::Row, Ok(written)) => assert_eq!(written, id),
        (Write::Fails, Err(error)) => {
            assert!(error.to_string().contains("its own"), "{error}");
        }
        (Write::Row | Write::BreaksCommit, Err(error)) => {
            assert!(error.to_string().contains("FOREIGN KEY"), "{error}");
        }
        (_, Ok(_)) => panic!("{write:?} {id} cannot be committed"),
    }
    is_committed
}

/// Runs threads that each send their jobs, drop their handle and wait.
fn write_at_once<const N: usize>(database: &Arc<Database>, threads: [[Write; 2]; N]) -> Vec<bool> {
    let writer = Arc::new(database.writer());
    let counter = Arc::downgrade(&writer.commits);
    let mut first = 0;
    let threads = threads.map(|writes| {
        let (writer, database) = (Arc::clone(&writer), Arc::clone(database));
        first += 2;
        thread::spawn(move || {
            let jobs = [(first, writes[0]), (first + 1, writes[1])];
            let replies = jobs.map(|(id, write)| send(&writer, id, write));
            // The last handle may be gone before the jobs are run.
            drop(writer);
            let mut replies = replies.into_iter();
            jobs.map(|(id, write)| {
                let reply = replies.next().expect("one for each job");
                outcome(&database, id, write, reply)
            })
        })
    });
    drop(writer);
    let committed: Vec<_> = threads
        .into_iter()
        .flat_map(|thread| thread.join().expect("the jobs end"))
        .collect();
    // The thread that writes ends after its last handle, and holds the counter as long as it runs.
    while counter.strong_count() > 0 {
        thread::yield_now();
    }
    committed
}

#[test]
fn each_waiter_gets_a_reply_once_its_row_is_committed() {
    let database = Arc::new(Database::new("rows"));
    explore(move || {
        let committed = write_at_once(&database, [[Write::Row; 2]; 3]);
        assert_eq!(committed, [true; 6]);
        assert_eq!(database.committed(), [2, 3, 4, 5, 6, 7]);
    });
}

#[test]
fn a_job_that_fails_takes_no_other_with_it() {
    let database = Arc::new(Database::new("fails"));
    explore(move || {
        let threads = [[Write::Row, Write::Fails], [Write::Fails, Write::Row]];
        let committed = write_at_once(&database, threads);
        assert_eq!(committed, [true, false, false, true]);
        assert_eq!(database.committed(), [2, 5]);
    });
}

#[test]
fn a_commit_that_fails_fails_each_waiter_whose_row_it_holds_and_no_other() {
    static TOOK_OTHERS: AtomicBool = AtomicBool::new(false);
    static TOOK_NONE: AtomicBool = AtomicBool::new(false);
    let database = Arc::new(Database::new("commit"));
    explore(move || {
        let threads = [[Write::Row; 2], [Write::BreaksCommit, Write::Row]];
        let committed = write_at_once(&database, threads);
        let rows = committed.iter().filter(|committed| **committed).count();
        TOOK_OTHERS.fetch_or(rows < 3, Relaxed);
        TOOK_NONE.fetch_or(rows == 3, Relaxed);
        assert_eq!(database.committed().len(), rows);
    });
    assert!(
        TOOK_OTHERS.load(Relaxed) && TOOK_NONE.load(Relaxed),
        "the orders differ"
    );
}

#[test]
fn a_waiter_that_is_gone_keeps_no_other_from_its_reply() {
    let database = Arc::new(Database::new("gone"));
    explore(move || {
        let writer = Arc::new(database.writer());
        let gone = thread::spawn({
            let writer = Arc::clone(&writer);
            move || drop(send(&writer, 1, Write::Row))
        });
        let reply = send(&writer, 2, Write::Row);
        assert!(outcome(&database, 2, Write::Row, reply));
        gone.join().expect("it is gone");
        // What was sent is written, whether or not anybody waits.
        let reply = send(&writer, 3, Write::Row);
        assert!(outcome(&database, 3, Write::Row, reply));
        assert_eq!(database.committed(), [1, 2, 3]);
    });
}
