//! Square.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Encoding, Part, Place, Scheme, SignatureFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "square",
    "Square",
    KeyKind::Secret,
    VerifiedAgainst::Sdk,
    |settings| Ok(square(settings.public_url()?)),
);

/// Square.
///
/// Signs the notification URL and the raw body with HMAC-SHA256, in `x-square-hmacsha256-signature` as base64.
///
/// The id (`event_id`) and the event type (`type`) are in the body, and signed.
///
/// There is no signed time, so a captured request can be sent again at any time: only an idempotency store keeps it
/// from being handled twice.
///
/// `url` is the address exactly as it was registered with the sender, never rebuilt from the request: a proxy may have
/// changed that.
///
/// Verified against vectors of an SDK.
///
/// - <https://developer.squareup.com/docs/webhooks/step3validate>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::square("https://example.com/webhooks");
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
pub fn square(url: impl Into<std::borrow::Cow<'static, str>>) -> Scheme {
    Scheme::builder("square")
        .url(url)
        .signed([Part::Url, Part::Body])
        .signature(
            SignatureFormat::header("x-square-hmacsha256-signature").encoding(Encoding::Base64),
        )
        .id(Place::body("event_id"))
        .event_type(Place::body("type"))
        .preset()
}
