//! Mux.

use std::time::Duration;

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Part, Place, Scheme, SignatureFormat, TimeFormat};

pub(super) const PRESET: Preset =
    Preset::declared("mux", "Mux", KeyKind::Secret, VerifiedAgainst::Sdk, |_| {
        Ok(mux())
    });

/// Mux.
///
/// Signs `{t}.{body}` with HMAC-SHA256, in `Mux-Signature` as `t=…,v1=…` with hexadecimal digits, several `v1` while a
/// secret is rotated.
///
/// The id (`id`) and the event type (`type`) are in the body, and signed.
///
/// Verified against vectors of an SDK.
///
/// - <https://www.mux.com/docs/core/verify-webhook-signatures>
/// - <https://github.com/muxinc/mux-elixir>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::mux();
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
pub fn mux() -> Scheme {
    Scheme::builder("mux")
        .signed([Part::Timestamp, ".".into(), Part::Body])
        .signature(SignatureFormat::fields("mux-signature", ',', "v1"))
        .timestamp(Place::field("t"), TimeFormat::Seconds)
        .tolerance(Duration::from_secs(300))
        .id(Place::body("id"))
        .event_type(Place::body("type"))
        .preset()
}
