//! Times.

use std::time::SystemTime;

use tower_webhook::Timestamp;

pub(crate) fn now() -> Timestamp {
    Timestamp::from(SystemTime::now())
}

/// Seconds since 1970, or RFC 3339.
pub(crate) fn parse(text: &str) -> Result<Timestamp, String> {
    if let Ok(seconds) = text.parse() {
        return Ok(Timestamp::from_unix_seconds(seconds));
    }
    humantime::parse_rfc3339_weak(text)
        .map(Timestamp::from)
        .map_err(|_| {
            "expected seconds since 1970, or a time such as 2026-11-25T12:00:00Z".to_owned()
        })
}
