//! Lemon Squeezy.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Place, Scheme, SignatureFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "lemonsqueezy",
    "Lemon Squeezy",
    KeyKind::Secret,
    VerifiedAgainst::RuleOnly,
    |_| Ok(lemonsqueezy()),
);

/// Lemon Squeezy.
///
/// Signs the raw body with HMAC-SHA256, in `X-Signature` as hexadecimal digits.
///
/// There is no id; the event type is `meta.event_name` in the body (`X-Event-Name` repeats it, unsigned).
///
/// There is no signed time, so a captured request can be sent again at any time: only an idempotency store keeps it
/// from being handled twice.
///
/// No vector is published: verified against the documented rule only.
///
/// - <https://docs.lemonsqueezy.com/help/webhooks/signing-requests>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::lemonsqueezy();
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
pub fn lemonsqueezy() -> Scheme {
    Scheme::builder("lemonsqueezy")
        .signature(SignatureFormat::header("x-signature"))
        .event_type(Place::body("meta.event_name"))
        .preset()
}
