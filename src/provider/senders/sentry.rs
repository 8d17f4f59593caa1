//! Sentry.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Place, Scheme, SignatureFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "sentry",
    "Sentry",
    KeyKind::Secret,
    VerifiedAgainst::RuleOnly,
    |_| Ok(sentry()),
);

/// Sentry.
///
/// Signs the raw body with HMAC-SHA256, in `Sentry-Hook-Signature` as hexadecimal digits.
///
/// The id (`Request-ID`), the event type (`Sentry-Hook-Resource`; `action` in the body refines it) and the time
/// (`Sentry-Hook-Timestamp`) are not signed.
///
/// There is no signed time, so a captured request can be sent again at any time: only an idempotency store keeps it
/// from being handled twice.
///
/// No vector is published: verified against the documented rule only.
///
/// - <https://docs.sentry.io/organization/integrations/integration-platform/webhooks/>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::sentry();
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
pub fn sentry() -> Scheme {
    Scheme::builder("sentry")
        .signature(SignatureFormat::header("sentry-hook-signature"))
        .id(Place::header("request-id"))
        .event_type(Place::header("sentry-hook-resource"))
        .preset()
}
