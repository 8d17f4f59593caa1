//! WooCommerce.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Encoding, Place, Scheme, SignatureFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "woocommerce",
    "WooCommerce",
    KeyKind::Secret,
    VerifiedAgainst::RuleOnly,
    |_| Ok(woocommerce()),
);

/// WooCommerce.
///
/// Signs the raw body with HMAC-SHA256, in `X-WC-Webhook-Signature` as base64.
///
/// The id (`X-WC-Webhook-Delivery-ID`) and the event type (`X-WC-Webhook-Topic`) are not signed.
///
/// There is no signed time, so a captured request can be sent again at any time: only an idempotency store keeps it
/// from being handled twice.
///
/// No vector is published: verified against the documented rule only.
///
/// - <https://woocommerce.com/document/webhooks/>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::woocommerce();
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
pub fn woocommerce() -> Scheme {
    Scheme::builder("woocommerce")
        .signature(SignatureFormat::header("x-wc-webhook-signature").encoding(Encoding::Base64))
        .id(Place::header("x-wc-webhook-delivery-id"))
        .event_type(Place::header("x-wc-webhook-topic"))
        .preset()
}
