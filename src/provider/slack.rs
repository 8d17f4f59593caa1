//! Slack.

use std::time::Duration;

use crate::scheme::{Part, Place, Scheme, SignatureFormat, TimeFormat};

/// Slack: HMAC-SHA256 of `v0:timestamp:body`, hexadecimal, in `X-Slack-Signature`.
///
/// The secret is the signing secret of the app, as text. A time is accepted 300 seconds to both sides. The id of an event is
/// read from the verified body; commands and interactions are forms and have none. Slack waits 3 seconds and retries three
/// times: at once, after a minute and after five.
///
/// Source: <https://docs.slack.dev/authentication/verifying-requests-from-slack>.
pub fn slack() -> Scheme {
    Scheme::builder("slack")
        .signed(["v0:".into(), Part::Timestamp, ":".into(), Part::Body])
        .signature(SignatureFormat::header("x-slack-signature").prefix("v0="))
        .timestamp(
            Place::header("x-slack-request-timestamp"),
            TimeFormat::Seconds,
        )
        .tolerance(Duration::from_secs(300))
        .id(Place::body("event_id"))
        .event_type(Place::body("event.type"))
        .preset()
}
