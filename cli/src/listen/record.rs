//! The deliveries that came: printed as lines, and kept for the terminal view.

use std::{
    collections::VecDeque,
    io::Write,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, request::Parts};
use humantime::format_rfc3339_millis;
use serde_json::{Value, json};

use crate::{inbox::printable, output};

/// How many are kept.
const MAX_RECORDS: usize = 500;

/// One request and what became of it.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) at: SystemTime,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) status: StatusCode,
    pub(super) duration: Duration,
    pub(super) verdict: Verdict,
    /// Of a rejected request, what it says itself.
    pub(super) event_type: Option<String>,
    pub(super) message_id: Option<String>,
    /// Of a rejected request.
    pub(super) causes: Vec<String>,
    pub(super) forwarded: Option<Result<StatusCode, String>>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Verdict {
    Verified,
    /// Genuine, and responded to by the layer itself.
    Handshake,
    Rejected(&'static str),
}

impl Verdict {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Handshake => "handshake",
            Self::Rejected(kind) => kind,
        }
    }
}

/// What is printed for each delivery.
#[derive(Clone, Copy, Debug)]
pub(super) enum Printing {
    Nothing,
    Text,
    Json,
}

/// The last deliveries, the newest at the end.
pub(super) struct Records {
    printing: Printing,
    kept: Mutex<VecDeque<Arc<Record>>>,
}

impl Record {
    pub(super) fn new(head: &Parts, body: Bytes, status: StatusCode) -> Self {
        Self {
            at: SystemTime::now(),
            method: head.method.clone(),
            path: head.uri.path().to_owned(),
            headers: head.headers.clone(),
            event_type: claimed_type(&body),
            body,
            status,
            duration: Duration::ZERO,
            verdict: Verdict::Verified,
            message_id: None,
            causes: Vec::new(),
            forwarded: None,
        }
    }

    pub(super) fn rejected(mut self, kind: &'static str, causes: Vec<String>) -> Self {
        self.verdict = Verdict::Rejected(kind);
        self.causes = causes;
        self
    }

    fn to_json(&self) -> Value {
        let (forwarded, forward_error) = match &self.forwarded {
            Some(Ok(status)) => (Some(status.as_u16()), None),
            Some(Err(error)) => (None, Some(error)),
            None => (None, None),
        };
        json!({
            "at": format_rfc3339_millis(self.at).to_string(),
            "method": self.method.as_str(),
            "path": self.path,
            "type": self.event_type,
            "id": self.message_id,
            "verdict": self.verdict.as_str(),
            "causes": self.causes,
            "status": self.status.as_u16(),
            "duration_us": u64::try_from(self.duration.as_micros()).unwrap_or(u64::MAX),
            "forwarded": forwarded,
            "forward_error": forward_error,
        })
    }

    /// The line of the list. What a stranger wrote cannot move the cursor.
    pub(super) fn line(&self) -> String {
        let time = format_rfc3339_millis(self.at).to_string();
        let mut line = format!(
            "{}  {}  {:<18}  {}  {} {}  {:.1?}",
            &time[11..19],
            self.status.as_u16(),
            self.verdict.as_str(),
            printable(self.event_type.as_deref().unwrap_or("-")),
            self.method,
            printable(&self.path),
            self.duration,
        );
        if let Some(id) = &self.message_id {
            line = format!("{line}  {}", printable(id));
        }
        match &self.forwarded {
            Some(Ok(status)) => line = format!("{line}  forwarded: {}", status.as_u16()),
            Some(Err(error)) => line = format!("{line}  not forwarded: {}", printable(error)),
            None => {}
        }
        line
    }
}

impl Records {
    pub(super) fn new(printing: Printing) -> Self {
        Self {
            printing,
            kept: Mutex::default(),
        }
    }

    /// Prints and keeps.
    pub(super) fn push(&self, record: Record) {
        let mut text = match self.printing {
            Printing::Nothing => String::new(),
            Printing::Json => format!("{}\n", record.to_json()),
            Printing::Text => format!("{}\n", record.line()),
        };
        if let Printing::Text = self.printing {
            for cause in &record.causes {
                text = format!("{text}          {}\n", printable(cause));
            }
        }
        // Whoever reads the lines may have gone.
        let mut out = output::stdout();
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == MAX_RECORDS {
            kept.pop_front();
        }
        kept.push_back(Arc::new(record));
    }

    pub(super) fn newest_first(&self) -> Vec<Arc<Record>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().rev().cloned().collect()
    }
}

/// What a body says of its type, verified or not.
fn claimed_type(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    ["eventType", "type", "event_type", "event"]
        .into_iter()
        .find_map(|name| body.get(name)?.as_str().map(str::to_owned))
}
