//! Stripe.

use std::time::Duration;

use crate::scheme::{Part, Place, Scheme, SignatureFormat, TimeFormat};

/// Stripe: HMAC-SHA256 of `timestamp.body`, hexadecimal, in the `v1` fields of `Stripe-Signature`.
///
/// The secret is used as it is, with its `whsec_`. A time is accepted 300 seconds to both sides; Stripe's libraries reject
/// only the past. Id and type are read from the verified body. While a secret is rolled, both sign for up to 24 hours. Stripe
/// retries for three days.
///
/// Source: <https://docs.stripe.com/webhooks#verify-manually>.
pub fn stripe() -> Scheme {
    Scheme::builder("stripe")
        .signed([Part::Timestamp, ".".into(), Part::Body])
        .signature(SignatureFormat::fields("stripe-signature", ',', "v1"))
        .timestamp(Place::field("t"), TimeFormat::Seconds)
        .tolerance(Duration::from_secs(300))
        .id(Place::body("id"))
        .event_type(Place::body("type"))
        .preset()
}
