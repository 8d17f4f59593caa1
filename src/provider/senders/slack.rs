//! Slack.

use std::time::Duration;

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Part, Place, Scheme, SignatureFormat, TimeFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "slack",
    "Slack",
    KeyKind::Secret,
    VerifiedAgainst::PublishedVector,
    |_| Ok(slack()),
);

/// Slack.
///
/// Signs `v0:{t}:{body}` with HMAC-SHA256, in `X-Slack-Signature` as `v0=` and hexadecimal digits.
///
/// The id (`event_id`) and the event type (`event.type`) are in the body, and signed. Commands are forms without
/// either.
///
/// Slack waits 3 seconds and retries 3 times: at once, after a minute, after five.
///
/// Verified against a vector of the official documentation.
///
/// - <https://docs.slack.dev/authentication/verifying-requests-from-slack>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::slack();
/// let receiver = Receiver::builder("a secret of the sender").scheme(scheme.clone()).build()?;
/// let signer = Signer::for_scheme(scheme, "a secret of the sender")?;
///
/// let now = Timestamp::now();
/// let body = r#"{"id":"1"}"#;
/// let (head, _) = signer.request("msg_1", now, body).into_parts();
/// let verified = receiver.check_head(&head)?.check_signature(body)?;
/// assert_eq!(verified.body(), body);
///
/// let rejected = receiver.check_head(&head)?.check_signature("{}").unwrap_err();
/// assert_eq!(rejected.kind(), RejectionKind::SignatureMismatch);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
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
