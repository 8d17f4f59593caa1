//! The console's export: `{"method", "uri", "headers": [["name", "value"], …], "body"}`, or `"body_base64"` where the body
//! is no text.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::{Capture, Head, NotARequest};

pub(super) fn read(record: &Value) -> Result<Capture, NotARequest> {
    let text = |name| record.get(name).and_then(Value::as_str);
    let headers = record
        .get("headers")
        .and_then(Value::as_array)
        .ok_or(NotARequest(
            "it is JSON, and neither a HAR nor an export of the console",
        ))?;
    let mut head = Head::new(text("method").unwrap_or("POST"), text("uri").unwrap_or("/"))?;
    for header in headers {
        let part = |at| header.get(at).and_then(Value::as_str);
        if let (Some(name), Some(value)) = (part(0), part(1)) {
            head.add(name, value.as_bytes())?;
        }
    }
    let body = match (text("body"), text("body_base64")) {
        (Some(body), _) => Some(body.as_bytes().to_vec()),
        (None, Some(encoded)) => Some(
            STANDARD
                .decode(encoded)
                .map_err(|_| NotARequest("its body_base64 is no base64"))?,
        ),
        (None, None) => None,
    };
    Ok(head.into_capture(body.map(Into::into)))
}
