//! Stripe.

use std::time::Duration;

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Part, Place, Scheme, SignatureFormat, TimeFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "stripe",
    "Stripe",
    KeyKind::Secret,
    VerifiedAgainst::Sdk,
    |_| Ok(stripe()),
);

/// Stripe.
///
/// Signs `{t}.{body}` with HMAC-SHA256, in `Stripe-Signature` as `t=…,v1=…` with hexadecimal digits, several `v1` while
/// a secret is rotated; `v0` is ignored. `whsec_` stays a part of the key.
///
/// The id (`id`) and the event type (`type`) are in the body, and signed.
///
/// Stripe retries for 3 days with growing pauses (live mode); a body of its samples ends in a newline, which is signed.
///
/// Verified against vectors of an SDK.
///
/// - <https://docs.stripe.com/webhooks#verify-manually>
/// - <https://github.com/stripe/stripe-dotnet>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::stripe();
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
pub fn stripe() -> Scheme {
    Scheme::builder("stripe")
        .signed([Part::Timestamp, ".".into(), Part::Body])
        .signature(SignatureFormat::fields("stripe-signature", ',', "v1"))
        .timestamp(Place::field("t"), TimeFormat::Seconds)
        .tolerance(Duration::from_secs(300))
        .id(Place::body("id"))
        .event_type(Place::body("type"))
        .preset()
}
