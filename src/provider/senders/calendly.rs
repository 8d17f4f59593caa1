//! Calendly.

use std::time::Duration;

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Part, Place, Scheme, SignatureFormat, TimeFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "calendly",
    "Calendly",
    KeyKind::Secret,
    VerifiedAgainst::RuleOnly,
    |_| Ok(calendly()),
);

/// Calendly.
///
/// Signs `{t}.{body}` with HMAC-SHA256, in `Calendly-Webhook-Signature` as `t=…,v1=…` with hexadecimal digits.
///
/// There is no id; the event type is `event` in the body.
///
/// No vector is published: verified against the documented rule only.
///
/// - <https://developer.calendly.com/api-docs/ZG9jOjM2MzE2MDM4-webhook-signatures>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::calendly();
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
pub fn calendly() -> Scheme {
    Scheme::builder("calendly")
        .signed([Part::Timestamp, ".".into(), Part::Body])
        .signature(SignatureFormat::fields(
            "calendly-webhook-signature",
            ',',
            "v1",
        ))
        .timestamp(Place::field("t"), TimeFormat::Seconds)
        .tolerance(Duration::from_secs(180))
        .event_type(Place::body("event"))
        .preset()
}
