//! Twitch EventSub.

use std::time::Duration;

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{Part, Place, Scheme, SignatureFormat, TimeFormat};

pub(super) const PRESET: Preset = Preset::declared(
    "twitch",
    "Twitch EventSub",
    KeyKind::Secret,
    VerifiedAgainst::RuleOnly,
    |_| Ok(twitch()),
);

/// Twitch EventSub.
///
/// Signs `{id}{t}{body}` with HMAC-SHA256, in `Twitch-Eventsub-Message-Signature` as `sha256=` and hexadecimal digits.
///
/// The id (`Twitch-Eventsub-Message-Id`) is signed; the event type (`Twitch-Eventsub-Subscription-Type`) is not.
///
/// No vector is published: verified against the documented rule only.
///
/// - <https://dev.twitch.tv/docs/eventsub/handling-webhook-events/>
///
/// ```
/// use tower_webhook::{Receiver, RejectionKind, Timestamp, provider, testing::Signer};
///
/// let scheme = provider::twitch();
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
pub fn twitch() -> Scheme {
    Scheme::builder("twitch")
        .signed([Part::Id, Part::Timestamp, Part::Body])
        .signature(SignatureFormat::header("twitch-eventsub-message-signature").prefix("sha256="))
        .timestamp(
            Place::header("twitch-eventsub-message-timestamp"),
            TimeFormat::Rfc3339,
        )
        .tolerance(Duration::from_secs(600))
        .id(Place::header("twitch-eventsub-message-id"))
        .event_type(Place::header("twitch-eventsub-subscription-type"))
        .preset()
}
