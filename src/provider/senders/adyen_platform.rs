//! Adyen for Platforms, management.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Encoding, KeyForm, Place, Scheme, SignatureFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "adyen-platform",
    "Adyen for Platforms, management",
    KeyKind::Secret,
    VerifiedAgainst::Sdk,
    |_| Ok(adyen_platform()),
);

/// Adyen for Platforms, management.
///
/// Signs the raw body with HMAC-SHA256, in `HmacSignature` as base64. The key is hexadecimal digits, decoded.
///
/// There is no id of the delivery; the event type is `type` in the body.
///
/// There is no signed time, so a captured request can be sent again at any time: only an idempotency store keeps it
/// from being handled twice.
///
/// Verified against vectors of an SDK.
///
/// - <https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::adyen_platform();
/// let receiver = Receiver::builder("6162636465666768616263646566676861626364656667686162636465666768").scheme(scheme.clone()).danger_accept_replays().build()?;
/// let signer = Signer::for_scheme(scheme, "6162636465666768616263646566676861626364656667686162636465666768")?;
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
pub fn adyen_platform() -> Scheme {
    Scheme::builder("adyen-platform")
        .key_form(KeyForm::Hex)
        .signature(SignatureFormat::header("hmacsignature").encoding(Encoding::Base64))
        .event_type(Place::body("type"))
        .preset()
}
