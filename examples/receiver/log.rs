//! The log on stderr, which waits for nobody who reads it.

use std::{
    io::{self, IsTerminal},
    panic,
    sync::mpsc,
    thread,
    time::Duration,
};

use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};

use crate::settings::Log;

/// What is kept for a slow reader; what comes on top is lost.
const BUFFERED_LINES: usize = 8192;
/// How long the end waits for a reader of the last lines.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Starts the log. The last lines are written when the value is dropped.
pub(crate) fn start(settings: Log) -> Writer {
    let (writer, guard) = NonBlockingBuilder::default()
        .lossy(true)
        .buffered_lines_limit(BUFFERED_LINES)
        .finish(io::stderr());
    tracing_subscriber::fmt()
        .with_env_filter(settings.filter)
        .with_writer(writer)
        .with_ansi(io::stderr().is_terminal())
        .init();
    // The hook of the standard library writes to stderr itself, and waits for its reader.
    panic::set_hook(Box::new(|panic| tracing::error!("{panic}")));
    Writer(Some(guard))
}

pub(crate) struct Writer(Option<WorkerGuard>);

impl Drop for Writer {
    fn drop(&mut self) {
        let guard = self.0.take();
        let (done, end) = mpsc::channel();
        // The guard may write to stdout, and wait for its reader.
        thread::spawn(move || {
            drop(guard);
            let _ = done.send(());
        });
        let _ = end.recv_timeout(LAST_LINES);
    }
}
