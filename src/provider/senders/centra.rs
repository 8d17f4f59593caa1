//! Centra.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Part, Place, Scheme, SignatureFormat, TimeFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "centra",
    "Centra",
    KeyKind::Secret,
    VerifiedAgainst::RuleOnly,
    |_| Ok(centra()),
);

/// Centra.
///
/// Signs `{t}.{body}` with HMAC-SHA256, in `X-Centra-Signature` as `t=…,v1=…` with hexadecimal digits. A form body
/// (`payload=…`) is signed as sent.
///
/// There is no id and no event type.
///
/// The sender documents no tolerance; 5 minutes apply.
///
/// Centra waits 5 seconds and retries up to 3 times, as configured.
///
/// No vector is published: verified against the documented rule only.
///
/// - <https://docs.centra.com/extend-with-plugins/integrations/webhooks>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::centra();
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
pub fn centra() -> Scheme {
    Scheme::builder("centra")
        .signed([Part::Timestamp, ".".into(), Part::Body])
        .signature(SignatureFormat::fields("x-centra-signature", ',', "v1"))
        .timestamp(Place::field("t"), TimeFormat::Seconds)
        .preset()
}
