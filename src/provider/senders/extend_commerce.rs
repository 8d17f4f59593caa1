//! Extend Commerce.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Scheme, SignatureFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "extend-commerce",
    "Extend Commerce",
    KeyKind::Secret,
    VerifiedAgainst::PublishedVector,
    |_| Ok(extend_commerce()),
);

/// Extend Commerce.
///
/// Signs the raw body with HMAC-SHA256, in `ms-signature` as `sha256=` and hexadecimal digits in upper case.
///
/// There is no id and no event type.
///
/// There is no signed time either, so a captured request can be sent again at any time, and no idempotency store can tell
/// it from another delivery with an equal body: each is handled, which has to be harmless.
///
/// Verified against a vector of the official documentation.
///
/// - <https://developer.extendcommerce.com/>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::extend_commerce();
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
pub fn extend_commerce() -> Scheme {
    Scheme::builder("extend-commerce")
        .signature(SignatureFormat::header("ms-signature").prefix("sha256="))
        .bodies_repeat()
        .preset()
}
