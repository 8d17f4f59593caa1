//! Linear.

use std::time::Duration;

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Place, Scheme, SignatureFormat, TimeFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "linear",
    "Linear",
    KeyKind::Secret,
    VerifiedAgainst::RuleOnly,
    |_| Ok(linear()),
);

/// Linear.
///
/// Signs the raw body with HMAC-SHA256, in `Linear-Signature` as hexadecimal digits.
///
/// The time is `webhookTimestamp` in the body, in milliseconds, and checked after the signature. The id
/// (`Linear-Delivery`) is not signed; the event type is `type` in the body.
///
/// No vector is published: verified against the documented rule only.
///
/// - <https://linear.app/developers/webhooks#securing-webhooks>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::linear();
/// let receiver = Receiver::builder("a secret of the sender").scheme(scheme.clone()).build()?;
/// let signer = Signer::for_scheme(scheme, "a secret of the sender")?;
///
/// let now = Timestamp::now();
/// let body = format!(r#"{{"webhookTimestamp":{now}000}}"#, now = now.unix_seconds());
/// let (head, _) = signer.request("msg_1", now, body.clone()).into_parts();
/// let verified = receiver.check_head(&head)?.check_signature(body.clone())?;
/// assert_eq!(verified.body(), &body);
///
/// let rejected = receiver.check_head(&head)?.check_signature("{}").unwrap_err();
/// assert_eq!(rejected.kind(), RejectionKind::SignatureMismatch);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub fn linear() -> Scheme {
    Scheme::builder("linear")
        .signature(SignatureFormat::header("linear-signature"))
        .timestamp(Place::body("webhookTimestamp"), TimeFormat::Milliseconds)
        .tolerance(Duration::from_secs(60))
        .id(Place::header("linear-delivery"))
        .event_type(Place::body("type"))
        .preset()
}
