//! `tests/vectors/providers.json`: each has its source.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderName, HeaderValue, Request};
use serde_json::Value;
use tower_webhook::{
    Receiver, Rejection,
    provider::{Preset, PresetSettings},
};

pub(super) fn vectors() -> Vec<Value> {
    serde_json::from_str(include_str!("../../vectors/providers.json")).unwrap()
}

fn body(vector: &Value) -> Vec<u8> {
    match (&vector["body"], &vector["body_base64"]) {
        (Value::String(text), _) => text.as_bytes().to_vec(),
        (_, Value::String(encoded)) => STANDARD.decode(encoded).unwrap(),
        _ => panic!("{vector}"),
    }
}

fn request(vector: &Value) -> Request<()> {
    let url = vector["url"].as_str().unwrap_or("https://example.com/");
    let mut request = Request::builder()
        .method(vector["method"].as_str().unwrap_or("POST"))
        .uri(url)
        .body(())
        .unwrap();
    for (name, value) in vector["headers"].as_object().unwrap() {
        let name: HeaderName = name.parse().unwrap();
        let lines = match value {
            Value::Array(lines) => lines.clone(),
            line => vec![line.clone()],
        };
        for line in lines {
            let line = HeaderValue::from_str(line.as_str().unwrap()).unwrap();
            request.headers_mut().append(name.clone(), line);
        }
    }
    request
}

/// The receiver that a vector is for, or what is wrong with its configuration.
fn receiver(vector: &Value) -> Result<Receiver, String> {
    let slug = vector["provider"].as_str().unwrap();
    let preset = Preset::find(slug).ok_or(format!("there is no preset {slug}"))?;
    let mut settings = PresetSettings::new();
    if let Some(url) = vector["url"].as_str() {
        settings = settings.with_public_url(url.to_owned());
    }
    if let Some(id) = vector["webhook_id"].as_str() {
        settings = settings.with_webhook_id(id.to_owned());
    }
    let scheme = preset
        .scheme(&settings)
        .map_err(|error| error.to_string())?;
    // Vipps signs a date, and its vector names no clock.
    let at_its_date = if slug == "vipps" {
        1_680_165_512
    } else {
        1_700_000_000
    };
    let now = vector["now"].as_u64().unwrap_or(at_its_date);
    let tolerance = vector["tolerance"].as_u64().map_or(
        preset.tolerance().unwrap_or(Duration::from_secs(300)),
        Duration::from_secs,
    );
    let secret = match &vector["secret"] {
        Value::String(text) => text.clone(),
        key => key.to_string(),
    };
    Receiver::builder(secret)
        .scheme(scheme)
        .danger_accept_replays()
        .tolerance(tolerance)
        .clock(move || Duration::from_secs(now))
        .build()
        .map_err(|error| format!("configuration: {error}"))
}

/// Whether the request of a vector is accepted, or why not.
pub(super) fn verdict(vector: &Value) -> Result<Result<(), Rejection>, String> {
    let receiver = receiver(vector)?;
    let (head, ()) = request(vector).into_parts();
    let checked = receiver.check_head(&head);
    let verified = checked.and_then(|head| head.check_signature(body(vector)));
    Ok(verified.map(drop))
}

#[test]
fn every_vector_gets_its_stated_result() {
    let mut wrong = Vec::new();
    for vector in vectors() {
        let verdict = verdict(&vector);
        let expected = vector["expect"] == "valid";
        if !verdict
            .as_ref()
            .is_ok_and(|verdict| verdict.is_ok() == expected)
        {
            wrong.push(format!(
                "{}: {verdict:?}, {}",
                vector["name"], vector["why"]
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
