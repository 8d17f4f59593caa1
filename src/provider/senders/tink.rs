//! Tink.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Part, Place, Scheme, SignatureFormat, TimeFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "tink",
    "Tink",
    KeyKind::Secret,
    VerifiedAgainst::RuleOnly,
    |_| Ok(tink()),
);

/// Tink.
///
/// Signs `{t}.{body}` with HMAC-SHA256, in `X-Tink-Signature` as `t=…,v1=…` with hexadecimal digits.
///
/// There is no id; the event type is `event` in the body.
///
/// The sender documents no tolerance; 5 minutes apply.
///
/// Tink asks for a tolerance of no less than 300 seconds.
///
/// No vector is published: verified against the documented rule only.
///
/// - <https://docs.tink.com/resources/webhooks/verify-the-event-signature>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::tink();
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
pub fn tink() -> Scheme {
    Scheme::builder("tink")
        .signed([Part::Timestamp, ".".into(), Part::Body])
        .signature(SignatureFormat::fields("x-tink-signature", ',', "v1"))
        .timestamp(Place::field("t"), TimeFormat::Seconds)
        .event_type(Place::body("event"))
        .preset()
}
