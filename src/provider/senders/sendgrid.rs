//! SendGrid.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Algorithm, Encoding, Part, Place, Scheme, SignatureFormat, TimeFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "sendgrid",
    "SendGrid",
    KeyKind::PublicKey,
    VerifiedAgainst::Sdk,
    |_| Ok(sendgrid()),
);

/// SendGrid.
///
/// Signs `{t}{body}` with ECDSA over P-256 and SHA-256, in `X-Twilio-Email-Event-Webhook-Signature` as base64 of DER.
/// The key is the public key of the settings, SPKI in base64. Needs the feature `ecdsa`. The body ends in CR LF, which
/// is signed.
///
/// A delivery is an array of events, each with an `sg_event_id`; there is no one id and no one event type.
///
/// The sender documents no tolerance; 5 minutes apply.
///
/// Verified against vectors of an SDK.
///
/// - <https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features>
/// - <https://github.com/sendgrid/sendgrid-python>
pub fn sendgrid() -> Scheme {
    Scheme::builder("sendgrid")
        .signed([Part::Timestamp, Part::Body])
        .algorithm(Algorithm::EcdsaP256)
        .signature(
            SignatureFormat::header("x-twilio-email-event-webhook-signature")
                .encoding(Encoding::Base64),
        )
        .timestamp(
            Place::header("x-twilio-email-event-webhook-timestamp"),
            TimeFormat::Seconds,
        )
        .preset()
}
