//! LINE.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Encoding, Scheme, SignatureFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "line",
    "LINE",
    KeyKind::Secret,
    VerifiedAgainst::Sdk,
    |_| Ok(line()),
);

/// LINE.
///
/// Signs the raw body with HMAC-SHA256 and the channel secret, in `x-line-signature` as base64.
///
/// A delivery is a batch of events, each with a `webhookEventId`; there is no one id and no one event type.
///
/// There is no signed time, so a captured request can be sent again at any time: only an idempotency store keeps it
/// from being handled twice.
///
/// Verified against vectors of an SDK.
///
/// - <https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/>
/// - <https://github.com/line/line-bot-sdk-python>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::line();
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
pub fn line() -> Scheme {
    Scheme::builder("line")
        .signature(SignatureFormat::header("x-line-signature").encoding(Encoding::Base64))
        .preset()
}
