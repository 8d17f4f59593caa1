//! HAR 1.2, as browsers, proxies and gateways export: the first POST, or else the first request.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::{Capture, Head, NotARequest};

pub(super) fn read(log: &Value) -> Result<Capture, NotARequest> {
    let entries = log
        .get("entries")
        .and_then(Value::as_array)
        .ok_or(NotARequest("it is a HAR without entries"))?;
    let requests = || entries.iter().filter_map(|entry| entry.get("request"));
    let request = requests()
        .find(|request| request.get("method").and_then(Value::as_str) == Some("POST"))
        .or_else(|| requests().next())
        .ok_or(NotARequest("it is a HAR without a request"))?;
    let text = |name| request.get(name).and_then(Value::as_str);
    let (Some(method), Some(url)) = (text("method"), text("url")) else {
        return Err(NotARequest("a request of the HAR has no method or no URL"));
    };
    let mut head = Head::new(method, url)?;
    for header in request
        .get("headers")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let text = |name| header.get(name).and_then(Value::as_str);
        if let (Some(name), Some(value)) = (text("name"), text("value")) {
            head.add(name, value.as_bytes())?;
        }
    }
    let post_data = request.get("postData");
    let body = post_data.and_then(|data| {
        let text = data.get("text")?.as_str()?;
        match data.get("encoding").and_then(Value::as_str) {
            Some("base64") => STANDARD.decode(text).ok(),
            _ => Some(text.as_bytes().to_vec()),
        }
    });
    Ok(head.into_capture(body.map(Into::into)))
}
