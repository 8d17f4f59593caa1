//! Razorpay.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Place, Scheme, SignatureFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "razorpay",
    "Razorpay",
    KeyKind::Secret,
    VerifiedAgainst::Sdk,
    |_| Ok(razorpay()),
);

/// Razorpay.
///
/// Signs the raw body with HMAC-SHA256, in `X-Razorpay-Signature` as hexadecimal digits.
///
/// The id (`x-razorpay-event-id`) is not signed; the event type is `event` in the body.
///
/// There is no signed time, so a captured request can be sent again at any time: only an idempotency store keeps it
/// from being handled twice.
///
/// Razorpay retries for 24 hours with growing pauses and then disables the webhook.
///
/// Verified against vectors of an SDK.
///
/// - <https://razorpay.com/docs/webhooks/validate-test/>
/// - <https://github.com/razorpay/razorpay-python>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::razorpay();
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
pub fn razorpay() -> Scheme {
    Scheme::builder("razorpay")
        .signature(SignatureFormat::header("x-razorpay-signature"))
        .id(Place::header("x-razorpay-event-id"))
        .event_type(Place::body("event"))
        .preset()
}
