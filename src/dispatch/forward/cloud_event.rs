//! `CloudEvents` 1.0.2 in the structured content mode of its HTTP binding, as JSON.

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::HeaderValue;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{
    error::config_error::{ConfigError, ConfigErrorKind},
    event::skip_byte_order_mark,
    message::{MessageId, Timestamp},
};

/// The media type of a body that is a `CloudEvent` (JSON Event Format, 3).
pub(super) const CONTENT_TYPE: HeaderValue =
    HeaderValue::from_static("application/cloudevents+json");

/// The type of an event whose sender names none; the attribute is required.
const UNNAMED_TYPE: &str = "webhook";

/// The context in which events occurred: a URI reference.
#[derive(Clone, Debug)]
pub(super) struct EventSource(String);

impl EventSource {
    pub(super) fn parse(source: String) -> Result<Self, ConfigError> {
        let is_uri_char = |char: char| char.is_ascii_graphic() && !"\"<>\\^`{|}".contains(char);
        if source.is_empty() || !source.chars().all(is_uri_char) {
            return Err(ConfigError::new(ConfigErrorKind::InvalidEventSource).about(source));
        }
        Ok(Self(source))
    }

    /// The envelope around a body, which stays as it was sent: JSON as `data`, anything else as `data_base64`.
    pub(super) fn envelope(
        &self,
        id: &MessageId,
        event_type: Option<&str>,
        time: Option<Timestamp>,
        content_type: Option<&HeaderValue>,
        body: &[u8],
    ) -> Bytes {
        let content_type = content_type.and_then(|value| value.to_str().ok());
        let json: Option<&RawValue> = content_type
            .is_none_or(is_json)
            .then(|| serde_json::from_slice(skip_byte_order_mark(body)).ok())
            .flatten();
        let envelope = Envelope {
            specversion: "1.0",
            id: id.as_str(),
            source: &self.0,
            r#type: event_type
                .filter(|event_type| !event_type.is_empty())
                .unwrap_or(UNNAMED_TYPE),
            time: time.and_then(rfc_3339),
            datacontenttype: content_type.or(json.map(|_| "application/json")),
            data: json,
            data_base64: json.is_none().then(|| STANDARD.encode(body)),
        };
        serde_json::to_vec(&envelope)
            .unwrap_or_else(|_| unreachable!("texts and checked JSON can be written"))
            .into()
    }
}

/// The attributes in the names of the specification.
#[derive(Serialize)]
struct Envelope<'a> {
    specversion: &'static str,
    id: &'a str,
    source: &'a str,
    r#type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    datacontenttype: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_base64: Option<String>,
}

/// Whether a media type is `application/json` or has the suffix `+json` (JSON Event Format, 3.1).
fn is_json(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    let subtype = media_type
        .split_once('/')
        .map_or("", |(_, subtype)| subtype);
    subtype.eq_ignore_ascii_case("json") || subtype.to_ascii_lowercase().ends_with("+json")
}

/// `None` for a time after the year 9999, which the format does not have.
fn rfc_3339(timestamp: Timestamp) -> Option<String> {
    let seconds = i64::try_from(timestamp.unix_seconds()).ok()?;
    Some(jiff::Timestamp::from_second(seconds).ok()?.to_string())
}
