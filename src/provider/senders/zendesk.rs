//! Zendesk.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Encoding, Part, Place, Scheme, SignatureFormat, TimeFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "zendesk",
    "Zendesk",
    KeyKind::Secret,
    VerifiedAgainst::RuleOnly,
    |_| Ok(zendesk()),
);

/// Zendesk.
///
/// Signs `{t}{body}` with HMAC-SHA256, in `X-Zendesk-Webhook-Signature` as base64. The secret looks like base64 and is
/// text.
///
/// The id (`X-Zendesk-Webhook-Invocation-Id`) is not signed; the event type is `type` in the body.
///
/// The sender documents no tolerance; 5 minutes apply.
///
/// Zendesk waits 12 seconds and retries up to 5 times, 3 times after a 409; it honours `retry-after` under 60 seconds
/// with 429 and 503.
///
/// No vector is published: verified against the documented rule only.
///
/// - <https://developer.zendesk.com/documentation/webhooks/verifying/>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::zendesk();
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
pub fn zendesk() -> Scheme {
    Scheme::builder("zendesk")
        .signed([Part::Timestamp, Part::Body])
        .signature(
            SignatureFormat::header("x-zendesk-webhook-signature").encoding(Encoding::Base64),
        )
        .timestamp(
            Place::header("x-zendesk-webhook-signature-timestamp"),
            TimeFormat::Rfc3339,
        )
        .id(Place::header("x-zendesk-webhook-invocation-id"))
        .event_type(Place::body("type"))
        .preset()
}
