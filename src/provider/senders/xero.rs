//! Xero.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Encoding, Scheme, SignatureFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "xero",
    "Xero",
    KeyKind::Secret,
    VerifiedAgainst::RuleOnly,
    |_| Ok(xero()),
);

/// Xero.
///
/// Signs the raw body with HMAC-SHA256, in `x-xero-signature` as base64.
///
/// A delivery is a batch without an id; its "intent to receive" sends wrong signatures on purpose, which must get a
/// 401.
///
/// There is no signed time, so a captured request can be sent again at any time: only an idempotency store keeps it
/// from being handled twice.
///
/// No vector is published: verified against the documented rule only.
///
/// - <https://developer.xero.com/documentation/guides/webhooks/overview/>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::xero();
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
pub fn xero() -> Scheme {
    Scheme::builder("xero")
        .signature(SignatureFormat::header("x-xero-signature").encoding(Encoding::Base64))
        .preset()
}
