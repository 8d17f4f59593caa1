//! `HubSpot`, version 3.

use std::{borrow::Cow, time::Duration};

use crate::{
    error::ConfigError,
    scheme::{Encoding, Part, Place, Scheme, SignatureFormat, TimeFormat},
};

/// `HubSpot` v3: HMAC-SHA256 of method, URL, body and timestamp, base64, in `X-HubSpot-Signature-v3`.
///
/// `url` is the one that is configured at `HubSpot`, which decodes some percent escapes before it signs. The secret is the
/// app's client secret, as text. A time, in milliseconds, is accepted 300 seconds to both sides. The body is an array of
/// events, so there is no single id. Versions 1 and 2 are plain hashes and not supported.
///
/// Source: <https://developers.hubspot.com/docs/api/webhooks/validating-requests>.
///
/// # Errors
///
/// An empty URL.
pub fn hubspot(url: impl Into<Cow<'static, str>>) -> Result<Scheme, ConfigError> {
    let format = SignatureFormat::header("x-hubspot-signature-v3").encoding(Encoding::Base64);
    Scheme::builder("hubspot-v3")
        .signed([Part::Method, Part::Url, Part::Body, Part::Timestamp])
        .url(url)
        .signature(format)
        .timestamp(
            Place::header("x-hubspot-request-timestamp"),
            TimeFormat::Milliseconds,
        )
        .tolerance(Duration::from_secs(300))
        .build()
}
