//! Cloudflare Stream.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Part, Place, Scheme, SignatureFormat, TimeFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "cloudflare-stream",
    "Cloudflare Stream",
    KeyKind::Secret,
    VerifiedAgainst::RuleOnly,
    |_| Ok(cloudflare_stream()),
);

/// Cloudflare Stream.
///
/// Signs `{time}.{body}` with HMAC-SHA256, in `Webhook-Signature` as `time=…,sig1=…` with hexadecimal digits.
///
/// There is no id of the message, since `uid` in the body is that of the video, which has several events; nor is there an
/// event type.
///
/// The sender documents no tolerance; 5 minutes apply.
///
/// No vector is published: verified against the documented rule only.
///
/// - <https://developers.cloudflare.com/stream/manage-video-library/using-webhooks/>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::cloudflare_stream();
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
pub fn cloudflare_stream() -> Scheme {
    Scheme::builder("cloudflare-stream")
        .signed([Part::Timestamp, ".".into(), Part::Body])
        .signature(SignatureFormat::fields("webhook-signature", ',', "sig1"))
        .timestamp(Place::field("time"), TimeFormat::Seconds)
        .preset()
}
