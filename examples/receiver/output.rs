//! One line of JSON for each delivery.

use std::{
    io::{self, Stdout, Write},
    sync::Arc,
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::{sync::Mutex, task::spawn_blocking, time::timeout};
use tower_webhook::{Delivery, Timestamp, receiver::IdOrigin, voyado};

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

/// Of a sender whose events are not typed here.
#[derive(Serialize)]
struct UntypedLine<'a> {
    /// `null` where the sender gives none.
    id: Option<&'a str>,
    /// `null` where the sender signs none.
    timestamp: Option<u64>,
    event_type: Option<&'a str>,
    event: Content<'a>,
}

/// A body, as it can stand in JSON.
#[derive(Serialize)]
#[serde(untagged)]
enum Content<'a> {
    Json(&'a RawValue),
    /// Such as a form, as it was sent.
    Text(&'a str),
    Binary {
        base64: String,
    },
}

impl<'a> Content<'a> {
    fn of(body: &'a [u8]) -> Self {
        match (serde_json::from_slice(body), std::str::from_utf8(body)) {
            (Ok(json), _) => Self::Json(json),
            (Err(_), Ok(text)) => Self::Text(text),
            (Err(_), Err(_)) => Self::Binary {
                base64: STANDARD.encode(body),
            },
        }
    }
}

/// The line of a delivery whose event is not typed.
pub(crate) fn untyped_line(delivery: &Delivery<Bytes>) -> serde_json::Result<Vec<u8>> {
    let is_the_senders = delivery.id_origin() != IdOrigin::Digest;
    in_one_line(&UntypedLine {
        id: is_the_senders.then(|| delivery.id().as_str()),
        timestamp: delivery.timestamp().map(Timestamp::unix_seconds),
        event_type: delivery.event_type(),
        event: Content::of(delivery.event()),
    })
}

/// The line of a delivery, with its line break.
pub(crate) fn line(delivery: &Delivery<voyado::Envelope>) -> serde_json::Result<Vec<u8>> {
    let envelope = delivery.event();
    in_one_line(&Line {
        id: delivery.id().as_str(),
        timestamp: delivery.timestamp().map(Timestamp::unix_seconds),
        event_type: &envelope.event_type,
        tenant: envelope.tenant.as_deref(),
        event_id: envelope.id.as_deref(),
        event: &envelope.event,
    })
}

fn in_one_line(line: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(line)?;
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
