//! Coinbase Commerce.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Place, Scheme, SignatureFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "coinbase-commerce",
    "Coinbase Commerce",
    KeyKind::Secret,
    VerifiedAgainst::Sdk,
    |_| Ok(coinbase_commerce()),
);

/// Coinbase Commerce.
///
/// Signs the raw body with HMAC-SHA256, in `X-CC-Webhook-Signature` as hexadecimal digits.
///
/// The id (`event.id`) and the event type (`event.type`) are in the body, and signed.
///
/// There is no signed time, so a captured request can be sent again at any time: only an idempotency store keeps it
/// from being handled twice.
///
/// Verified against vectors of an SDK.
///
/// - <https://github.com/coinbase/coinbase-commerce-node>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::coinbase_commerce();
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
pub fn coinbase_commerce() -> Scheme {
    Scheme::builder("coinbase-commerce")
        .signature(SignatureFormat::header("x-cc-webhook-signature"))
        .id(Place::body("event.id"))
        .event_type(Place::body("event.type"))
        .preset()
}
