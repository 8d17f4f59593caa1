//! The inbox in a SQLite file, which responds once a delivery is on disk: how fast depends on the disk's `fsync`.

use std::{fs, path::PathBuf, sync::Arc};

use tokio::runtime::Runtime;
use tower::Layer;
use tower_webhook::{
    WebhookLayer,
    inbox::{Enqueue, SqliteInbox},
};

use benches::{Case, receiver};

use crate::accepting;

pub(crate) fn cases() -> Vec<Case> {
    let runtime = Arc::new(Runtime::new().expect("a runtime"));
    // Not among the temporary files, which may be in memory.
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bench-of-the-sqlite-inbox");
    // What an earlier run has left.
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).expect("a directory");
    let inbox = SqliteInbox::open(directory.join("inbox.db")).expect("an inbox");
    let enqueue = Enqueue::new(inbox, &receiver());
    let service = WebhookLayer::new(receiver()).layer(enqueue);
    [("one after another", 1), ("64 at a time", 64)]
        .map(|(contender, at_a_time)| {
            accepting::case("SQLite", contender, &runtime, service.clone(), at_a_time)
        })
        .into()
}
