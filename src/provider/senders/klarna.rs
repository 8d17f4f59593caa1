//! Klarna.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Place, Scheme, SignatureFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "klarna",
    "Klarna",
    KeyKind::SecretWithKeyId,
    VerifiedAgainst::RuleOnly,
    |_| Ok(klarna()),
);

/// Klarna.
///
/// Signs the raw body with HMAC-SHA256, in `Klarna-Signature` as hexadecimal digits; `Klarna-Signing-Key-Id` names the
/// key. Keys are configured as `key-id=secret`.
///
/// The id (`metadata.event_id`) and the event type (`metadata.event_type`) are in the body, and signed.
///
/// There is no signed time, so a captured request can be sent again at any time: only an idempotency store keeps it
/// from being handled twice.
///
/// Klarna takes 200, 201, 202 and 204 for a success, retries with pauses that grow to 12 hours, and has up to 50
/// signing keys.
///
/// No vector is published: verified against the documented rule only.
///
/// - <https://docs.klarna.com/platform-solutions/webhooks/>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::klarna();
/// let receiver = Receiver::builder("key-1=a secret of the sender").scheme(scheme.clone()).danger_accept_replays().build()?;
/// let signer = Signer::for_scheme(scheme, "key-1=a secret of the sender")?;
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
pub fn klarna() -> Scheme {
    Scheme::builder("klarna")
        .signature(SignatureFormat::header("klarna-signature"))
        .key_id(Place::header("klarna-signing-key-id"))
        .id(Place::body("metadata.event_id"))
        .event_type(Place::body("metadata.event_type"))
        .preset()
}
