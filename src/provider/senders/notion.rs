//! Notion.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Place, Scheme, SignatureFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "notion",
    "Notion",
    KeyKind::Secret,
    VerifiedAgainst::PublishedVector,
    |_| Ok(notion()),
);

/// Notion.
///
/// Signs the raw body with HMAC-SHA256 and the verification token, in `X-Notion-Signature` as `sha256=` and hexadecimal
/// digits.
///
/// The id (`id`) and the event type (`type`) are in the body, and signed.
///
/// There is no signed time, so a captured request can be sent again at any time: only an idempotency store keeps it
/// from being handled twice.
///
/// Verified against a vector of the official documentation.
///
/// - <https://developers.notion.com/reference/webhooks>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::notion();
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
pub fn notion() -> Scheme {
    Scheme::builder("notion")
        .signature(SignatureFormat::header("x-notion-signature").prefix("sha256="))
        .id(Place::body("id"))
        .event_type(Place::body("type"))
        .preset()
}
