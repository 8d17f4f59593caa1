//! GitHub.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Place, Scheme, SignatureFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "github",
    "GitHub",
    KeyKind::Secret,
    VerifiedAgainst::PublishedVector,
    |_| Ok(github()),
);

/// GitHub.
///
/// Signs the raw body with HMAC-SHA256, in `X-Hub-Signature-256` as `sha256=` and hexadecimal digits. Form bodies
/// (`payload=…`) are signed as sent.
///
/// The id (`X-GitHub-Delivery`, the same on a redelivery) and the event type (`X-GitHub-Event`) are not signed.
///
/// There is no signed time, so a captured request can be sent again at any time: only an idempotency store keeps it
/// from being handled twice.
///
/// GitHub waits 10 seconds and does not retry by itself; a redelivery by hand or by API has the same id. One secret,
/// without overlap. Addresses: `GET /meta` of its API.
///
/// Verified against a vector of the official documentation.
///
/// - <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::github();
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
pub fn github() -> Scheme {
    Scheme::builder("github")
        .signature(SignatureFormat::header("x-hub-signature-256").prefix("sha256="))
        .id(Place::header("x-github-delivery"))
        .event_type(Place::header("x-github-event"))
        .preset()
}
