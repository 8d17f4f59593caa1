//! HubSpot.

use std::time::Duration;

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Encoding, Part, Place, Scheme, SignatureFormat, TimeFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "hubspot-v3",
    "HubSpot",
    KeyKind::Secret,
    VerifiedAgainst::PublishedVector,
    |settings| Ok(hubspot(settings.public_url()?)),
);

/// HubSpot.
///
/// Signs method, URL, raw body and timestamp with HMAC-SHA256, in `X-HubSpot-Signature-v3` as base64. The older
/// versions 1 and 2 are plain hashes, open to length extension, and not supported.
///
/// A delivery is an array of events, so there is no one id and no one event type.
///
/// `url` is the address exactly as it was registered with the sender, never rebuilt from the request: a proxy may have
/// changed that.
///
/// Verified against a vector of the official documentation.
///
/// - <https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::hubspot("https://example.com/webhooks");
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
pub fn hubspot(url: impl Into<std::borrow::Cow<'static, str>>) -> Scheme {
    Scheme::builder("hubspot-v3")
        .url(url)
        .signed([Part::Method, Part::Url, Part::Body, Part::Timestamp])
        .signature(SignatureFormat::header("x-hubspot-signature-v3").encoding(Encoding::Base64))
        .timestamp(
            Place::header("x-hubspot-request-timestamp"),
            TimeFormat::Milliseconds,
        )
        .tolerance(Duration::from_secs(300))
        .preset()
}
