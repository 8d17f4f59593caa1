//! Records as the page's script reads them.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{Request, request::Parts};
use serde_json::{Value, json};

use crate::{record::Record, routes::State};

/// The head of a recorded request.
pub(crate) fn head(record: &Record) -> Parts {
    let mut request = Request::new(());
    *request.method_mut() = record.method.clone();
    *request.uri_mut() = record.uri.clone();
    *request.headers_mut() = record.headers.clone();
    *request.extensions_mut() = record.extensions.clone();
    request.into_parts().0
}

/// A row of the list.
pub(crate) fn row(state: &State, record: &Record) -> Value {
    let head = head(record);
    let verified = state.receiver.verify_stored(&head, record.body.clone()).ok();
    let verified_type = verified.as_ref().and_then(|verified| verified.event_type());
    let event_type = verified_type.map_or_else(|| claimed_type(&record.body), |name| Some(name.to_owned()));
    let id = verified.as_ref().map(|verified| verified.id().as_str().to_owned());
    let verdict = match &record.rejection {
        Some(rejection) => rejection.kind().as_str(),
        None => "verified",
    };
    json!({
        "id": record.id,
        "at": humantime::format_rfc3339_millis(record.at).to_string(),
        "type": event_type,
        "message_id": id,
        "sender": state.receiver.scheme().name(),
        "verdict": verdict,
        "status": record.status.map(|status| status.as_u16()),
        "duration_us": u64::try_from(record.duration.as_micros()).unwrap_or(u64::MAX),
        "method": record.method.as_str(),
        "path": record.uri.path(),
        "from_console": record.from_console,
    })
}

/// Everything of one request.
pub(crate) fn detail(state: &State, record: &Record) -> Value {
    let mut view = row(state, record);
    let head = head(record);
    view["headers"] = headers(record).into();
    view["body"] = match std::str::from_utf8(&record.body) {
        Ok(text) => json!({ "text": text, "truncated": record.is_truncated }),
        Err(_) => json!({ "base64": STANDARD.encode(&record.body), "truncated": record.is_truncated }),
    };
    view["response_body"] = String::from_utf8_lossy(&record.response_body).into();
    let explanation = (state.explain)(&head, &record.body);
    view["explanation"] = serde_json::to_value(&explanation).unwrap_or_default();
    let decrypted = state.decrypted.as_ref();
    view["decrypted"] = decrypted.and_then(|show| show(&head, &record.body)).into();
    view
}

/// What `tower-webhook explain` reads.
pub(crate) fn export(record: &Record) -> Value {
    let mut export = json!({
        "method": record.method.as_str(),
        "uri": record.uri.to_string(),
        "headers": headers(record),
    });
    match std::str::from_utf8(&record.body) {
        Ok(text) => export["body"] = text.into(),
        Err(_) => export["body_base64"] = STANDARD.encode(&record.body).into(),
    }
    export
}

fn headers(record: &Record) -> Vec<Value> {
    let headers = record.headers.iter();
    headers
        .map(|(name, value)| json!([name.as_str(), String::from_utf8_lossy(value.as_bytes())]))
        .collect()
}

/// What a body says of its type, verified or not.
fn claimed_type(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    ["eventType", "type", "event_type", "event"]
        .into_iter()
        .find_map(|name| body.get(name)?.as_str().map(str::to_owned))
}
