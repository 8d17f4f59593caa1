//! One line of JSON for each delivery.

use std::io::{self, Write};

use serde::Serialize;
use tower_webhook::{Delivery, voyado};

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    timestamp: u64,
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
        timestamp: delivery.timestamp().unix_seconds(),
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

/// Writes a whole line and flushes it. Blocks.
pub(crate) fn write(line: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(line)?;
    stdout.flush()
}
