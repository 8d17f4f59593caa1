//! Bitbucket.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Place, Scheme, SignatureFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "bitbucket",
    "Bitbucket",
    KeyKind::Secret,
    VerifiedAgainst::PublishedVector,
    |_| Ok(bitbucket()),
);

/// Bitbucket.
///
/// Signs the raw body with HMAC-SHA256, in `X-Hub-Signature` as `sha256=` and hexadecimal digits.
///
/// The id (`X-Request-UUID`) and the event type (`X-Event-Key`) are not signed.
///
/// There is no signed time, so a captured request can be sent again at any time: only an idempotency store keeps it
/// from being handled twice.
///
/// Verified against a vector of the official documentation.
///
/// - <https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::bitbucket();
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
pub fn bitbucket() -> Scheme {
    Scheme::builder("bitbucket")
        .signature(SignatureFormat::header("x-hub-signature").prefix("sha256="))
        .id(Place::header("x-request-uuid"))
        .event_type(Place::header("x-event-key"))
        .preset()
}
