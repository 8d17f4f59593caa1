//! X (Twitter).

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Encoding, Scheme, SignatureFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "twitter",
    "X (Twitter)",
    KeyKind::Secret,
    VerifiedAgainst::Sdk,
    |_| Ok(twitter()),
);

/// X (Twitter).
///
/// Signs the raw body with HMAC-SHA256 and the consumer secret, in `X-Twitter-Webhooks-Signature` as `sha256=` and
/// base64.
///
/// There is no id and no event type of the delivery; the events in the body have theirs.
///
/// There is no signed time, so a captured request can be sent again at any time: only an idempotency store keeps it
/// from being handled twice.
///
/// Verified against vectors of an SDK.
///
/// - <https://docs.x.com/x-api/webhooks/introduction>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::twitter();
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
pub fn twitter() -> Scheme {
    Scheme::builder("twitter")
        .signature(
            SignatureFormat::header("x-twitter-webhooks-signature")
                .prefix("sha256=")
                .encoding(Encoding::Base64),
        )
        .preset()
}
