//! Worldline.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Encoding, Place, Scheme, SignatureFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "worldline",
    "Worldline",
    KeyKind::SecretWithKeyId,
    VerifiedAgainst::Sdk,
    |_| Ok(worldline()),
);

/// Worldline.
///
/// Signs the raw body with HMAC-SHA256, in `X-GCS-Signature` as base64; `X-GCS-KeyId` names the key. Keys are
/// configured as `key-id=secret`.
///
/// The id (`id`) and the event type (`type`) are in the body, and signed.
///
/// There is no signed time, so a captured request can be sent again at any time: only an idempotency store keeps it
/// from being handled twice.
///
/// Verified against vectors of an SDK.
///
/// - <https://docs.direct.worldline-solutions.com/en/integration/api-developer-guide/webhooks>
/// - <https://github.com/wl-online-payments-direct/sdk-nodejs>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::worldline();
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
pub fn worldline() -> Scheme {
    Scheme::builder("worldline")
        .signature(SignatureFormat::header("x-gcs-signature").encoding(Encoding::Base64))
        .key_id(Place::header("x-gcs-keyid"))
        .id(Place::body("id"))
        .event_type(Place::body("type"))
        .preset()
}
