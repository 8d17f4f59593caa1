//! How these tests get at an event: as the layer does, from a signed body.

use bytes::Bytes;
use tower_webhook::{
    RejectionKind,
    event::DecodeError,
    voyado::{Envelope, Event, EventType},
};

use crate::support::{decode_error, open};

pub(super) fn envelope(body: impl Into<Bytes>) -> Result<Envelope, RejectionKind> {
    open::<Envelope>(body).map(|delivery| delivery.event().clone())
}

pub(super) fn accepted(body: &str) -> Envelope {
    envelope(body.to_owned()).unwrap_or_else(|kind| panic!("{kind:?}: {body:.200}"))
}

#[track_caller]
pub(super) fn assert_malformed(body: &str) {
    let refused = envelope(body.to_owned()).unwrap_err();
    assert_eq!(refused, RejectionKind::MalformedEvent, "{body:.200}");
}

pub(super) fn error(body: &str) -> DecodeError {
    decode_error::<Envelope>(body.to_owned())
}

/// Decodes a payload twice, since one that stands behind what is said about it takes another way.
pub(super) fn payload(event_type: EventType, payload: &str) -> Result<Event, RejectionKind> {
    let in_passing = envelope(format!(
        r#"{{"eventType":"{event_type}","isEncrypted":false,"payload":{payload}}}"#
    ));
    let afterwards = envelope(format!(
        r#"{{"payload":{payload},"eventType":"{event_type}","isEncrypted":false}}"#
    ));
    assert_eq!(format!("{in_passing:?}"), format!("{afterwards:?}"));
    in_passing.map(|envelope| envelope.event)
}

/// Takes the payload out of an event of the expected variant.
macro_rules! payload_of {
    ($variant:ident, $event:expr) => {
        match $event {
            tower_webhook::voyado::Event::$variant(payload) => payload,
            other => panic!("not {}: {other:?}", stringify!($variant)),
        }
    };
}

pub(super) use payload_of;
