//! Klaviyo.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Part, Place, Scheme, SignatureFormat, TimeFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "klaviyo",
    "Klaviyo",
    KeyKind::Secret,
    VerifiedAgainst::RuleOnly,
    |_| Ok(klaviyo()),
);

/// Klaviyo.
///
/// Signs `{body}{t}` with HMAC-SHA256, in `Klaviyo-Signature` as hexadecimal digits. The time is a date of HTTP.
///
/// The id (`Klaviyo-Webhook-Id`) is not signed; a delivery is a batch without one event type.
///
/// The sender documents no tolerance; 5 minutes apply.
///
/// No vector is published: verified against the documented rule only.
///
/// - <https://developers.klaviyo.com/en/docs/working_with_system_webhooks>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::klaviyo();
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
pub fn klaviyo() -> Scheme {
    Scheme::builder("klaviyo")
        .signed([Part::Body, Part::Timestamp])
        .signature(SignatureFormat::header("klaviyo-signature"))
        .timestamp(Place::header("klaviyo-timestamp"), TimeFormat::HttpDate)
        .id(Place::header("klaviyo-webhook-id"))
        .preset()
}
