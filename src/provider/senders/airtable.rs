//! Airtable.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{KeyForm, Scheme, SignatureFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "airtable",
    "Airtable",
    KeyKind::Secret,
    VerifiedAgainst::Sdk,
    |_| Ok(airtable()),
);

/// Airtable.
///
/// Signs the raw body with HMAC-SHA256, in `X-Airtable-Content-MAC` as `hmac-sha256=` and hexadecimal digits. The key
/// is base64, decoded.
///
/// There is no id and no event type: a delivery is a ping, after which the application fetches the payloads.
///
/// There is no signed time either, so a captured request can be sent again at any time, and no idempotency store can tell
/// it from another delivery with an equal body: each is handled, which has to be harmless.
///
/// Verified against vectors of an SDK.
///
/// - <https://airtable.com/developers/web/api/webhooks-overview>
/// - <https://github.com/gtalarico/pyairtable>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::airtable();
/// let receiver = Receiver::builder("YSBzZWNyZXQgb2YgdGhlIHNlbmRlcg==").scheme(scheme.clone()).danger_accept_replays().build()?;
/// let signer = Signer::for_scheme(scheme, "YSBzZWNyZXQgb2YgdGhlIHNlbmRlcg==")?;
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
pub fn airtable() -> Scheme {
    Scheme::builder("airtable")
        .key_form(KeyForm::Base64)
        .signature(SignatureFormat::header("x-airtable-content-mac").prefix("hmac-sha256="))
        .bodies_repeat()
        .preset()
}
