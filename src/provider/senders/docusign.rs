//! DocuSign.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Encoding, Place, Scheme, SignatureFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "docusign",
    "DocuSign",
    KeyKind::Secret,
    VerifiedAgainst::RuleOnly,
    |_| Ok(docusign()),
);

/// DocuSign numbers the keys of an account; it has room for a hundred, and a handful are in use.
const HEADERS: [&str; 10] = [
    "x-docusign-signature-1",
    "x-docusign-signature-2",
    "x-docusign-signature-3",
    "x-docusign-signature-4",
    "x-docusign-signature-5",
    "x-docusign-signature-6",
    "x-docusign-signature-7",
    "x-docusign-signature-8",
    "x-docusign-signature-9",
    "x-docusign-signature-10",
];

/// DocuSign.
///
/// Signs the raw body with HMAC-SHA256 and each configured key, in `X-DocuSign-Signature-1`, `-2` and so on as base64.
///
/// There is no id of the delivery; the event type is `event` in the body.
///
/// There is no signed time, so a captured request can be sent again at any time: only an idempotency store keeps it
/// from being handled twice.
///
/// No vector is published: verified against the documented rule only.
///
/// - <https://developers.docusign.com/platform/webhooks/connect/hmac/>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::docusign();
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
pub fn docusign() -> Scheme {
    Scheme::builder("docusign")
        .signature(SignatureFormat::headers(HEADERS).encoding(Encoding::Base64))
        .event_type(Place::body("event"))
        .preset()
}
