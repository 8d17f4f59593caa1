//! Paddle Billing.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Part, Place, Scheme, SignatureFormat, TimeFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "paddle",
    "Paddle Billing",
    KeyKind::Secret,
    VerifiedAgainst::Sdk,
    |_| Ok(paddle()),
);

/// Paddle Billing.
///
/// Signs `{ts}:{body}` with HMAC-SHA256, in `Paddle-Signature` as `ts=…;h1=…` with hexadecimal digits, several `h1`
/// while a secret is rotated.
///
/// The id (`event_id`) and the event type (`event_type`) are in the body, and signed. The SDKs accept a timestamp of
/// the last 5 seconds only, which is too tight for a queue: the tolerance here is 5 minutes.
///
/// The sender documents no tolerance; 5 minutes apply.
///
/// Verified against vectors of an SDK.
///
/// - <https://developer.paddle.com/webhooks/signature-verification>
/// - <https://github.com/PaddleHQ/paddle-node-sdk>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::paddle();
/// let receiver = Receiver::builder("a secret of the sender").scheme(scheme.clone()).build()?;
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
pub fn paddle() -> Scheme {
    Scheme::builder("paddle")
        .signed([Part::Timestamp, ":".into(), Part::Body])
        .signature(SignatureFormat::fields("paddle-signature", ';', "h1"))
        .timestamp(Place::field("ts"), TimeFormat::Seconds)
        .id(Place::body("event_id"))
        .event_type(Place::body("event_type"))
        .preset()
}
