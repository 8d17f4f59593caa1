//! Mollie (next-gen webhooks).

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Place, Scheme, SignatureFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "mollie",
    "Mollie (next-gen webhooks)",
    KeyKind::Secret,
    VerifiedAgainst::RuleOnly,
    |_| Ok(mollie()),
);

/// Mollie (next-gen webhooks).
///
/// Signs the raw body with HMAC-SHA256, in `X-Mollie-Signature` as `sha256=` and hexadecimal digits; two header lines
/// for 24 hours while a secret is rotated, which a proxy may join.
///
/// The id (`id`) and the event type (`type`) are in the body, and signed.
///
/// There is no signed time, so a captured request can be sent again at any time: only an idempotency store keeps it
/// from being handled twice.
///
/// No vector is published: verified against the documented rule only.
///
/// - <https://docs.mollie.com/reference/webhooks-best-practices>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::mollie();
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
pub fn mollie() -> Scheme {
    Scheme::builder("mollie")
        .signature(SignatureFormat::header("x-mollie-signature").prefix("sha256="))
        .id(Place::body("id"))
        .event_type(Place::body("type"))
        .preset()
}
