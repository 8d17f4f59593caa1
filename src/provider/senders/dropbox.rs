//! Dropbox.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Scheme, SignatureFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "dropbox",
    "Dropbox",
    KeyKind::Secret,
    VerifiedAgainst::RuleOnly,
    |_| Ok(dropbox()),
);

/// Dropbox.
///
/// Signs the raw body with HMAC-SHA256, in `X-Dropbox-Signature` as hexadecimal digits.
///
/// There is no id, no time and no event type: a delivery only names the accounts that changed, so equal bodies are
/// different events.
///
/// There is no signed time either, so a captured request can be sent again at any time, and no idempotency store can tell
/// it from another delivery with an equal body: each is handled, which has to be harmless.
///
/// No vector is published: verified against the documented rule only.
///
/// - <https://www.dropbox.com/developers/reference/webhooks>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::dropbox();
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
pub fn dropbox() -> Scheme {
    Scheme::builder("dropbox")
        .signature(SignatureFormat::header("x-dropbox-signature"))
        .bodies_repeat()
        .preset()
}
