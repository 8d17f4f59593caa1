//! Jira.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Place, Scheme, SignatureFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "jira",
    "Jira",
    KeyKind::Secret,
    VerifiedAgainst::PublishedVector,
    |_| Ok(jira()),
);

/// Jira.
///
/// Signs the raw body with HMAC-SHA256, in `X-Hub-Signature` as `sha256=` and hexadecimal digits.
///
/// The id (`X-Atlassian-Webhook-Identifier`) is not signed; the event type is `webhookEvent` in the body.
///
/// There is no signed time, so a captured request can be sent again at any time: only an idempotency store keeps it
/// from being handled twice.
///
/// Jira retries 5 times, after 5 to 15 minutes, on 408, 409, 425, 429 and 5xx; a body may have up to 25 MB.
///
/// Verified against a vector of the official documentation.
///
/// - <https://developer.atlassian.com/cloud/jira/platform/webhooks/>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::jira();
/// let receiver = Receiver::builder("a secret of the sender").scheme(scheme.clone()).danger_accept_replays().build()?;
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
pub fn jira() -> Scheme {
    Scheme::builder("jira")
        .signature(SignatureFormat::header("x-hub-signature").prefix("sha256="))
        .id(Place::header("x-atlassian-webhook-identifier"))
        .event_type(Place::body("webhookEvent"))
        .preset()
}
