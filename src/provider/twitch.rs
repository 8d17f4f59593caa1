//! Twitch `EventSub`.

use std::time::Duration;

use crate::scheme::{Part, Place, Scheme, SignatureFormat, TimeFormat};

/// Twitch `EventSub`: HMAC-SHA256 of id, timestamp and body, hexadecimal, in `Twitch-Eventsub-Message-Signature`.
///
/// The id is signed. A time, RFC 3339 with nanoseconds, is accepted 600 seconds to both sides. The type of the subscription is
/// in a header that is not signed. The secret is the text that was given with the subscription.
///
/// Source: <https://dev.twitch.tv/docs/eventsub/handling-webhook-events>.
pub fn twitch() -> Scheme {
    Scheme::builder("twitch")
        .signed([Part::Id, Part::Timestamp, Part::Body])
        .signature(SignatureFormat::header("twitch-eventsub-message-signature").prefix("sha256="))
        .id(Place::header("twitch-eventsub-message-id"))
        .timestamp(
            Place::header("twitch-eventsub-message-timestamp"),
            TimeFormat::Rfc3339,
        )
        .tolerance(Duration::from_secs(600))
        .event_type(Place::header("twitch-eventsub-subscription-type"))
        .preset()
}
