//! Meta, WhatsApp.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Place, Scheme, SignatureFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "meta",
    "Meta, WhatsApp",
    KeyKind::Secret,
    VerifiedAgainst::RuleOnly,
    |_| Ok(meta()),
);

/// Meta, WhatsApp.
///
/// Signs the raw body with HMAC-SHA256 and the app secret, in `X-Hub-Signature-256` as `sha256=` and hexadecimal
/// digits. Meta escapes characters beyond ASCII in lower case (`\u00e5`), so that a body that is written again no
/// longer matches.
///
/// A delivery is a batch without an id of its own; the event type is `object` in the body.
///
/// There is no signed time, so a captured request can be sent again at any time: only an idempotency store keeps it
/// from being handled twice.
///
/// No vector is published: verified against the documented rule only.
///
/// - <https://developers.facebook.com/docs/graph-api/webhooks/getting-started>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::meta();
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
pub fn meta() -> Scheme {
    Scheme::builder("meta")
        .signature(SignatureFormat::header("x-hub-signature-256").prefix("sha256="))
        .event_type(Place::body("object"))
        .preset()
}
