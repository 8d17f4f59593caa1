//! WorkOS.

use std::time::Duration;

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Part, Place, Scheme, SignatureFormat, TimeFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "workos",
    "WorkOS",
    KeyKind::Secret,
    VerifiedAgainst::RuleOnly,
    |_| Ok(workos()),
);

/// WorkOS.
///
/// Signs `{t}.{body}` with HMAC-SHA256, in `WorkOS-Signature` as `t=…, v1=…` with hexadecimal digits. The time is in
/// milliseconds.
///
/// The id (`id`) and the event type (`event`) are in the body, and signed.
///
/// No vector is published: verified against the documented rule only.
///
/// - <https://workos.com/docs/events/data-syncing/webhooks>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::workos();
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
pub fn workos() -> Scheme {
    Scheme::builder("workos")
        .signed([Part::Timestamp, ".".into(), Part::Body])
        .signature(SignatureFormat::fields("workos-signature", ',', "v1"))
        .timestamp(Place::field("t"), TimeFormat::Milliseconds)
        .tolerance(Duration::from_secs(180))
        .id(Place::body("id"))
        .event_type(Place::body("event"))
        .preset()
}
