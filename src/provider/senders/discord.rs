//! Discord.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Algorithm, Part, Place, Scheme, SignatureFormat, TimeFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "discord",
    "Discord",
    KeyKind::PublicKey,
    VerifiedAgainst::RuleOnly,
    |_| Ok(discord()),
);

/// Discord.
///
/// Signs `{t}{body}` with Ed25519, in `X-Signature-Ed25519` as hexadecimal digits. The key is the public key of the
/// application, 32 bytes in hexadecimal digits. Needs the feature `ed25519`.
///
/// The id of an interaction is `id` in the body; the event type of a webhook event is `event.type`.
///
/// The sender documents no tolerance; 5 minutes apply.
///
/// Discord wants a 204 within 3 seconds for events, retries for 10 minutes, and sends wrong signatures on purpose, also
/// later.
///
/// No vector is published: verified against the documented rule only.
///
/// - <https://discord.com/developers/docs/interactions/overview#setting-up-an-endpoint>
pub fn discord() -> Scheme {
    Scheme::builder("discord")
        .signed([Part::Timestamp, Part::Body])
        .algorithm(Algorithm::Ed25519)
        .signature(SignatureFormat::header("x-signature-ed25519"))
        .timestamp(Place::header("x-signature-timestamp"), TimeFormat::Seconds)
        .id(Place::body("id"))
        .event_type(Place::body("event.type"))
        .preset()
}
