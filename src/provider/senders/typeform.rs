//! Typeform.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Encoding, Place, Scheme, SignatureFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "typeform",
    "Typeform",
    KeyKind::Secret,
    VerifiedAgainst::RuleOnly,
    |_| Ok(typeform()),
);

/// Typeform.
///
/// Signs the raw body with HMAC-SHA256, in `Typeform-Signature` as `sha256=` and base64.
///
/// The id (`event_id`) and the event type (`event_type`) are in the body, and signed.
///
/// There is no signed time, so a captured request can be sent again at any time: only an idempotency store keeps it
/// from being handled twice.
///
/// No vector is published: verified against the documented rule only.
///
/// - <https://www.typeform.com/developers/webhooks/secure-your-webhooks/>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::typeform();
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
pub fn typeform() -> Scheme {
    Scheme::builder("typeform")
        .signature(
            SignatureFormat::header("typeform-signature")
                .prefix("sha256=")
                .encoding(Encoding::Base64),
        )
        .id(Place::body("event_id"))
        .event_type(Place::body("event_type"))
        .preset()
}
