//! Zoom.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Part, Place, Scheme, SignatureFormat, TimeFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "zoom",
    "Zoom",
    KeyKind::Secret,
    VerifiedAgainst::RuleOnly,
    |_| Ok(zoom()),
);

/// Zoom.
///
/// Signs `v0:{t}:{body}` with HMAC-SHA256, in `x-zm-signature` as `v0=` and hexadecimal digits.
///
/// There is no id; the event type is `event` in the body.
///
/// The sender documents no tolerance; 5 minutes apply.
///
/// No vector is published: verified against the documented rule only.
///
/// - <https://developers.zoom.us/docs/api/webhooks/#verify-webhook-events>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::zoom();
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
pub fn zoom() -> Scheme {
    Scheme::builder("zoom")
        .signed(["v0:".into(), Part::Timestamp, ":".into(), Part::Body])
        .signature(SignatureFormat::header("x-zm-signature").prefix("v0="))
        .timestamp(Place::header("x-zm-request-timestamp"), TimeFormat::Seconds)
        .event_type(Place::body("event"))
        .preset()
}
