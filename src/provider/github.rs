//! GitHub.

use crate::scheme::{Place, Scheme, SignatureFormat};

/// GitHub: HMAC-SHA256 of the body, hexadecimal, in `X-Hub-Signature-256`.
///
/// The secret is the text that was typed in. No timestamp is signed, so only an idempotency store keeps a captured request
/// from being handled again; it remembers a digest of the body, since `X-GitHub-Delivery` and `X-GitHub-Event` are not signed.
/// GitHub waits 10 seconds and does not retry by itself; a redelivery by hand has the same id. A form
/// (`application/x-www-form-urlencoded`) is signed as it is sent.
///
/// Source: <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>.
pub fn github() -> Scheme {
    Scheme::builder("github")
        .signature(SignatureFormat::header("x-hub-signature-256").prefix("sha256="))
        .id(Place::header("x-github-delivery"))
        .event_type(Place::header("x-github-event"))
        .preset()
}
