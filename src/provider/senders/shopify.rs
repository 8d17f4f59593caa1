//! Shopify.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Encoding, Place, Scheme, SignatureFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "shopify",
    "Shopify",
    KeyKind::Secret,
    VerifiedAgainst::Sdk,
    |_| Ok(shopify()),
);

/// Shopify.
///
/// Signs the raw body with HMAC-SHA256, in `X-Shopify-Hmac-SHA256` as base64.
///
/// The id (`X-Shopify-Webhook-Id`) and the event type (`X-Shopify-Topic`) are not signed.
///
/// There is no signed time, so a captured request can be sent again at any time: only an idempotency store keeps it
/// from being handled twice.
///
/// Shopify waits a second to connect and 5 seconds in all, and retries 8 times in 4 hours; after 8 failures in a row it
/// deletes a subscription that was made by its API. The old and the new app secret both occur while one is rotated:
/// configure both.
///
/// Verified against vectors of an SDK.
///
/// - <https://shopify.dev/docs/apps/build/webhooks/subscribe/https>
/// - <https://github.com/Shopify/shopify-app-js>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::shopify();
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
pub fn shopify() -> Scheme {
    Scheme::builder("shopify")
        .signature(SignatureFormat::header("x-shopify-hmac-sha256").encoding(Encoding::Base64))
        .id(Place::header("x-shopify-webhook-id"))
        .event_type(Place::header("x-shopify-topic"))
        .preset()
}
