//! Asana.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Scheme, SignatureFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "asana",
    "Asana",
    KeyKind::Secret,
    VerifiedAgainst::RuleOnly,
    |_| Ok(asana()),
);

/// Asana.
///
/// Signs the raw body with HMAC-SHA256, in `X-Hook-Signature` as hexadecimal digits. The secret comes by the handshake
/// (`X-Hook-Secret`) and is text, though it looks hexadecimal.
///
/// There is no id and no event type: a delivery is a batch, and an empty one is a heartbeat.
///
/// There is no signed time either, so a captured request can be sent again at any time, and no idempotency store can tell
/// it from another delivery with an equal body: each is handled, which has to be harmless.
///
/// No vector is published: verified against the documented rule only.
///
/// - <https://developers.asana.com/docs/webhooks-guide>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::asana();
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
pub fn asana() -> Scheme {
    Scheme::builder("asana")
        .signature(SignatureFormat::header("x-hook-signature"))
        .bodies_repeat()
        .preset()
}
