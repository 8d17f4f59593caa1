//! Paystack.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Algorithm, Place, Scheme, SignatureFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "paystack",
    "Paystack",
    KeyKind::Secret,
    VerifiedAgainst::RuleOnly,
    |_| Ok(paystack()),
);

/// Paystack.
///
/// Signs the raw body with HMAC-SHA512, in `x-paystack-signature` as hexadecimal digits.
///
/// There is no id of the delivery; the event type is `event` in the body.
///
/// There is no signed time, so a captured request can be sent again at any time: only an idempotency store keeps it
/// from being handled twice.
///
/// No vector is published: verified against the documented rule only.
///
/// - <https://paystack.com/docs/payments/webhooks/>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::paystack();
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
pub fn paystack() -> Scheme {
    Scheme::builder("paystack")
        .algorithm(Algorithm::HmacSha512)
        .signature(SignatureFormat::header("x-paystack-signature"))
        .event_type(Place::body("event"))
        .preset()
}
