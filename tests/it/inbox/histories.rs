//! Random histories of the inbox in a SQLite file beside a model: [`crate::model::inbox`].

use std::{fs, sync::Arc, time::Duration};

use proptest::prelude::*;
use tokio::runtime::Runtime;
use tower_webhook::{
    inbox::{Inbox, SqliteInbox},
    testing::ManualClock,
};

use super::support::Directory;
use crate::{
    model::inbox::{World, follow, steps},
    support::NOW,
};

struct Sqlite {
    directory: Directory,
    inbox: SqliteInbox,
    clock: ManualClock,
}

impl Sqlite {
    fn new(clock: &ManualClock) -> Self {
        let directory = Directory::new();
        Self {
            inbox: open(&directory, clock),
            directory,
            clock: clock.clone(),
        }
    }
}

fn open(directory: &Directory, clock: &ManualClock) -> SqliteInbox {
    let builder = SqliteInbox::builder(directory.file()).clock(clock.clone());
    builder.open().unwrap()
}

impl World for Sqlite {
    fn inbox(&self) -> Arc<dyn Inbox> {
        Arc::new(self.inbox.clone())
    }

    /// The next process finds the files as they are at this moment, perhaps in the middle of a write. A history is too short for
    /// a checkpoint, which would write into the first file too; and what a process shares in memory goes with it.
    async fn crash(&mut self) {
        let next = Directory::new();
        for file in ["inbox.db", "inbox.db-wal"] {
            let file = self.directory.path().join(file);
            if let (true, Some(name)) = (file.exists(), file.file_name()) {
                fs::copy(&file, next.path().join(name)).unwrap();
            }
        }
        self.inbox = open(&next, &self.clock);
        self.directory = next;
    }
}

#[test]
fn the_inbox_in_a_file_does_what_the_model_does() {
    let runtime = Runtime::new().unwrap();
    // Each step is on disk before the next.
    let cases = ProptestConfig::default().cases.div_ceil(4);
    proptest!(ProptestConfig::with_cases(cases), |(steps in steps(60))| {
        let clock = ManualClock::new(Duration::from_secs(NOW));
        runtime.block_on(follow(Sqlite::new(&clock), &clock, &steps));
    });
}
