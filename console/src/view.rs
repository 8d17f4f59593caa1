//! Records as the page's script reads them.

use std::time::SystemTime;

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{
    HeaderName, HeaderValue,
    header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION},
};
use serde_json::{Value, json};
use tower_webhook::RejectionKind;

use crate::{record::Record, routes::State};

/// A row of the list.
pub(crate) fn row(state: &State, record: &Record) -> Value {
    record.row.get_or_init(|| make_row(state, record)).clone()
}

fn make_row(state: &State, record: &Record) -> Value {
    let head = record.parts();
    let verified = state
        .receiver
        .verify_stored(&head, record.body.clone())
        .ok();
    let verified_type = verified.as_ref().and_then(|verified| verified.event_type());
    let event_type =
        verified_type.map_or_else(|| claimed_type(&record.body), |name| Some(name.to_owned()));
    let id = verified.as_ref().map(|verified| verified.id().as_str());
    let outcome = &record.outcome;
    let (verdict, group) = match (&outcome.rejection, outcome.status) {
        (Some(rejection), _) if rejection.kind() == RejectionKind::AlreadyHandled => {
            (rejection.kind().as_str(), "verified")
        }
        (Some(rejection), _) => (rejection.kind().as_str(), "rejected"),
        (None, None) => ("no response", "other"),
        (None, Some(_)) if verified.is_some() => ("verified", "verified"),
        (None, Some(_)) => ("not checked", "other"),
    };
    json!({
        "id": record.id,
        "at": humantime::format_rfc3339_millis(record.at).to_string(),
        "type": event_type,
        "message_id": id,
        "sender": state.receiver.scheme().name(),
        "verdict": verdict,
        "group": group,
        "status": outcome.status.map(|status| status.as_u16()),
        "duration_us": u64::try_from(outcome.duration.as_micros()).unwrap_or(u64::MAX),
        "method": record.head.method.as_str(),
        "path": record.head.uri,
        "from_console": record.from_console.is_some(),
    })
}

/// Everything of one request.
pub(crate) fn detail(state: &State, record: &Record) -> Value {
    let mut view = row(state, record);
    let head = record.parts();
    let tokens = state.receiver.token_headers(&(&head).into());
    view["headers"] = headers(record, Credentials::Hidden(&tokens)).into();
    view["body"] = match std::str::from_utf8(&record.body) {
        Ok(text) => json!({ "text": text, "truncated": record.is_truncated }),
        Err(_) => {
            json!({ "base64": STANDARD.encode(&record.body), "truncated": record.is_truncated })
        }
    };
    view["response_body"] = String::from_utf8_lossy(&record.outcome.body).into();
    view["rejection"] = match &record.outcome.rejection {
        None => Value::Null,
        Some(rejection) => match rejection.detail() {
            Some(detail) => format!("{rejection}: {detail}.").into(),
            None => format!("{rejection}.").into(),
        },
    };
    // A signature over a part of the body proves nothing.
    if !record.is_truncated {
        let elapsed = SystemTime::now()
            .duration_since(record.at)
            .unwrap_or_default();
        let explanation = (state.explain)(&head, &record.body, elapsed);
        view["explanation"] = serde_json::to_value(&explanation).unwrap_or_default();
        let decrypted = state.decrypted.as_ref();
        view["decrypted"] = decrypted.and_then(|show| show(&head, &record.body)).into();
    }
    view
}

/// What `tower-webhook explain` reads: the request as it came, credentials in its headers included, since a check of them
/// needs them.
pub(crate) fn export(record: &Record) -> Value {
    let mut export = json!({
        "method": record.head.method.as_str(),
        "uri": record.head.uri,
        "headers": headers(record, Credentials::Shown),
    });
    match std::str::from_utf8(&record.body) {
        Ok(text) => export["body"] = text.into(),
        Err(_) => export["body_base64"] = STANDARD.encode(&record.body).into(),
    }
    export
}

#[derive(Clone, Copy)]
enum Credentials<'t> {
    Shown,
    /// A page is shown to others, on a screen and in pictures. With the headers that carry the sender's tokens.
    Hidden(&'t [HeaderName]),
}

impl Credentials<'_> {
    fn hide(self, name: &HeaderName, value: &HeaderValue) -> bool {
        let Self::Hidden(tokens) = self else {
            return false;
        };
        value.is_sensitive()
            || [AUTHORIZATION, PROXY_AUTHORIZATION, COOKIE].contains(name)
            || tokens.contains(name)
    }
}

fn headers(record: &Record, credentials: Credentials<'_>) -> Vec<Value> {
    let headers = record.head.headers.iter();
    headers
        .map(|(name, value)| {
            if credentials.hide(name, value) {
                json!([name.as_str(), format!("({} bytes, hidden)", value.len())])
            } else {
                json!([name.as_str(), String::from_utf8_lossy(value.as_bytes())])
            }
        })
        .collect()
}

/// What a body says of its type, verified or not.
fn claimed_type(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    ["eventType", "type", "event_type", "event"]
        .into_iter()
        .find_map(|name| body.get(name)?.as_str().map(str::to_owned))
}
