//! One line of JSON for each delivery.

use std::{
    io::{self, Stdout, Write},
    sync::Arc,
    time::Duration,
};

use serde::Serialize;
use tokio::{sync::Mutex, task::spawn_blocking, time::timeout};
use tower_webhook::{Delivery, Timestamp, voyado};

/// Less than a request may take, so that the sender learns that its line was not written.
const TURN: Duration = Duration::from_secs(10);

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    timestamp: Option<u64>,
    event_type: &'a str,
    tenant: Option<&'a str>,
    event_id: Option<&'a str>,
    event: &'a voyado::Event,
}

/// The line of a delivery, with its line break.
pub(crate) fn line(delivery: &Delivery<voyado::Envelope>) -> serde_json::Result<Vec<u8>> {
    let envelope = delivery.event();
    let mut line = serde_json::to_vec(&Line {
        id: delivery.id().as_str(),
        timestamp: delivery.timestamp().map(Timestamp::unix_seconds),
        event_type: &envelope.event_type,
        tenant: envelope.tenant.as_deref(),
        event_id: envelope.id.as_deref(),
        event: &envelope.event,
    })?;
    // What the crate does not know is kept as it was sent, line breaks included. In JSON they can only be
    // between tokens.
    line.retain(|byte| !matches!(byte, b'\n' | b'\r'));
    line.push(b'\n');
    Ok(line)
}

/// Writes whole lines to stdout, one at a time.
#[derive(Clone)]
pub(crate) struct Output(Arc<Mutex<Stdout>>);

impl Output {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(io::stdout())))
    }

    /// Returns when the line is out. Whoever reads stdout may be slow: lines wait for their turn here, for a time, and only
    /// one thread blocks.
    pub(crate) async fn write(&self, line: Vec<u8>) -> io::Result<()> {
        let turn = timeout(TURN, Arc::clone(&self.0).lock_owned()).await;
        let mut stdout = turn.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?;
        spawn_blocking(move || {
            stdout.write_all(&line)?;
            stdout.flush()
        })
        .await?
    }
}
